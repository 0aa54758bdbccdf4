import { createPrivateKey, type KeyObject } from 'node:crypto';
import { statSync } from 'node:fs';
import { WrongValue } from './options/option.js';
import { readSmallFile } from './upstreams/small-files.js';

const MAX_KEY = 64 * 1024;
const MIN_RSA_BITS = 3072;
/** PKCS#8, older forms, and those of other programs. */
const ENCRYPTED = /^(?:-----BEGIN ENCRYPTED |Proc-Type:.{0,20}ENCRYPTED)/m;
const CURVES = ['prime256v1', 'secp384r1'];

/**
 * The private key of a PEM file (RFC 7468, PKCS#8) that signs provenance: Ed25519, ECDSA on P-256 or P-384, or RSA, which
 * is what consumers of DSSE envelopes verify. Throws `WrongValue`, which holds nothing of the file.
 */
export function readSigningKey(file: string): KeyObject {
  const text = readSmallFile(file, MAX_KEY);
  if (ENCRYPTED.test(text)) {
    throw new WrongValue(
      'must name a file with a key that is not encrypted, because nobody is there to tell the passphrase at a start: ' +
        'take it away with "openssl pkey -in encrypted.pem -out key.pem", and let only the service read the file',
    );
  }
  const key = privateKey(text);
  if (key === undefined) {
    throw new WrongValue('must name a file with one private key as PKCS#8 in PEM ("-----BEGIN PRIVATE KEY-----")');
  }
  if (!isAccepted(key)) {
    throw new WrongValue(
      'must name a file with a key of Ed25519 (recommended), of ECDSA on the curve P-256 or P-384, or of RSA with ' +
        `${MIN_RSA_BITS} bits or more`,
    );
  }
  return key;
}

/** Whether users of this host may read or change a file besides its owner and those whose group may read it. */
export function isOpenToOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o027) !== 0;
}

function privateKey(text: string): KeyObject | undefined {
  if (text.split('-----BEGIN ').length !== 2 || !text.includes('-----BEGIN PRIVATE KEY-----')) return undefined;
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function isAccepted({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): boolean {
  if (type === 'ec') return CURVES.includes(details.namedCurve ?? '');
  if (type === 'rsa') return (details.modulusLength ?? 0) >= MIN_RSA_BITS;
  return type === 'ed25519';
}
