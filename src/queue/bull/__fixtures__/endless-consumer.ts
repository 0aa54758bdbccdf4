import { openBullQueue } from '../testing.js';

/** A worker process that never finishes a job, for specs to kill: prints `ready`, then each id that it is given. */
const [url = '', times] = process.argv.slice(2);
const { queue } = openBullQueue(url, times === undefined ? undefined : JSON.parse(times));
await queue.start(
  async (requestId) => {
    process.stdout.write(`${requestId}\n`);
    return new Promise(() => undefined);
  },
  { concurrency: 1 },
);
process.stdout.write('ready\n');
