import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { DatabaseServer, exportDatabase, writeArchive } from '../../database/index.js';
import { FileAccessError } from '../../errors/index.js';
import { type Command, UsageError } from './command.js';
import { refuseLiveWorkers } from './database-transfer.js';

/** Writes everything in the database into a file. */
export const exportToFile: Command = {
  summary: 'write the database into a file, for import-database',
  help: [
    'Usage: cachito export-database FILE',
    '',
    'Writes the whole database (the embedded one, or the one of DATABASE_URL) into a compressed file; - is standard',
    'output. All processes of Cachito must have been stopped. The file holds credentials of requests: keep it secret.',
    'docs/moving.md tells about blobs.',
  ].join('\n'),
  options: {},
  async run({ app, positionals }) {
    const file = oneFile(positionals);
    await refuseLiveWorkers(app);
    const parts = exportDatabase(app.get(DatabaseServer, { strict: false }).url);
    if (file === '-') return writeArchive(parts, process.stdout);
    await writeWhole(file, (output) => writeArchive(parts, output));
    console.error(`Written: ${file}`);
  },
};

/** The only argument. */
export function oneFile(positionals: readonly string[]): string {
  const [file] = positionals;
  if (positionals.length !== 1 || file === '') throw new UsageError('Name one file, or - .');
  return file;
}

/** A file has its name when it is whole. Throws `FileAccessError`. */
async function writeWhole(file: string, write: (output: NodeJS.WritableStream) => Promise<void>): Promise<void> {
  const partial = `${file}.partial`;
  const output = createWriteStream(partial, { mode: 0o600, flush: true });
  try {
    await write(output);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw fileError(file, error);
  }
}

/** An error of the file system, for people; others stay as they are. */
export function fileError(file: string, error: unknown): unknown {
  const isOfFile = error instanceof Error && 'syscall' in error && 'errno' in error;
  return isOfFile ? new FileAccessError(`${file}: ${error.message}`, { cause: error }) : error;
}
