import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { quote } from '../../quote.js';
import { type FileWindow, WINDOW } from './file-window.js';
import { InvalidZip } from './invalid-zip.js';
import { METHOD, type ZipEntry } from './zip-directory.js';

/** Where the bytes of an entry lie in the zip. `end` is the first one that is none of them. */
export interface ContentPlace {
  start: number;
  end: number;
}

const HEADER = { signature: 0x04034b50, size: 30 };
const DESCRIPTOR = { signature: 0x08074b50, size: 8 };
/** Bytes of a file that is inflated in one piece, which is faster than piece by piece. */
const MAX_PIECE = 4 * WINDOW;

/**
 * Finds the content of an entry behind its local header (APPNOTE.TXT, §4.3.7). Throws `InvalidZip` when that is the
 * header of something else: some tools read these, others the directory.
 */
export function findContent(file: FileWindow, { name, isDeflated, offset, compressedSize }: ZipEntry): ContentPlace {
  const header = file.at(offset, HEADER.size);
  if (header.readUInt32LE(0) !== HEADER.signature) throw new InvalidZip(`${quote(name)} is not where it is said to be`);
  const isMethod = header.readUInt16LE(8) === (isDeflated ? METHOD.deflated : METHOD.stored);
  const nameLength = header.readUInt16LE(26);
  const start = offset + HEADER.size + nameLength + header.readUInt16LE(28);
  const nameHere = file.at(offset + HEADER.size, nameLength);
  if (!nameHere.equals(Buffer.from(name)) || !isMethod) {
    throw new InvalidZip(`${quote(name)} is something else in the zip than in its directory`);
  }
  return { start, end: start + compressedSize };
}

/**
 * SHA-256 of the file that an entry holds, hexadecimal. Memory does not grow with the file. Throws `InvalidZip` unless
 * it has the size and the CRC-32 that the directory names.
 */
export async function hashContent(file: FileWindow, entry: ZipEntry, place: ContentPlace): Promise<string> {
  const sums = new Sums(entry);
  if (!entry.isDeflated) for (const piece of pieces(file, place)) sums.add(piece);
  else if (entry.compressedSize <= WINDOW && entry.size <= MAX_PIECE) sums.add(inflateWhole(file, entry, place));
  else await inflatePieces(file, entry, place, sums);
  if (entry.hasDescriptor) checkDescriptor(file, entry, place.end);
  return sums.finish();
}

class Sums {
  private readonly hash = createHash('sha256');
  private crc = 0;
  private size = 0;

  constructor(private readonly entry: ZipEntry) {}

  add(piece: Uint8Array): void {
    this.size += piece.length;
    if (this.size > this.entry.size) throw tooLong(this.entry);
    this.hash.update(piece);
    this.crc = crc32(piece, this.crc);
  }

  finish(): string {
    const { name, size, crc32: expected } = this.entry;
    if (this.size < size) throw new InvalidZip(`${quote(name)} has fewer bytes than it says`);
    if (this.crc !== expected) throw damaged(this.entry);
    return this.hash.digest('hex');
  }
}

function inflateWhole(file: FileWindow, entry: ZipEntry, { start }: ContentPlace): Buffer {
  // One byte more, to see a file that is too long; room for all of it at once.
  const room = entry.size + 1;
  try {
    return inflateRawSync(file.at(start, entry.compressedSize), { chunkSize: Math.max(room, 64), maxOutputLength: room });
  } catch (error) {
    throw inflateFailure(error, entry);
  }
}

async function inflatePieces(file: FileWindow, entry: ZipEntry, place: ContentPlace, sums: Sums): Promise<void> {
  const source = Readable.from(copies(pieces(file, place)));
  const inflate = createInflateRaw({ chunkSize: WINDOW });
  source.on('error', (error) => inflate.destroy(error));
  try {
    for await (const piece of source.pipe(inflate) as AsyncIterable<Buffer>) sums.add(piece);
  } catch (error) {
    throw inflateFailure(error, entry);
  } finally {
    source.destroy();
  }
}

function* pieces(file: FileWindow, { start, end }: ContentPlace): Generator<Buffer> {
  for (let at = start; at < end; at += WINDOW) yield file.at(at, Math.min(WINDOW, end - at));
}

/** What is kept for a while must not change when the window moves. */
function* copies(buffers: Iterable<Buffer>): Generator<Buffer> {
  for (const buffer of buffers) yield Buffer.from(buffer);
}

/** What stands behind the content, with or without a signature, must have the same CRC-32 (§4.3.9). */
function checkDescriptor(file: FileWindow, entry: ZipEntry, at: number): void {
  const descriptor = file.at(at, DESCRIPTOR.size);
  const isSigned = descriptor.readUInt32LE(0) === DESCRIPTOR.signature;
  if (descriptor.readUInt32LE(isSigned ? 4 : 0) !== entry.crc32) throw damaged(entry);
}

function inflateFailure(error: unknown, entry: ZipEntry): unknown {
  const { code } = Object(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLong(entry);
  return String(code).startsWith('Z_') ? damaged(entry) : error;
}

function tooLong({ name }: ZipEntry): InvalidZip {
  return new InvalidZip(`${quote(name)} has more bytes than it says`);
}

function damaged({ name }: ZipEntry): InvalidZip {
  return new InvalidZip(`${quote(name)} is damaged`);
}
