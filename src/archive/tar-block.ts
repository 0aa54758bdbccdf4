/** Tar works in blocks of this many bytes. */
export const TAR_BLOCK = 512;

/** What a header block says, as far as it is looked at. Names are bytes. */
export interface TarBlock {
  name: Buffer;
  linkName: Buffer;
  typeFlag: string;
  /** Bytes of the content. */
  size: number;
  /** Undefined = no number, or none that can be held. */
  mode: number | undefined;
  /** Seconds since 1970; undefined as `mode`. */
  modified: number | undefined;
  /** Whether bytes were summed up as signed ones, which few old tools did, and few readers understand. */
  hasSignedSum: boolean;
}

/** POSIX.1-2017, pax, "ustar Interchange Format". */
const MAGIC = 'ustar\u000000';
/** What stands behind the first NUL is read by nobody. */
const NUMBER = /^ *(?:([0-7]+) *(?:\0.*)?|[ \0]*)$/s;

/**
 * Reads a header block; undefined for one that readers would understand differently: wrong checksum, a size that is
 * none, a prefix of the name that only some would use.
 */
export function readTarBlock(block: Buffer): TarBlock | undefined {
  const size = number(block.subarray(124, 136));
  const sum = number(block.subarray(148, 156));
  const { unsigned, signed } = sums(block);
  if (size === undefined || (sum !== unsigned && sum !== signed)) return undefined;
  const prefix = untilNul(block.subarray(345, 500));
  if (prefix.length > 0 && block.toString('latin1', 257, 265) !== MAGIC) return undefined;
  const name = untilNul(block.subarray(0, 100));
  return {
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    linkName: untilNul(block.subarray(157, 257)),
    typeFlag: block.toString('latin1', 156, 157),
    size,
    mode: number(block.subarray(100, 108)),
    modified: number(block.subarray(136, 148)),
    hasSignedSum: sum !== unsigned,
  };
}

/** A field up to its first NUL. */
export function untilNul(field: Buffer): Buffer {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

/** Of all bytes, where those of the checksum count as spaces. */
function sums(block: Buffer): { unsigned: number; signed: number } {
  let unsigned = 0;
  let high = 0;
  for (let at = 0; at < TAR_BLOCK; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : block[at];
    unsigned += byte;
    if (byte > 127) high += 1;
  }
  return { unsigned, signed: unsigned - 256 * high };
}

/** Octal digits, or a number of base 256 as GNU tar writes large ones; undefined for negative and unsafe ones. */
function number(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const match = NUMBER.exec(field.toString('latin1'));
  return match === null ? undefined : Number.parseInt(match[1] ?? '0', 8);
}
