import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { sortedInTurns } from '../../../concurrency/index.js';
import { ValidationError } from '../../../errors/index.js';
import { checkUnpackedSize, LIMITS, type Refusal } from './archive-limits.js';
import { checkDirectoryPlace } from './zip-end.js';

/** Bytes of the header before the content of an entry, without its name and extra fields. */
const LOCAL_HEADER = 30;
/** Types of files in the attributes that Unix tools write. */
const TYPE_MASK = 0o170000;
const LINK = 0o120000;

/** A member, and what reads its content: checked by its CRC; throws when it is longer than `limit` bytes. */
export interface ZipMember {
  /** The bytes of the name, each as a character. */
  path: string;
  type: 'file' | 'directory' | 'link';
  /** Bytes. */
  size: number;
  read(limit: number): Promise<Buffer>;
}

interface Place {
  start: number;
  end: number;
}

/**
 * Opens a zip file for as long as `use` takes. `use` is given those members that `isWanted` picks; it is called for
 * each. Throws the refusal for what is damaged, and for everything that two readers could understand differently.
 */
export async function withZip<Result>(
  file: string,
  refusal: Refusal,
  signal: AbortSignal,
  isWanted: (member: ZipMember) => boolean,
  use: (members: ZipMember[]) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(file, { autoClose: false, strictFileNames: true });
    // Closing may fail later.
    zip.on('error', () => undefined);
    return await use(await readDirectory(file, zip, refusal, signal, isWanted));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ValidationError || isFileSystemError(error)
      ? error
      : refusal('is no zip file, or is damaged or cut off');
  } finally {
    zip?.close();
  }
}

async function readDirectory(
  file: string,
  zip: ZipFile,
  refusal: Refusal,
  signal: AbortSignal,
  isWanted: (member: ZipMember) => boolean,
): Promise<ZipMember[]> {
  if (zip.entryCount > LIMITS.zipMembers) throw refusal(`holds more than ${LIMITS.zipMembers} members`);
  const start = cursorOf(zip);
  const wanted: ZipMember[] = [];
  const names = new Set<string>();
  const places: Place[] = [];
  let unpacked = 0;
  for await (const entry of zip.eachEntry()) {
    signal.throwIfAborted();
    checkEntry(entry, refusal);
    const member = memberOf(zip, entry, refusal);
    const name = member.path.replace(/\/$/, '');
    if (names.has(name)) throw refusal('holds two members of the same name');
    names.add(name);
    unpacked += entry.uncompressedSize;
    checkUnpackedSize(unpacked, zip.fileSize, refusal);
    places.push(placeOf(entry));
    if (isWanted(member)) wanted.push(member);
  }
  await checkDirectoryPlace(file, zip, { start, end: cursorOf(zip) }, refusal);
  await checkPlaces([...places, { start, end: start }], refusal);
  return wanted;
}

/** Where the next entry of the directory stands; the types of the library are wrong there. */
function cursorOf(zip: ZipFile): number {
  return Number(zip.readEntryCursor);
}

function checkEntry(entry: Entry, refusal: Refusal): void {
  if (entry.isEncrypted()) throw refusal('holds an encrypted member');
  if (!entry.canDecodeFileData()) throw refusal('holds a member that is packed in an unusual way');
  if (entry.fileNameRaw.includes(0) || entry.fileNameLength === 0 || entry.fileNameLength > LIMITS.path) {
    throw refusal('holds a member with an impossible name');
  }
}

function memberOf(zip: ZipFile, entry: Entry, refusal: Refusal): ZipMember {
  // Extra fields may give other names, which not every tool looks at.
  const path = entry.fileNameRaw.toString('latin1');
  const isLink = ((entry.externalFileAttributes >>> 16) & TYPE_MASK) === LINK;
  const type = path.endsWith('/') ? 'directory' : isLink ? 'link' : 'file';
  if (type === 'directory' && entry.uncompressedSize > 0) throw refusal('holds a directory with content');
  return { path, type, size: entry.uncompressedSize, read: (limit) => readEntry(zip, entry, limit, refusal) };
}

function placeOf(entry: Entry): Place {
  const start = entry.relativeOffsetOfLocalHeader;
  return { start, end: start + LOCAL_HEADER + entry.fileNameLength + entry.compressedSize };
}

/** Members that share bytes are how small files pretend to hold a lot. */
async function checkPlaces(places: readonly Place[], refusal: Refusal): Promise<void> {
  let end = 0;
  for (const place of await sortedInTurns(places, (a, b) => a.start - b.start)) {
    if (place.start < end) throw refusal('holds members that overlap');
    end = place.end;
  }
}

async function readEntry(zip: ZipFile, entry: Entry, limit: number, refusal: Refusal): Promise<Buffer> {
  if (entry.uncompressedSize > limit) throw refusal(`holds a member of more than ${limit} bytes`);
  const header = await zip.readLocalFileHeaderPromise(entry);
  if (!header.fileName.equals(entry.fileNameRaw)) throw refusal('holds a member that has two names');
  // The library ends a stream that is longer or shorter than the entry says.
  const parts: Uint8Array[] = [];
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) parts.push(part);
  const content = Buffer.concat(parts);
  if (crc32(content) !== entry.crc32) throw refusal('holds a damaged member');
  return content;
}

function isFileSystemError(error: unknown): boolean {
  return typeof Object(error).syscall === 'string';
}
