/** The first token of a negotiation without a ticket in it (RFC 4178, §4.2.1). */
export function firstOfSeveral(): Buffer {
  const kerberos = Buffer.from('06092a864886f712010202', 'hex');
  return der(0x60, Buffer.from('06062b0601050502', 'hex'), der(0xa0, der(0x30, der(0xa0, der(0x30, kerberos)))));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, content.length]), content]);
}

/** A token whose authenticator cannot be decrypted. */
export function broken(token: string): string {
  const bytes = Buffer.from(token, 'base64');
  bytes[bytes.length - 9] ^= 1;
  return bytes.toString('base64');
}

/** Never what it was: one byte of the ticket's or the authenticator's encrypted part differs, or it is cut, or random. */
export function mutilated(token: Buffer, seed: number): Buffer {
  const random = sequence(seed);
  const bytes = Buffer.from(token);
  bytes[bytes.length - 1 - random(60)] ^= 1 + random(255);
  if (seed % 4 === 1) return bytes.subarray(0, 1 + random(bytes.length - 1));
  if (seed % 4 === 2) for (let count = 0; count < 4; count++) bytes[random(seed % 8 === 2 ? 60 : bytes.length)] = random(256);
  if (seed % 4 === 3) return Buffer.from(Array.from({ length: 1 + random(6_000) }, () => random(256)));
  return bytes;
}

/** The same numbers for the same seed (Lehmer's generator). */
function sequence(seed: number): (below: number) => number {
  let state = (seed + 1) * 48_271;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
