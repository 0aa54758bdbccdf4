import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { SchedulerQueue, type SchedulerTimes } from '../scheduler-queue.js';

/** A worker process that never finishes a job, for specs to kill: prints `ready`, then each id that it is given. */
const [url, times] = process.argv.slice(2);
const dataSource = await new DataSource({ type: 'postgres', url, installExtensions: false }).initialize();
const queue = new SchedulerQueue(dataSource, parseTimes(times ?? ''));
await queue.start(
  async (requestId) => {
    process.stdout.write(`${requestId}\n`);
    return new Promise(() => undefined);
  },
  { concurrency: 1 },
);
process.stdout.write('ready\n');

function parseTimes(text: string): SchedulerTimes {
  const times: Partial<SchedulerTimes> = JSON.parse(text);
  return { lease: times.lease ?? 1_000, heartbeat: times.heartbeat ?? 250, poll: times.poll ?? 50 };
}
