import { createReadStream } from 'node:fs';
import { DatabaseServer, importDatabase, readArchive } from '../../database/index.js';
import type { Command } from './command.js';
import { COMPARED, refuseLiveWorkers, tellProgress } from './database-transfer.js';
import { fileError, oneFile } from './export-database.js';

/** Fills the empty database with a file. */
export const importFromFile: Command = {
  summary: 'fill an empty database with the file of export-database',
  help: [
    'Usage: cachito import-database FILE',
    '',
    'Fills the database (of DATABASE_URL, or the embedded one), which must be empty, with what export-database has',
    'written, in one transaction, and compares; - is standard input. Both sides must be the same version of Cachito,',
    'and all of its processes stopped.',
  ].join('\n'),
  options: {},
  async run({ app, positionals, print }) {
    const file = oneFile(positionals);
    await refuseLiveWorkers(app);
    const input = file === '-' ? process.stdin : createReadStream(file);
    const { url } = app.get(DatabaseServer, { strict: false });
    await importDatabase(url, readArchive(input), tellProgress(print)).catch((error: unknown) => {
      throw fileError(file, error);
    });
    print(COMPARED);
  },
};
