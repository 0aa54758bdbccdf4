/** Tar works in blocks of this many bytes. */
export const BLOCK = 512;

/** What a header block says, as far as it is looked at. Names are bytes. */
export interface TarBlock {
  name: Buffer;
  linkName: Buffer;
  mode: number;
  size: number;
  /** Seconds since 1970. */
  modified: number;
  typeFlag: string;
}

/** POSIX.1-2017, pax, "ustar Interchange Format". */
const MAGIC = 'ustar\u000000';
const PREFIX = { at: 345, length: 155 };

/**
 * Reads a header block strictly; undefined for one that readers would understand differently: wrong checksum, numbers
 * that are none, a prefix of the name that only some would use.
 */
export function readTarBlock(block: Buffer): TarBlock | undefined {
  const mode = number(block, 100, 8);
  const size = number(block, 124, 12);
  const modified = number(block, 136, 12);
  if (number(block, 148, 8) !== checksum(block) || mode === undefined || size === undefined || modified === undefined) {
    return undefined;
  }
  const prefix = text(block, PREFIX.at, PREFIX.length);
  if (prefix.length > 0 && block.toString('latin1', 257, 265) !== MAGIC) return undefined;
  const name = text(block, 0, 100);
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    linkName: text(block, 157, 100),
    mode,
    size,
    modified,
    typeFlag: block.toString('latin1', 156, 157),
  };
}

export function isEmptyBlock(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/** The sum of all bytes, where those of the checksum count as spaces. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function text(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** Octal digits, or a number of base 256 as GNU tar writes large ones; undefined for negative and unsafe ones. */
function number(block: Buffer, at: number, length: number): number | undefined {
  const field = block.subarray(at, at + length);
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  }
  const digits = field.toString('latin1').replaceAll('\0', ' ').trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits === '' ? '0' : digits, 8) : undefined;
}
