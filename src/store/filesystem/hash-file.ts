import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { isMissing, rethrow } from '../local/file-errors.js';

/** Bytes of a read: hashing them takes less than a millisecond. */
const CHUNK = 1024 * 1024;

/** SHA-256 of a file, hexadecimal; undefined when there is none. */
export async function hashFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return await hashContent(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    return rethrow(error, 'A blob');
  }
}

/**
 * By one buffer for the whole file: a stream would take a new one for every read, and many small files would drown in
 * them.
 */
async function hashContent(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const { size } = await file.stat();
  const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(size, CHUNK)));
  for (let done = 0; done < size;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, done);
    // Cut off meanwhile: the digest will say so.
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  return hash.digest('hex');
}
