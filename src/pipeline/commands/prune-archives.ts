import { Configuration } from '../../config/index.js';
import { cutOff } from '../maintenance/cut-off.js';
import { Maintenance } from '../maintenance/maintenance.js';
import type { PrunableSource } from '../maintenance/source-pruning.js';
import { type Command, formatBytes, refusePositionals, UsageError } from './command.js';

/** Lists or removes archived sources that nobody has asked for in a long time. */
export const pruneArchives: Command = {
  summary: 'list or delete archived sources that nobody asked for in a long time',
  help: [
    'Usage: cachito prune-archives list|delete [--older-than YYYY-MM-DD] [--limit N] [--execute] [--verbose]',
    '',
    'Considers archived sources whose latest request was made before a date. Their blobs are freed by the next',
    'collection (collect-blobs).',
    '',
    '  --older-than   last asked for before this date, UTC (default: CACHITO_ARCHIVES_DEFAULT_AGE_DAYS ago); must be',
    '                 older than CACHITO_ARCHIVES_MINIMUM_AGE_DAYS',
    '  --limit        consider at most so many sources',
    '  --execute      with delete: really delete; without it they are only listed',
    '  --verbose      tell size and date as well',
  ].join('\n'),
  options: {
    'older-than': { type: 'string' },
    limit: { type: 'string' },
    execute: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
  async run({ app, values, positionals, print }) {
    refusePositionals(positionals, 1);
    const [action] = positionals;
    if (action !== 'list' && action !== 'delete') throw new UsageError('Say "list" or "delete".');
    const execute = values.execute === true;
    if (execute && action === 'list') throw new UsageError('--execute goes with "delete" only.');
    const { archivesDefaultAge, archivesMinimumAge } = app.get(Configuration).worker;
    const given = typeof values['older-than'] === 'string' ? values['older-than'] : undefined;
    const olderThan = cutOff(given, archivesDefaultAge, archivesMinimumAge);
    if ('problem' in olderThan) throw new UsageError(`--older-than ${olderThan.problem}.`);
    const limit = positiveInteger(values.limit);
    const count = await app
      .get(Maintenance)
      .prune({ olderThan, limit, execute }, (source) => print(describe(source, values.verbose === true)));
    if (count === undefined) return print('Another process prunes sources just now: try again later.');
    print(execute ? `Deleted sources: ${count}` : `Sources that can be deleted: ${count}`);
    if (action === 'delete' && !execute) print('Nothing was deleted. Add --execute to delete.');
  },
};

function positiveInteger(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[1-9]\d{0,8}$/.test(value))
    throw new UsageError('--limit must be a number of at least 1.');
  return Number(value);
}

function describe(source: PrunableSource, verbose: boolean): string {
  const name = `${source.repoName} ${source.ref}${source.withSubmodules ? ' with submodules' : ''}`;
  return verbose ? `${name} (${formatBytes(source.size)}, last asked for ${source.lastRequested})` : name;
}
