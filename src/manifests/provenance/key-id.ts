import { createHash, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * The fingerprint of a public key as OpenSSH shows it, `SHA256:<base64>`. An envelope may name its key in any
 * way, but go-securesystemslib, and with it cosign, passes over signatures that name it in another, unless it is told
 * which name to expect. Throws for kinds of keys that sign no provenance.
 */
export function keyId(publicKey: KeyObject): string {
  const digest = createHash('sha256').update(sshEncoded(publicKey.export({ format: 'jwk' }))).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4. */
function sshEncoded({ kty, crv, x, y, n, e }: JsonWebKey): Buffer {
  const isOf = (type: string, curve?: string): boolean => kty === type && crv === curve;
  if (isOf('OKP', 'Ed25519')) return fields('ssh-ed25519', bytes(x));
  if (isOf('RSA')) return fields('ssh-rsa', positive(bytes(e)), positive(bytes(n)));
  if (isOf('EC', 'P-256')) return fields('ecdsa-sha2-nistp256', 'nistp256', uncompressed(bytes(x), bytes(y)));
  if (isOf('EC', 'P-384')) return fields('ecdsa-sha2-nistp384', 'nistp384', uncompressed(bytes(x), bytes(y)));
  throw new Error(`A key of kind ${kty} ${crv ?? ''} cannot sign provenance.`);
}

/** Each with its length before it, RFC 4251 §5. */
function fields(...contents: (string | Buffer)[]): Buffer {
  const parts = contents.flatMap((content) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return [length, Buffer.from(content)];
  });
  return Buffer.concat(parts);
}

/** A number whose first bit is set would be a negative one. */
function positive(number: Buffer): Buffer {
  return number[0] >= 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
}

function uncompressed(x: Buffer, y: Buffer): Buffer {
  return Buffer.concat([Buffer.from([4]), x, y]);
}

function bytes(part: string | undefined): Buffer {
  return Buffer.from(part ?? '', 'base64url');
}
