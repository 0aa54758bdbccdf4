import { Maintenance } from '../maintenance/maintenance.js';
import { type Command, refusePositionals } from './command.js';

/** Expires requests and tidies up now, as the service does by itself every few minutes. */
export const cleanup: Command = {
  summary: 'mark old requests as stale and remove what they leave behind',
  help: [
    'Usage: cachito cleanup',
    '',
    'Marks requests as stale whose lifetime is over (CACHITO_REQUEST_LIFETIME, CACHITO_REQUEST_LIFETIME_FAILED), and',
    'removes old idempotency keys, expired evidence and abandoned temporary files. A running service does the same',
    'every few minutes by itself.',
  ].join('\n'),
  options: {},
  async run({ app, positionals, print }) {
    refusePositionals(positionals, 0);
    const maintenance = app.get(Maintenance);
    const expired = await maintenance.expire();
    print(
      expired === undefined
        ? 'Another process is expiring requests just now.'
        : `Requests that became stale: ${expired}`,
    );
    await maintenance.tidy();
  },
};
