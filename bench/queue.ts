/**
 * What a queue costs: jobs per second and time per job with a handler that does nothing, and how long it takes until
 * the job of a killed worker is delivered again. For both adapters, with their usual times; neither waits for a disk.
 * Needs `redis-server`.
 *
 *     node --import ./test/support/typescript.mjs bench/queue.ts [--jobs 2000] [--runs 3]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openTestDatabase } from '../src/database/testing.js';
import { openBullQueue } from '../src/queue/bull/testing.js';
import type { JobHandler, JobQueue } from '../src/queue/job-queue.js';
import { SchedulerQueue } from '../src/queue/scheduler/scheduler-queue.js';
import { startRedis } from '../test/support/redis.js';
import { median, seconds } from './measures.js';

const CONCURRENCY = 8;

interface Adapter {
  name: string;
  connect(): { queue: JobQueue; close(): Promise<void> };
  /** A worker process that never finishes. */
  consumer: { file: string; args: string[] };
}

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '2000' }, runs: { type: 'string', default: '3' } },
});
const jobs = Number(values.jobs);
const database = await openTestDatabase();
const redis = await startRedis();
const adapters: Adapter[] = [
  {
    name: 'database',
    connect: () => ({ queue: new SchedulerQueue(database.dataSource), close: async () => undefined }),
    consumer: {
      file: '../src/queue/scheduler/__fixtures__/endless-consumer.ts',
      args: [database.url, JSON.stringify({ lease: 10_000, heartbeat: 3_000, poll: 500 })],
    },
  },
  {
    name: 'Redis',
    connect: () => openBullQueue(redis.url),
    consumer: { file: '../src/queue/bull/__fixtures__/endless-consumer.ts', args: [redis.url] },
  },
];
try {
  for (const adapter of adapters) await measure(adapter);
} finally {
  await redis.close();
  await database.close();
}

async function measure(adapter: Adapter): Promise<void> {
  const enqueued: number[] = [];
  const worked: number[] = [];
  const takenOver: number[] = [];
  for (let run = 0; run < Number(values.runs); run += 1) {
    const times = await throughput(adapter);
    enqueued.push(times.enqueue);
    worked.push(times.work);
    takenOver.push(await takeOver(adapter));
  }
  const work = median(worked);
  console.log(
    `${adapter.name}: ${(jobs / median(enqueued)).toFixed(0)} ids enqueued/s one by one, ` +
      `${(jobs / work).toFixed(0)} jobs/s at concurrency ${CONCURRENCY}, ${((work * 1000) / jobs).toFixed(2)} ms each; ` +
      `job of a killed worker delivered again after ${median(takenOver).toFixed(1)} s (${takenOver.map((time) => time.toFixed(1)).join(' ')})`,
  );
}

/** Seconds to add all jobs, and to work through them. */
async function throughput(adapter: Adapter): Promise<{ enqueue: number; work: number }> {
  const { queue, close } = adapter.connect();
  const enqueue = await seconds(async () => {
    for (let id = 1; id <= jobs; id += 1) await queue.enqueue(id);
  });
  let done = 0;
  const work = await seconds(async () => {
    await queue.start(async () => ((done += 1), { kind: 'done' }), { concurrency: CONCURRENCY });
    while (done < jobs || (await queue.depth()).running > 0) await wait(5);
  });
  await queue.stop();
  await close();
  return { enqueue, work };
}

/** Seconds from the death of a worker to the next delivery of its id. */
async function takeOver(adapter: Adapter): Promise<number> {
  const { queue, close } = adapter.connect();
  const { file, args } = adapter.consumer;
  const loader = new URL('../test/support/typescript.mjs', import.meta.url).href;
  const worker = spawn(process.execPath, ['--import', loader, new URL(file, import.meta.url).pathname, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await queue.enqueue(1);
    for await (const line of createInterface({ input: worker.stdout })) if (line === '1') break;
    const ids: number[] = [];
    const finish: JobHandler = async (id) => (ids.push(id), { kind: 'done' });
    await queue.start(finish, { concurrency: 1 });
    const exit = once(worker, 'exit');
    worker.kill('SIGKILL');
    await exit;
    return await seconds(async () => {
      while (ids.length === 0) await wait(5);
    });
  } finally {
    worker.kill('SIGKILL');
    await queue.stop();
    await close();
  }
}
