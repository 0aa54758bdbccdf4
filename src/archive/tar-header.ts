import { encodePath, isUtf8Path } from './path-bytes.js';
import { TAR_BLOCK } from './tar-block.js';
import type { TreeEntryType } from './tree-entry.js';

/** Two empty blocks end an archive (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const END_OF_TAR = Buffer.alloc(2 * TAR_BLOCK);

/** What the header of an entry says; everything else (owner, group, devices) is always 0. */
export interface TarHeader {
  /** Whole path in the archive, spelled like `TreeEntry.path`. */
  path: string;
  type: TreeEntryType;
  /** Bytes of the content. */
  size: number;
  linkTarget?: string;
  /** Seconds since 1970. */
  modified: number;
}

/** Git's modes; links have none of their own. */
const MODES: Record<TreeEntryType, number> = { file: 0o644, executable: 0o755, symlink: 0o777, directory: 0o755 };
const TYPE_FLAGS: Record<TreeEntryType, string> = { file: '0', executable: '0', symlink: '2', directory: '5' };
/** The largest number that eleven octal digits hold. */
const MAX_OCTAL = 0o77777777777;
/** 1980-01-01: zip files cannot hold an older time, and writers of zip files and wheels refuse it. */
const OLDEST = 315_532_800;

/** Fields of a ustar header: offset and length. */
const NAME = { at: 0, length: 100 };
const LINK_NAME = { at: 157, length: 100 };
const PREFIX = { at: 345, length: 155 };

/**
 * The blocks before an entry's content: one ustar block, and before it a pax header for what ustar cannot hold (names
 * that are long or not ASCII, link targets likewise, sizes of 8 GiB and more). Names that are not UTF-8 stand in the
 * ustar fields as they are, since pax records are UTF-8 by definition; only when too long for that they go into pax, as
 * GNU tar does. The ustar fields always hold as much of the real name as fits, for readers that know no pax.
 *
 * Our own and not tar-stream's `pack`, whose pieces would stay in the store for ever: that one cannot write names that
 * are not UTF-8, overflows for times after January 2038, and names every entry with a pax header `PaxHeader`.
 */
export function tarHeader(header: TarHeader): Buffer {
  const path = encodePath(header.type === 'directory' ? `${header.path}/` : header.path);
  const link = header.linkTarget === undefined ? undefined : encodePath(header.linkTarget);
  const name = splitName(path);
  const records: Buffer[] = [];
  if (name === undefined || (!isAscii(path) && isUtf8Path(header.path))) records.push(paxRecord('path', path));
  if (link !== undefined && needsRecord(link, header.linkTarget ?? '')) records.push(paxRecord('linkpath', link));
  if (header.size > MAX_OCTAL) records.push(paxRecord('size', Buffer.from(String(header.size))));

  const block = ustarBlock({
    name: name ?? { prefix: Buffer.alloc(0), name: path.subarray(-NAME.length) },
    mode: MODES[header.type],
    size: header.size,
    modified: clampTime(header.modified),
    typeFlag: TYPE_FLAGS[header.type],
    link,
  });
  if (records.length === 0) return block;
  const pax = Buffer.concat(records);
  const paxBlock = ustarBlock({
    name: { prefix: Buffer.alloc(0), name: Buffer.from('PaxHeader') },
    mode: MODES.file,
    size: pax.length,
    modified: clampTime(header.modified),
    typeFlag: 'x',
    link: undefined,
  });
  return Buffer.concat([paxBlock, pax, padding(pax.length), block]);
}

/** The zero bytes after a content of so many bytes, up to the next block. */
export function padding(size: number): Buffer {
  return END_OF_TAR.subarray(0, (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
}

/** Bytes that a content takes with its padding. */
export function paddedSize(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

/** A time that tar and zip can both hold. */
export function clampTime(seconds: number): number {
  return Math.min(Math.max(Math.trunc(seconds), OLDEST), MAX_OCTAL);
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function needsRecord(link: Buffer, target: string): boolean {
  return link.length > LINK_NAME.length || (!isAscii(link) && isUtf8Path(target));
}

interface SplitName {
  prefix: Buffer;
  name: Buffer;
}

/** The two halves that ustar joins with a slash; undefined when no slash stands where it would have to. */
function splitName(path: Buffer): SplitName | undefined {
  if (path.length <= NAME.length) return { prefix: Buffer.alloc(0), name: path };
  const slash = '/'.charCodeAt(0);
  const end = path.length - 1;
  // The first slash that leaves a name short enough; the one that ends a directory's name is no place to split.
  for (let at = path.length - 1 - NAME.length; at <= PREFIX.length && at < end; at += 1) {
    if (at > 0 && path[at] === slash) return { prefix: path.subarray(0, at), name: path.subarray(at + 1) };
  }
  return undefined;
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let digits = String(rest.length).length;
  if (String(rest.length + digits).length > digits) digits += 1;
  return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
}

interface UstarFields {
  name: SplitName;
  mode: number;
  size: number;
  modified: number;
  typeFlag: string;
  link: Buffer | undefined;
}

function ustarBlock(fields: UstarFields): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  fields.name.name.copy(block, NAME.at);
  writeOctal(block, 100, 8, fields.mode);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeSize(block, fields.size);
  writeOctal(block, 136, 12, fields.modified);
  block.fill(' ', 148, 156);
  block.write(fields.typeFlag, 156, 'latin1');
  fields.link?.copy(block, LINK_NAME.at, 0, LINK_NAME.length);
  block.write('ustar\u000000', 257, 'latin1');
  writeOctal(block, 329, 8, 0);
  writeOctal(block, 337, 8, 0);
  fields.name.prefix.copy(block, PREFIX.at);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

function writeOctal(block: Buffer, at: number, length: number, value: number): void {
  block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
}

/** Octal, or base 256 as GNU tar writes it, for readers that pass over the pax record. */
function writeSize(block: Buffer, size: number): void {
  if (size <= MAX_OCTAL) {
    writeOctal(block, 124, 12, size);
    return;
  }
  block.writeBigUInt64BE(BigInt(size), 128);
  block[124] = 0x80;
}
