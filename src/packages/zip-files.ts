import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import type { ReadableFile } from './lenient-reading.js';

/** Which files of a zip are read, and how much of them. */
export interface ZipSelection {
  /** Is shown each path as it stands in the directory. */
  isWanted: (path: string) => boolean;
  /** Files; the others are left out. */
  maxFiles: number;
  /** Bytes of each file; what lies behind them is cut off. */
  maxBytes: number;
}

export interface ZipFileContent {
  path: string;
  content: Buffer;
}

/** Entries of the directory. The largest honest wheels and modules have a tenth of it. */
const MAX_ENTRIES = 250_000;
/** Bytes that are read at a time; all of most zips, or of their directories. */
const WINDOW = 256 * 1024;

/**
 * Reads some files of a zip that lies in the store, in the order of its directory. Only its directory and these files
 * are read. Throws for what is no zip, damaged, or has too many entries.
 */
export async function readZipFiles(file: ReadableFile, selection: ZipSelection): Promise<ZipFileContent[]> {
  const options = { autoClose: false, strictFileNames: true };
  const zip = await fromRandomAccessReaderPromise(new WindowReader(file), file.size, options);
  // The library reports errors also when nobody waits for anything.
  zip.on('error', () => undefined);
  try {
    const contents: ZipFileContent[] = [];
    for (const entry of await wantedEntries(zip, selection)) {
      contents.push({ path: entry.fileName, content: await beginning(zip, entry, selection.maxBytes) });
    }
    return contents;
  } finally {
    zip.close();
  }
}

async function wantedEntries(zip: ZipFile, { isWanted, maxFiles }: ZipSelection): Promise<Entry[]> {
  if (zip.entryCount > MAX_ENTRIES) throw new Error('The zip has too many entries');
  const wanted: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    const isFile = !entry.fileName.endsWith('/') && entry.canDecodeFileData();
    if (isFile && isWanted(entry.fileName)) wanted.push(entry);
    if (wanted.length === maxFiles) break;
  }
  return wanted;
}

async function beginning(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>) {
    parts.push(part);
    size += part.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}

/** Reads a stored file for the library, which asks for a few bytes at a time. */
class WindowReader extends RandomAccessReader {
  private window = { start: 0, bytes: Buffer.alloc(0) };

  constructor(private readonly file: ReadableFile) {
    super();
  }

  /** `end`: the first byte that is not wanted. */
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.pieces(start, end));
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const copy = (bytes: Buffer): void => void bytes.copy(target, offset);
    const known = this.known(position, length);
    if (known !== undefined) {
      copy(known);
      // Nobody else has a turn as long as the window lasts: for some milliseconds.
      return callback(null);
    }
    this.bytes(position, length).then(copy).then(() => callback(null), callback);
  }

  private async *pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; at += WINDOW) yield this.bytes(at, Math.min(WINDOW, end - at));
  }

  private known(position: number, length: number): Buffer | undefined {
    const { start, bytes } = this.window;
    const at = position - start;
    return at >= 0 && at + length <= bytes.length ? bytes.subarray(at, at + length) : undefined;
  }

  private async bytes(position: number, length: number): Promise<Buffer> {
    const { size } = this.file;
    if (position + length > size) throw new Error('The zip is cut off, or points outside of itself');
    const known = this.known(position, length);
    if (known !== undefined) return known;
    // The directory lies before the end, which is what is read first.
    const start = Math.max(0, Math.min(position, size - WINDOW));
    const end = Math.min(size, Math.max(start + WINDOW, position + length));
    this.window = { start, bytes: await buffer(await this.file.read({ start, end: end - 1 })) };
    const found = this.known(position, length);
    if (found === undefined) throw new Error('The zip is shorter than it was');
    return found;
  }
}
