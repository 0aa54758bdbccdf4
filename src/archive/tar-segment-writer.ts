import { crc32 } from 'node:zlib';
import { deflatePiece, deflateStream } from './deflate.js';
import { checkEntryPath, checkLinkTarget } from './entry-path.js';
import { comparePaths } from './path-bytes.js';
import { paddedSize, padding, tarHeader } from './tar-header.js';
import type { SegmentEntry, TarSegment, TreeEntry } from './tree-entry.js';

/** Bytes of tar text in a segment: large enough to deflate well, small enough to be deflated again after an edit. */
export const SEGMENT_SIZE = 1024 * 1024;
/** Segments that are deflated and stored at a time. */
const CONCURRENCY = 2;

/** Where finished segments go: `BlobStore.put` fits. */
export type StoreContent = (content: AsyncIterable<Uint8Array>) => Promise<{ sha256: string; size: number }>;

export interface TarSegmentWriterOptions {
  store: StoreContent;
  /** Time of every entry, seconds since 1970; clamped to what tar and zip can hold. */
  modified: number;
  /** Put before every path, `app/` by default. */
  prefix?: string;
}

/**
 * Turns the entries of a tree into deflated segments of tar text (about 1 MiB, cut at entries; a larger file has its
 * own) and stores each. Memory: a few segments, whatever the size of a file.
 */
export class TarSegmentWriter {
  readonly #options: Required<TarSegmentWriterOptions>;
  readonly #pending: Promise<TarSegment>[] = [];
  #text: Uint8Array[] = [];
  #length = 0;
  #entries: SegmentEntry[] = [];
  #lastPath: string | undefined;

  constructor(options: TarSegmentWriterOptions) {
    this.#options = { prefix: 'app/', ...options };
  }

  /**
   * Adds an entry; paths must come in the order of `comparePaths`, none twice. `content` must yield exactly
   * `entry.size` bytes, in buffers that are not used again. Returns the segments that were finished meanwhile, in
   * order.
   *
   * Throws `ValidationError` for a path or link target that cannot be archived.
   */
  async addEntry(entry: TreeEntry, content?: AsyncIterable<Uint8Array>): Promise<TarSegment[]> {
    this.#check(entry);
    const header = this.#header(entry);
    const length = header.length + paddedSize(entry.size);
    if (this.#length > 0 && this.#length + length > SEGMENT_SIZE) this.#cut();
    if (length > SEGMENT_SIZE) {
      await this.#storeLarge(entry, header, content);
    } else {
      const chunks = await collect(exactly(content, entry));
      this.#entries.push(place(entry, this.#length, header.length, length));
      this.#text.push(header, ...chunks, padding(entry.size));
      this.#length += length;
    }
    return this.#finished(CONCURRENCY);
  }

  /** Stores what is left. Returns the rest of the segments. */
  async finish(): Promise<TarSegment[]> {
    if (this.#length > 0) this.#cut();
    return this.#finished(0);
  }

  #check(entry: TreeEntry): void {
    checkEntryPath(entry.path);
    if (entry.linkTarget !== undefined) checkLinkTarget(entry.path, entry.linkTarget);
    if (this.#lastPath !== undefined && comparePaths(this.#lastPath, entry.path) >= 0) {
      throw new RangeError(
        `Entries out of order: ${JSON.stringify(entry.path)} after ${JSON.stringify(this.#lastPath)}`,
      );
    }
    this.#lastPath = entry.path;
  }

  #header(entry: TreeEntry): Buffer {
    const { prefix, modified } = this.#options;
    return tarHeader({ ...entry, path: prefix + entry.path, modified });
  }

  /** Lets the collected text be deflated and stored while the next one is collected. */
  #cut(): void {
    const segment = this.#storeSegment(Buffer.concat(this.#text), this.#entries);
    this.#remember(segment);
    this.#text = [];
    this.#entries = [];
    this.#length = 0;
  }

  async #storeSegment(text: Buffer, entries: SegmentEntry[]): Promise<TarSegment> {
    const deflated = await deflatePiece(text);
    const blob = await this.#options.store(once(deflated));
    return { sha256: blob.sha256, deflatedLength: blob.size, length: text.length, crc32: crc32(text), entries };
  }

  async #storeLarge(entry: TreeEntry, header: Buffer, content: AsyncIterable<Uint8Array> | undefined): Promise<void> {
    let checksum = 0;
    const length = header.length + paddedSize(entry.size);
    const text = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of entryText(header, exactly(content, entry), entry.size)) {
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    };
    const store = async (): Promise<TarSegment> => {
      const blob = await this.#options.store(deflateStream(text()));
      const entries = [place(entry, 0, header.length, length)];
      return { sha256: blob.sha256, deflatedLength: blob.size, length, crc32: checksum, entries };
    };
    const segment = store();
    this.#remember(segment);
    await segment;
  }

  #remember(segment: Promise<TarSegment>): void {
    // It is awaited later, in its turn; a failure until then is not unhandled.
    segment.catch(() => undefined);
    this.#pending.push(segment);
  }

  /** Takes finished segments from the front until no more than `limit` are under way. */
  async #finished(limit: number): Promise<TarSegment[]> {
    const segments: TarSegment[] = [];
    while (this.#pending.length > limit) {
      const first = this.#pending.shift();
      if (first !== undefined) segments.push(await first);
    }
    return segments;
  }
}

function place(entry: TreeEntry, start: number, headerLength: number, length: number): SegmentEntry {
  return { ...entry, headerOffset: start, contentOffset: start + headerLength, nextOffset: start + length };
}

async function* entryText(
  header: Buffer,
  content: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  yield header;
  yield* content;
  yield padding(size);
}

/** The content, checked against the size that the header has promised. */
async function* exactly(content: AsyncIterable<Uint8Array> | undefined, entry: TreeEntry): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of content ?? []) {
    length += chunk.length;
    if (length > entry.size) break;
    yield chunk;
  }
  if (length !== entry.size) {
    throw new RangeError(
      `The content of ${JSON.stringify(entry.path)} does not have the announced ${entry.size} bytes`,
    );
  }
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return chunks;
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
