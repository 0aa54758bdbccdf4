import type { AlgorithmDigest } from '../../../dependencies/index.js';
import { quote } from '../../quote.js';
import { invalidLine, type Place } from './place.js';

const ALGORITHM = /^[a-z0-9][a-z0-9_-]{0,30}$/;
const HEX = /^[0-9a-f]+$/;
/** Hexadecimal digits of the algorithms that Python's hashlib always has; other libraries write `-` for `_`. */
const LENGTHS = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
  ['sha3_224', 56],
  ['sha3_256', 64],
  ['sha3_384', 96],
  ['sha3_512', 128],
  ['sha3-224', 56],
  ['sha3-256', 64],
  ['sha3-384', 96],
  ['sha3-512', 128],
  ['blake2b', 128],
  ['blake2s', 64],
]);
/** Of an algorithm that is not known here: nothing is known to be longer than 64 bytes. */
const MAX_LENGTH = 128;

/**
 * The hash of `ALG:HEX`, in lower case: both become parts of paths. Throws `ValidationError` for what can be no digest;
 * an unknown algorithm passes, and no file will match it.
 */
export function parseHash(text: string, place: Place): AlgorithmDigest {
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, Math.max(colon, 0)).toLowerCase();
  const digest = text.slice(colon + 1).toLowerCase();
  if (colon < 0 || !ALGORITHM.test(algorithm) || digest === '')
    throw invalidLine(place, `${quote(text)} is not a hash. Write it as sha256:<hexadecimal digits>.`);
  const length = LENGTHS.get(algorithm);
  if (!HEX.test(digest) || (length === undefined ? digest.length > MAX_LENGTH : digest.length !== length))
    throw invalidLine(place, `${quote(digest)} is not a digest of ${algorithm}${expected(length)}.`);
  return { algorithm, digest };
}

function expected(length: number | undefined): string {
  return length === undefined ? '' : `, which has ${length} hexadecimal digits`;
}
