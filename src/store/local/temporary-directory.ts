import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, rethrow } from './file-errors.js';
import { writeTemporaryFile } from './temporary-file.js';
import { isOrphan, temporaryName } from './temporary-name.js';

/**
 * Removes files that crashed writers left in a directory of temporary files: at once where the writer is known to be
 * dead, else when they have not been touched since `olderThan`. Returns how many.
 */
export async function removeAbandonedFiles(directory: string, olderThan: Date): Promise<number> {
  const names = await readdir(directory).catch((error: unknown) =>
    isMissing(error) ? [] : rethrow(error, 'The store'),
  );
  let removed = 0;
  for (const name of names) {
    const path = join(directory, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats === undefined || (stats.mtime >= olderThan && !isOrphan(name, stats.mtime))) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}

/** Throws `FileAccessError` when the directory cannot take a file now. */
export async function checkTemporaryDirectory(directory: string, options: { sync: boolean }): Promise<void> {
  const path = join(directory, temporaryName());
  try {
    await writeTemporaryFile(path, probe(), options);
  } finally {
    await discard(path);
  }
}

/** Removes a temporary file. What cannot be removed now is left to `removeAbandonedFiles`: the first error matters more. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

async function* probe(): AsyncGenerator<Uint8Array> {
  yield Buffer.of(0);
}
