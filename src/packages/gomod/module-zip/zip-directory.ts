import { quote } from '../../quote.js';
import { InvalidZip } from './invalid-zip.js';
import { MAX_NAME } from './limits.js';
import { readUint64 } from './uint64.js';
import type { DirectoryPlace } from './zip-end.js';

/** What the central directory says of a file. */
export interface ZipEntry {
  name: string;
  /** Whether it is deflated, else it lies there as it is. */
  isDeflated: boolean;
  crc32: number;
  /** Bytes in the zip. */
  compressedSize: number;
  /** Bytes of the file. */
  size: number;
  /** Where its local header begins. */
  offset: number;
  /** Whether size and CRC are repeated behind the content. */
  hasDescriptor: boolean;
}

const HEADER = { signature: 0x02014b50, size: 46 };
const FLAG = { encrypted: 1 << 0, descriptor: 1 << 3, patch: 1 << 5, masked: 1 << 13 };
/** Ways of compression that Go knows (APPNOTE.TXT, §4.4.5). */
export const METHOD = { stored: 0, deflated: 8 };
const ZIP64_EXTRA = 1;
const MAXED = 0xffffffff;
/** Systems whose attributes are those of Unix, and the kinds of file there. */
const UNIX_SYSTEMS = [3, 19];
const FILE_TYPE = { mask: 0o170000, unknown: 0, regular: 0o100000, directory: 0o040000 };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The entries of a central directory (APPNOTE.TXT, §4.3.12), in its order. Throws `InvalidZip`, also for what a module
 * zip cannot hold: links and other special files, encrypted ones, methods that Go does not know.
 */
export function readDirectory(directory: Buffer, place: DirectoryPlace): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < directory.length) {
    if (at + HEADER.size > directory.length || directory.readUInt32LE(at) !== HEADER.signature) throw damaged();
    const lengths = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const end = at + HEADER.size + lengths.reduce((sum, length) => sum + length, 0);
    if (end > directory.length) throw damaged();
    entries.push(readEntry(directory.subarray(at, end), place));
    at = end;
  }
  if (entries.length !== place.entries) throw new InvalidZip('it has another number of entries than it says');
  return entries;
}

function readEntry(header: Buffer, place: DirectoryPlace): ZipEntry {
  const nameEnd = HEADER.size + header.readUInt16LE(28);
  const name = readName(header.subarray(HEADER.size, nameEnd));
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  refuseSpecial(name, flags, method);
  refuseIrregular(name, header);
  const extra = header.subarray(nameEnd, nameEnd + header.readUInt16LE(30));
  const entry = {
    name,
    isDeflated: method === METHOD.deflated,
    crc32: header.readUInt32LE(16),
    hasDescriptor: (flags & FLAG.descriptor) !== 0,
    ...readSizes(header, extra, name),
  };
  if (entry.offset >= place.offset) throw new InvalidZip(`${quote(name)} is said to lie outside of the zip`);
  return entry;
}

/** Sizes and place; those that do not fit in 32 bits stand in the extra field, in this order (§4.5.3). */
function readSizes(header: Buffer, extra: Buffer, name: string): Pick<ZipEntry, 'size' | 'compressedSize' | 'offset'> {
  let rest: Buffer | undefined;
  const read = (field: number): number => {
    const short = header.readUInt32LE(field);
    if (short !== MAXED) return short;
    rest ??= findExtra(extra, ZIP64_EXTRA);
    if (rest === undefined || rest.length < 8) throw new InvalidZip(`the size of ${quote(name)} is missing`);
    const long = readUint64(rest, 0);
    rest = rest.subarray(8);
    return long;
  };
  const size = read(24);
  const compressedSize = read(20);
  return { size, compressedSize, offset: read(42) };
}

function findExtra(extra: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (end > extra.length) return undefined;
    if (extra.readUInt16LE(at) === wanted) return extra.subarray(at + 4, end);
    at = end;
  }
  return undefined;
}

function readName(bytes: Buffer): string {
  if (bytes.length > MAX_NAME) throw new InvalidZip('a name in it is too long');
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InvalidZip(`the name ${quote(bytes.toString('latin1'))} in it is not UTF-8`);
  }
}

function refuseSpecial(name: string, flags: number, method: number): void {
  if ((flags & (FLAG.encrypted | FLAG.masked)) !== 0) throw new InvalidZip(`${quote(name)} is encrypted`);
  if ((flags & FLAG.patch) !== 0) throw new InvalidZip(`${quote(name)} is a patch`);
  if (method === METHOD.stored || method === METHOD.deflated) return;
  throw new InvalidZip(`${quote(name)} is compressed in a way that Go does not know`);
}

function refuseIrregular(name: string, header: Buffer): void {
  if (!UNIX_SYSTEMS.includes(header.readUInt8(5))) return;
  const type = header.readUInt16LE(40) & FILE_TYPE.mask;
  const allowed = name.endsWith('/') ? FILE_TYPE.directory : FILE_TYPE.regular;
  if (type !== FILE_TYPE.unknown && type !== allowed) {
    throw new InvalidZip(`${quote(name)} is a link or another special file`);
  }
}

function damaged(): InvalidZip {
  return new InvalidZip('its directory is damaged');
}
