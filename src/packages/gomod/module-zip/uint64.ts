import { InvalidZip } from './invalid-zip.js';

/** A little-endian number of 64 bits. Throws `InvalidZip` for one that no file reaches (2^53). */
export function readUint64(bytes: Buffer, at: number): number {
  const number = bytes.readBigUInt64LE(at);
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidZip('a size in it is impossible');
  return Number(number);
}
