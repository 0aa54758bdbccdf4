import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { FileAccessError } from '../../errors/index.js';
import { type Blob, BlobStore, type ByteRange, type PutOptions, type StoredBlob } from '../blob-store.js';
import { isMissing, rethrow } from '../local/file-errors.js';
import { checkTemporaryDirectory, discard, removeAbandonedFiles } from '../local/temporary-directory.js';
import { writeTemporaryFile } from '../local/temporary-file.js';
import { temporaryName } from '../local/temporary-name.js';
import { VerifiedBlobs } from '../verified-blobs.js';
import { hashFile } from './hash-file.js';
import { syncDirectory } from './sync-directory.js';

const KEY = /^[0-9a-f]{64}$/;
const PREFIX = /^[0-9a-f]{2}$/;
/** Where unfinished files lie: the same file system, so that a rename moves no bytes. */
const TEMPORARY = 'tmp';
/** Bytes of a read. */
const CHUNK = 1024 * 1024;

/**
 * `permanent`: what was put survives a loss of power. `rebuildable`: it survives the end of the process, but is not
 * waited for until the disk has it, which takes longer than building a bundle; what a loss of power cuts off has the
 * wrong digest, so `verify` finds it, and its owner makes it again.
 */
export type Durability = 'permanent' | 'rebuildable';

/**
 * Blobs as read-only files `aa/bb/<sha256>` below a directory, which several processes and hosts may share. The order
 * of a write is: temporary file, its sync, its new name, the sync of its directory; so a visible blob is whole even
 * after a loss of power (unless it is `rebuildable`).
 */
export class FilesystemBlobStore extends BlobStore {
  readonly #root: string;
  readonly #sync: boolean;
  readonly #verified = new VerifiedBlobs();

  constructor(root: string, durability: Durability = 'permanent') {
    super();
    this.#root = root;
    this.#sync = durability === 'permanent';
  }

  async put(content: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<Blob> {
    const temporary = join(this.#root, TEMPORARY, temporaryName());
    let moved = false;
    try {
      const blob = await writeTemporaryFile(temporary, content, { ...options, sync: this.#sync });
      await options.inspect?.(temporary);
      moved = await this.#publish(temporary, blob);
      return blob;
    } finally {
      if (!moved) await discard(temporary);
    }
  }

  async read(sha256: string, range?: ByteRange): Promise<Readable> {
    const file = await this.#open(sha256);
    try {
      const { size } = await file.stat();
      const { start, end } = within(size, range);
      // The last byte is named so that no further read is spent on finding the end; `end` of an empty file is refused.
      return size === 0
        ? file.createReadStream()
        : file.createReadStream({ start, end, highWaterMark: Math.min(CHUNK, end - start + 1) });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async copy(sha256: string, write: (piece: Uint8Array) => Promise<void>, range?: ByteRange): Promise<void> {
    const file = await this.#open(sha256);
    const pieces = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)];
    let writing: Promise<void> = Promise.resolve();
    try {
      const { start, end } = within((await file.stat()).size, range);
      for (let position = start, turn = 0; position <= end; turn = 1 - turn) {
        const { bytesRead } = await file.read(pieces[turn], 0, Math.min(CHUNK, end + 1 - position), position);
        if (bytesRead === 0) throw new FileAccessError(`The blob ${sha256} was cut off while it was read`);
        position += bytesRead;
        await writing;
        writing = write(pieces[turn].subarray(0, bytesRead));
        // Awaited before the next write; a failure until then is not unhandled.
        writing.catch(() => undefined);
      }
      await writing;
    } catch (error) {
      rethrow(error, `The blob ${sha256}`);
    } finally {
      await file.close();
    }
  }

  async readWhole(sha256: string, maxSize: number): Promise<Buffer> {
    const file = await this.#open(sha256);
    try {
      const { size } = await file.stat();
      if (size > maxSize) throw new FileAccessError(`The blob ${sha256} has more than ${maxSize} bytes`);
      const content = Buffer.allocUnsafe(size);
      for (let done = 0; done < size;) {
        const { bytesRead } = await file.read(content, done, size - done, done);
        if (bytesRead === 0) throw new FileAccessError(`The blob ${sha256} was cut off while it was read`);
        done += bytesRead;
      }
      return content;
    } catch (error) {
      return rethrow(error, `The blob ${sha256}`);
    } finally {
      await file.close();
    }
  }

  async directLink(): Promise<undefined> {
    return undefined;
  }

  async stat(sha256: string): Promise<StoredBlob | undefined> {
    const stats = await this.#stats(sha256);
    return stats && { sha256, size: stats.size, modified: stats.mtime };
  }

  async touch(sha256: string): Promise<boolean> {
    const before = await this.#stats(sha256);
    if (before === undefined) return false;
    const now = new Date();
    try {
      await utimes(this.#path(sha256), now, now);
    } catch (error) {
      if (isMissing(error)) return false;
      rethrow(error, `The blob ${sha256}`);
    }
    const after = await this.#stats(sha256);
    if (after !== undefined && before.ino === after.ino && before.size === after.size) {
      this.#verified.renew(sha256, formOf(before), formOf(after));
    }
    return after !== undefined;
  }

  async verify(sha256: string, signal?: AbortSignal): Promise<boolean> {
    return this.#verified.verify(
      sha256,
      () => this.#form(sha256),
      () => hashFile(this.#path(sha256)),
      signal,
    );
  }

  async delete(sha256: string): Promise<void> {
    const path = this.#path(sha256);
    await unlink(path).catch((error: unknown) => {
      if (!isMissing(error)) rethrow(error, `The blob ${sha256}`);
    });
    this.#verified.forget(sha256);
  }

  async *list(): AsyncGenerator<StoredBlob> {
    for (const first of await this.#names(this.#root, PREFIX)) {
      for (const second of await this.#names(join(this.#root, first), PREFIX)) {
        for (const sha256 of await this.#names(join(this.#root, first, second), KEY)) {
          const blob = sha256.startsWith(first + second) ? await this.stat(sha256) : undefined;
          if (blob !== undefined) yield blob;
        }
      }
    }
  }

  removeAbandoned(olderThan: Date): Promise<number> {
    return removeAbandonedFiles(join(this.#root, TEMPORARY), olderThan);
  }

  check(): Promise<void> {
    return checkTemporaryDirectory(join(this.#root, TEMPORARY), { sync: this.#sync });
  }

  async #open(sha256: string): Promise<FileHandle> {
    return open(this.#path(sha256), 'r').catch((error: unknown) => rethrow(error, `The blob ${sha256}`));
  }

  /** Gives a finished file its name, and returns true, unless a whole one is there already. */
  async #publish(temporary: string, blob: Blob): Promise<boolean> {
    const path = this.#path(blob.sha256);
    if (await this.#isWhole(blob)) return false;
    try {
      const created = await mkdir(dirname(path), { recursive: true });
      // Another writer may come first with the same bytes; a damaged file must go. A rename does for both.
      await rename(temporary, path);
      if (this.#sync) await this.#syncNames(dirname(path), created);
    } catch (error) {
      rethrow(error, 'The store');
    }
    const stats = await this.#stats(blob.sha256);
    // What was hashed on its way in need not be read again to be believed.
    if (stats !== undefined) this.#verified.remember(blob.sha256, formOf(stats));
    return true;
  }

  /** Whether the blob lies there undamaged; if so, renews its time. */
  async #isWhole(blob: Blob): Promise<boolean> {
    const stats = await this.#stats(blob.sha256);
    if (stats === undefined || stats.size !== blob.size) return false;
    return (await this.verify(blob.sha256)) && (await this.touch(blob.sha256));
  }

  /**
   * Makes a new name in `aa/bb` survive a loss of power, and the directories that were created for it, of which
   * `created` is the first. The innermost goes first: a file system with a journal has written all of them with it.
   */
  async #syncNames(directory: string, created: string | undefined): Promise<void> {
    await syncDirectory(directory);
    if (created === undefined) return;
    await syncDirectory(dirname(directory));
    if (created !== directory) await syncDirectory(this.#root);
  }

  async #stats(sha256: string): Promise<Stats | undefined> {
    return stat(this.#path(sha256)).catch((error: unknown) =>
      isMissing(error) ? undefined : rethrow(error, `The blob ${sha256}`),
    );
  }

  async #form(sha256: string): Promise<string | undefined> {
    const stats = await this.#stats(sha256);
    return stats && formOf(stats);
  }

  async #names(directory: string, pattern: RegExp): Promise<string[]> {
    const names = await readdir(directory).catch((error: unknown) =>
      isMissing(error) ? [] : rethrow(error, 'The store'),
    );
    return names.filter((name) => pattern.test(name)).sort();
  }

  #path(sha256: string): string {
    if (!KEY.test(sha256)) throw new FileAccessError('A blob is named by 64 lower-case hexadecimal digits');
    return join(this.#root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  }
}

/** First and last byte of a range of a file; the last is one before the first when the file is empty. */
function within(size: number, range: ByteRange | undefined): ByteRange {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? size - 1, size - 1);
  if (start < 0 || (range !== undefined && start > end)) throw new RangeError(`No bytes ${start}-${end} of ${size}`);
  return { start, end };
}

/** What changes when a file does (nanoseconds do not matter: stored files are never written again). */
function formOf(stats: Stats): string {
  return `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
}
