import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Slots } from '../../concurrency/index.js';
import { FileAccessError } from '../../errors/index.js';
import { type Blob, BlobStore, type ByteRange, type LinkedFile, type PutOptions, type StoredBlob } from '../blob-store.js';
import { checkTemporaryDirectory, discard, removeAbandonedFiles } from '../local/temporary-directory.js';
import { writeTemporaryFile } from '../local/temporary-file.js';
import { temporaryName } from '../local/temporary-name.js';
import { StoreUnavailable } from '../store-unavailable.js';
import { VerifiedBlobs } from '../verified-blobs.js';
import type { Bucket, ObjectFacts } from './bucket.js';
import { Keys, sha256Of } from './keys.js';
import { readObject } from './read-object.js';
import { abortUploads, uploadFile } from './upload.js';

/** Parts of uploads in memory at a time, 8 MiB each unless a blob is larger than 80 GB. */
const MAX_PARTS = 12;
/** Milliseconds that a check of the store may take. */
const CHECK_TIMEOUT = 10_000;
const NOTHING = new Uint8Array();

interface S3StoreOptions {
  bucket: Bucket;
  /** Folders that all keys begin with; undefined = none. */
  prefix: string | undefined;
  /** Folder of this store in the bucket. */
  name: 'archive' | 'bundles';
  /** Local directory for what is on its way; other stores must not use it. */
  uploads: string;
  /** Whether clients may fetch blobs from the bucket. */
  directDownloads?: boolean;
}

/**
 * Blobs as objects of an S3-compatible bucket, which several processes and hosts share. The order of a write is: local
 * temporary file, which gives the key; upload under that key, visible when it is whole. Two writers of one blob write
 * the same bytes.
 */
export class S3BlobStore extends BlobStore {
  readonly #bucket: Bucket;
  readonly #keys: Keys;
  readonly #uploads: string;
  readonly #directDownloads: boolean;
  readonly #slots = new Slots(MAX_PARTS);
  readonly #verified = new VerifiedBlobs();

  constructor({ bucket, prefix, name, uploads, directDownloads = false }: S3StoreOptions) {
    super();
    this.#bucket = bucket;
    this.#keys = new Keys(prefix, name);
    this.#uploads = uploads;
    this.#directDownloads = directDownloads;
  }

  async put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<Blob> {
    const file = join(this.#uploads, temporaryName());
    try {
      const blob = await writeTemporaryFile(file, content, { ...options, sync: false });
      await options.inspect?.(file);
      await this.#publish(file, blob, options.signal ?? new AbortController().signal);
      return blob;
    } finally {
      await discard(file);
    }
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const object = await this.#open(sha256, range);
    const pieces = readObject(this.#bucket, this.#keys.blob(sha256), whatIs(sha256), object, range);
    const stream = Readable.from(pieces, { objectMode: false });
    // Of no effect unless the stream is closed before anybody reads from it.
    stream.once('close', () => object.body.destroy());
    return stream;
  }

  async copy(sha256: string, write: (piece: Uint8Array) => Promise<void>, range?: ByteRange): Promise<void> {
    const object = await this.#open(sha256, range);
    for await (const piece of readObject(this.#bucket, this.#keys.blob(sha256), whatIs(sha256), object, range)) {
      await write(piece);
    }
  }

  async readWhole(sha256: string, maxSize: number): Promise<Buffer> {
    const object = await this.#open(sha256);
    if (object.length > maxSize) {
      object.body.destroy();
      throw new FileAccessError(`${whatIs(sha256)} has more than ${maxSize} bytes`);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of readObject(this.#bucket, this.#keys.blob(sha256), whatIs(sha256), object)) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  async directLink(sha256: string, file: LinkedFile): Promise<string | undefined> {
    if (!this.#directDownloads) return undefined;
    return this.#bucket.link(this.#keys.blob(sha256), whatIs(sha256), file);
  }

  async stat(sha256: string): Promise<StoredBlob | undefined> {
    const [blob, mark] = await Promise.all([
      this.#head(sha256),
      this.#bucket.head(this.#keys.mark(sha256), whatIs(sha256)),
    ]);
    if (blob === undefined) return undefined;
    return { sha256, size: blob.size, modified: latest(blob.modified, mark?.modified, mark?.time) };
  }

  /** The mark comes first: a blob that is seen after it was not collected before it. */
  async touch(sha256: string): Promise<boolean> {
    await this.#bucket.put(this.#keys.mark(sha256), NOTHING, whatIs(sha256), { time: new Date() });
    if ((await this.#head(sha256)) !== undefined) return true;
    await this.#bucket.delete(this.#keys.mark(sha256), whatIs(sha256));
    return false;
  }

  async verify(sha256: string, signal?: AbortSignal): Promise<boolean> {
    return this.#verified.verify(
      sha256,
      async () => {
        const blob = await this.#head(sha256, signal);
        return blob && formOf(blob);
      },
      () => this.#hash(sha256),
      signal,
    );
  }

  async delete(sha256: string): Promise<void> {
    this.#verified.forget(sha256);
    await this.#bucket.delete(this.#keys.mark(sha256), whatIs(sha256));
    await this.#bucket.delete(this.#keys.blob(sha256), whatIs(sha256));
  }

  async *list(): AsyncGenerator<StoredBlob> {
    const { blobs, marks } = this.#keys;
    const marked = this.#bucket.list(marks);
    try {
      let mark = await marked.next();
      for await (const { key, size, modified } of this.#bucket.list(blobs)) {
        const sha256 = sha256Of(blobs, key);
        if (sha256 === undefined) continue;
        while (!mark.done && mark.value.key < this.#keys.mark(sha256)) mark = await marked.next();
        const touched = !mark.done && mark.value.key === this.#keys.mark(sha256) ? mark.value.modified : undefined;
        yield { sha256, size, modified: latest(modified, touched) };
      }
    } finally {
      await marked.return(undefined);
    }
  }

  async removeAbandoned(olderThan: Date): Promise<number> {
    const files = await removeAbandonedFiles(this.#uploads, olderThan);
    return files + (await abortUploads(this.#bucket, this.#keys.blobs, olderThan));
  }

  async check(): Promise<void> {
    await checkTemporaryDirectory(this.#uploads, { sync: false });
    const key = this.#keys.probe(temporaryName());
    const signal = AbortSignal.timeout(CHECK_TIMEOUT);
    await this.#bucket.put(key, NOTHING, 'The store', { signal });
    await this.#bucket.delete(key, 'The store', signal);
  }

  async #publish(file: string, blob: Blob, signal: AbortSignal): Promise<void> {
    if (await this.#isWhole(blob, signal)) return;
    const key = this.#keys.blob(blob.sha256);
    const etag = await uploadFile(this.#bucket, key, file, blob, this.#slots, signal);
    // What was hashed on its way in need not be read again to be believed.
    if (etag !== undefined) this.#verified.remember(blob.sha256, formOf({ size: blob.size, etag }));
    else if (!(await this.verify(blob.sha256, signal))) {
      throw new StoreUnavailable(`${whatIs(blob.sha256)} could not be written: try again`);
    }
  }

  /** Whether the blob lies there undamaged; if so, renews its time. */
  async #isWhole(blob: Blob, signal: AbortSignal): Promise<boolean> {
    const stored = await this.#head(blob.sha256, signal);
    if (stored === undefined || stored.size !== blob.size) return false;
    return (await this.verify(blob.sha256, signal)) && (await this.touch(blob.sha256));
  }

  /** Undefined when it is not there. */
  async #hash(sha256: string): Promise<string | undefined> {
    const hash = createHash('sha256');
    try {
      await this.copy(sha256, async (piece) => void hash.update(piece));
      return hash.digest('hex');
    } catch (error) {
      if ((await this.#head(sha256)) === undefined) return undefined;
      throw error;
    }
  }

  #head(sha256: string, signal?: AbortSignal): Promise<ObjectFacts | undefined> {
    return this.#bucket.head(this.#keys.blob(sha256), whatIs(sha256), signal);
  }

  #open(sha256: string, range?: ByteRange) {
    if (range !== undefined && (range.start < 0 || range.start > range.end)) {
      throw new RangeError(`No bytes ${range.start}-${range.end}`);
    }
    return this.#bucket.get(this.#keys.blob(sha256), whatIs(sha256), range === undefined ? {} : { range });
  }
}

function whatIs(sha256: string): string {
  return `The blob ${sha256}`;
}

/** What changes when the stored bytes do. */
function formOf({ size, etag }: Pick<ObjectFacts, 'size' | 'etag'>): string {
  return `${size}:${etag}`;
}

function latest(...times: (Date | undefined)[]): Date {
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)));
}
