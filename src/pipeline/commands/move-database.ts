import { readFile } from 'node:fs/promises';
import { DatabaseServer, exportDatabase, importDatabase } from '../../database/index.js';
import { type Command, refusePositionals, UsageError } from './command.js';
import { COMPARED, refuseLiveWorkers, tellProgress } from './database-transfer.js';

/** Takes everything in the database to another PostgreSQL server. */
export const moveDatabase: Command = {
  summary: 'take the database to another PostgreSQL server',
  help: [
    'Usage: cachito move-database --to-file FILE | --to URL',
    '',
    'Copies the whole database (the embedded one, or the one of DATABASE_URL) into an empty database of another',
    'PostgreSQL server, in one transaction, and compares both. All processes of Cachito must have been stopped. Then',
    'start them with DATABASE_URL set to the new address; the embedded database refuses to start from then on.',
    'docs/moving.md tells about blobs.',
    '',
    '  --to-file   a file that holds the address, postgresql://user:password@host/database; - is standard input',
    '  --to        the address itself; others on this host can see it while the command runs',
  ].join('\n'),
  options: { 'to-file': { type: 'string' }, to: { type: 'string' } },
  async run({ app, values, positionals, print }) {
    refusePositionals(positionals, 0);
    const target = await targetOf(values);
    await refuseLiveWorkers(app);
    const source = app.get(DatabaseServer, { strict: false });
    await importDatabase(target, exportDatabase(source.url), tellProgress(print));
    await source.retire();
    print(`${COMPARED}\nStart Cachito with DATABASE_URL set to the new address.`);
  },
};

async function targetOf(values: Record<string, unknown>): Promise<string> {
  const { to, 'to-file': file } = values;
  if ((to === undefined) === (file === undefined)) throw new UsageError('Give either --to-file or --to.');
  const address = typeof file === 'string' ? await addressIn(file) : String(to);
  if (/^postgres(ql)?:\/\//.test(address) && URL.canParse(address)) return address;
  throw new UsageError('The address must be like postgresql://user:password@host:5432/database.');
}

async function addressIn(file: string): Promise<string> {
  try {
    return (await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')).trim();
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
