import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../../errors/index.js';

const MARK = 'moved';

/** Remembers that what this database holds has been moved to another server. */
export async function markMoved(folder: string): Promise<void> {
  await writeFile(join(folder, MARK), `${new Date().toISOString()}\n`, { flush: true });
}

/** Throws `DatabaseError` for a database that has been moved. */
export async function refuseMoved(folder: string): Promise<void> {
  const moved = await readFile(join(folder, MARK), 'utf8').catch(() => undefined);
  if (moved === undefined) return;
  throw new DatabaseError(
    `The embedded database was moved to another server at ${moved.trim()}: set DATABASE_URL to its address. ` +
      `To go back to what the embedded one held then, remove ${join(folder, MARK)}.`,
  );
}
