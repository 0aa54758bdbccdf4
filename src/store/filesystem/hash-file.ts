import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { isMissing, rethrow } from './file-errors.js';

const CHUNK = 1024 * 1024;

/** SHA-256 of a file, hexadecimal; undefined when there is none. */
export async function hashFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK })) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch (error) {
    if (isMissing(error)) return undefined;
    return rethrow(error, 'A blob');
  }
}
