/** Tar works in blocks of this many bytes. */
export const BLOCK = 512;

/** What a header block says, as far as it is looked at. */
export interface TarHeader {
  /** Bytes. */
  name: Buffer;
  size: number;
  typeFlag: string;
}

/** POSIX.1-2017, pax, "ustar Interchange Format". */
const USTAR = 'ustar\u000000';

/**
 * Reads a header block; undefined for one that readers would understand differently: wrong checksum, a size that is
 * none, a prefix of the name that only some would use.
 */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const size = number(block.subarray(124, 136));
  const sum = number(block.subarray(148, 156));
  if (size === undefined || sum === undefined || !checksums(block).includes(sum)) return undefined;
  const prefix = untilNul(block.subarray(345, 500));
  if (prefix.length > 0 && block.toString('latin1', 257, 265) !== USTAR) return undefined;
  const name = untilNul(block.subarray(0, 100));
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    size,
    typeFlag: block.toString('latin1', 156, 157),
  };
}

/** A field up to its first NUL. */
export function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** The sum of all bytes, where those of the checksum count as spaces; some old tools took bytes for signed ones. */
function checksums(block: Buffer): [number, number] {
  let sum = 0;
  let high = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at];
    sum += byte;
    if (byte > 127) high += 1;
  }
  return [sum, sum - 256 * high];
}

/** Octal digits, or a number of base 256 as GNU tar writes large ones; undefined for negative and unsafe ones. */
function number(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = untilNul(field).toString('latin1').trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits === '' ? '0' : digits, 8) : undefined;
}
