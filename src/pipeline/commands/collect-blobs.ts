import { Maintenance } from '../maintenance/maintenance.js';
import { type Command, formatBytes, refusePositionals, UsageError } from './command.js';

/** Frees blobs that nothing refers to; a dry run unless told otherwise. */
export const collectBlobs: Command = {
  summary: 'list or delete stored blobs that nothing refers to',
  help: [
    'Usage: cachito collect-blobs [--dry-run | --execute] [--verbose]',
    '',
    'Looks for blobs older than a day that no row of the database refers to. A running service deletes them once a',
    'night by itself.',
    '',
    '  --dry-run   only count them (the default)',
    '  --execute   delete them',
    '  --verbose   name each of them',
  ].join('\n'),
  options: { 'dry-run': { type: 'boolean' }, execute: { type: 'boolean' }, verbose: { type: 'boolean' } },
  async run({ app, values, positionals, print }) {
    refusePositionals(positionals, 0);
    const execute = values.execute === true;
    if (execute && values['dry-run'] === true) throw new UsageError('Give either --dry-run or --execute.');
    const onUnreferenced =
      values.verbose === true
        ? ({ sha256, size }: { sha256: string; size: number }) => print(`${sha256} ${size}`)
        : undefined;
    const reports = await app.get(Maintenance).collect({ execute, onUnreferenced });
    if (reports === undefined) return print('Another process collects blobs just now: try again later.');
    for (const { store, blobs, unreferenced, bytes, deleted } of reports) {
      const found = `${store}: ${blobs} blobs, nothing refers to ${unreferenced} of them (${formatBytes(bytes)})`;
      print(execute ? `${found}, deleted: ${deleted}` : found);
    }
    if (!execute) print('Nothing was deleted: this was a dry run. Add --execute to delete.');
  },
};
