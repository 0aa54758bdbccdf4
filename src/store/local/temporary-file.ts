import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { InvalidChecksum, ValidationError } from '../../errors/index.js';
import type { Blob, PutOptions } from '../blob-store.js';
import { isMissing, rethrow } from './file-errors.js';
import { untilAborted } from '../../concurrency/index.js';

/** Bytes that are collected for one write; the next ones are hashed meanwhile. */
const BATCH = 1024 * 1024;
/** Buffers of one write: well below what `writev` takes at a time (IOV_MAX). */
const MAX_BUFFERS = 512;
/** Blobs are read-only: nobody edits them in place, not even through a hard link. */
const READ_ONLY = 0o444;

export interface WriteOptions extends PutOptions {
  /** Wait until the disk has it, so that it survives a loss of power. */
  sync: boolean;
}

/**
 * Writes a stream to a new file while hashing it, and syncs it if asked to. Memory: two batches, whatever comes. The
 * caller removes the file when this throws: `InvalidChecksum`, `ValidationError` (too long), `FileAccessError` (disk
 * full), the signal's reason, or an error of the stream.
 */
export async function writeTemporaryFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<Blob> {
  const file = await create(path);
  try {
    const blob = await writeHashed(file, content, options);
    if (options.expectedSha256 !== undefined && options.expectedSha256 !== blob.sha256) {
      throw new InvalidChecksum(`The content has the SHA-256 ${blob.sha256} instead of ${options.expectedSha256}`);
    }
    await file.chmod(READ_ONLY);
    if (options.sync) await file.sync();
    return blob;
  } catch (error) {
    return rethrow(error, 'The store');
  } finally {
    await file.close();
  }
}

/** The directory is there but for the first time. */
async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await mkdir(dirname(path), { recursive: true });
      return open(path, 'wx', 0o600);
    });
  } catch (error) {
    return rethrow(error, 'The store');
  }
}

async function writeHashed(file: FileHandle, content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  let batch: Uint8Array[] = [];
  let batchSize = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = writeAll(file, batch);
    // Awaited at the next flush; a failure until then is not unhandled.
    writing.catch(() => undefined);
    batch = [];
    batchSize = 0;
  };
  try {
    for await (const chunk of abortable(content, options.signal)) {
      size += chunk.length;
      if (options.maxSize !== undefined && size > options.maxSize) {
        throw new ValidationError(`The content is larger than the ${options.maxSize} bytes that are allowed`);
      }
      hash.update(chunk);
      batch.push(chunk);
      batchSize += chunk.length;
      if (batchSize >= BATCH || batch.length >= MAX_BUFFERS) await flush();
    }
    await flush();
  } finally {
    // The file may be closed only when nothing writes to it any more.
    await writing;
  }
  return { sha256: hash.digest('hex'), size };
}

/** `writev` may write less than it was given (disk nearly full, a signal). */
async function writeAll(file: FileHandle, buffers: Uint8Array[]): Promise<void> {
  let rest = buffers;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest);
    rest = after(rest, bytesWritten);
  }
}

/** What is left of buffers when so many bytes of them are done. */
function after(buffers: Uint8Array[], done: number): Uint8Array[] {
  let left = done;
  for (const [index, buffer] of buffers.entries()) {
    if (left < buffer.length) return [buffer.subarray(left), ...buffers.slice(index + 1)];
    left -= buffer.length;
  }
  return [];
}

/** Passes a stream on until the signal fires, even while the stream keeps silent. */
async function* abortable(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (signal === undefined) {
    yield* content;
    return;
  }
  const iterator = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: what keeps silent does not return either, so a stream is closed by force. Nobody needs its answer.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
    if (content instanceof Readable) content.destroy();
  }
}
