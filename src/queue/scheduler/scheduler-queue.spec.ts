import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { until } from '../../../test/support/until.js';
import { migrate, postgresOptions } from '../../database/data-source.js';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { startTestServer, type TestServer } from '../../database/testing-server.js';
import { MessageBrokerError } from '../../errors/index.js';
import type { JobOutcome } from '../job-queue.js';
import { describeJobQueue } from '../job-queue.compliance.js';
import { SchedulerQueue } from './scheduler-queue.js';

const TIMES = { lease: 2_000, heartbeat: 300, poll: 50 };

let database: TestDatabase;
beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await openTestDatabase();
});
afterAll(() => database.close());

describeJobQueue('SchedulerQueue', undefined, async () => {
  const children: ChildProcess[] = [];
  return {
    connect: async () => new SchedulerQueue(database.dataSource, TIMES),
    spawnConsumer: async () => {
      const child = spawnConsumer(database.url);
      children.push(child);
      const lines: string[] = [];
      createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
      await until(() => lines.includes('ready'));
      return {
        received: (requestId) => until(() => lines.includes(String(requestId))),
        kill: () => kill(child),
      };
    },
    close: async () => {
      await Promise.all(children.map(kill));
      await database.dataSource.query('DELETE FROM "job"');
    },
  };
});

describe('SchedulerQueue without its database', () => {
  let own: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    own = await openTestDatabase();
    dataSource = own.dataSource;
  });
  afterAll(() => own.close());

  it('goes on when the database was away, and tells whoever adds that it cannot', async () => {
    const queue = new SchedulerQueue(dataSource, TIMES);
    const ids: number[] = [];
    await queue.start(async (requestId) => (ids.push(requestId), { kind: 'done' }), { concurrency: 2 });
    try {
      await withoutTable(dataSource, async () => {
        await expect(queue.enqueue(1)).rejects.toBeInstanceOf(MessageBrokerError);
        await expect(queue.depth()).rejects.toBeInstanceOf(MessageBrokerError);
        // Several polls fail.
        await new Promise((resolve) => setTimeout(resolve, 4 * TIMES.poll));
      });
      await cutConnections(dataSource);
      await until(() => queue.enqueue(2).then(() => true, () => false));
      await until(() => ids.includes(2));
    } finally {
      await queue.stop();
    }
  });

  it('renews leases after it has had nothing to do for some heart-beats', async () => {
    const queue = new SchedulerQueue(dataSource, TIMES);
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    await queue.start(() => finished.then(() => ({ kind: 'done' })), { concurrency: 1 });
    try {
      await new Promise((resolve) => setTimeout(resolve, 3 * TIMES.heartbeat));
      await queue.enqueue(6);
      const expiry = async (): Promise<string | undefined> => {
        const rows: { at: string }[] = await dataSource.query(
          `SELECT "lease_expires"::text AS "at" FROM "job" WHERE "request_id" = 6 AND "lease_expires" IS NOT NULL`,
        );
        return rows[0]?.at;
      };
      await until(async () => (await expiry()) !== undefined);
      const first = await expiry();
      await until(async () => (await expiry()) !== first);
    } finally {
      finish();
      await queue.stop();
    }
  });

  it('tells a handler whose lease went to another worker to stop', async () => {
    const queue = new SchedulerQueue(dataSource, TIMES);
    let told: unknown;
    await queue.start(
      async (_, signal) => {
        await dataSource.query(`UPDATE "job" SET "lease_owner" = 'another'`);
        await once(signal, 'abort');
        told = signal.reason;
        return { kind: 'done' };
      },
      { concurrency: 1 },
    );
    await queue.enqueue(5);
    await until(() => told !== undefined);
    await queue.stop();
    expect(String(told)).toContain('another worker');
    expect(await dataSource.query('SELECT "lease_owner" FROM "job" WHERE "request_id" = 5')).toEqual([{ lease_owner: 'another' }]);
  });
});

describe('SchedulerQueue whose PostgreSQL is restarted', () => {
  let server: TestServer;
  let dataSource: DataSource;
  beforeAll(async () => {
    server = await startTestServer();
    dataSource = await new DataSource(postgresOptions(server.url)).initialize();
    await migrate(dataSource);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await server?.close();
  });

  it('leaves to the living what they hold, though their leases ran out meanwhile, and not to the dead', async () => {
    const [holder, idle] = [new SchedulerQueue(dataSource, TIMES), new SchedulerQueue(dataSource, TIMES)];
    const [held, taken]: [number[], number[]] = [[], []];
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const hold = async (id: number): Promise<JobOutcome> => (held.push(id), await finished, { kind: 'done' });
    const take = async (id: number): Promise<JobOutcome> => (taken.push(id), { kind: 'done' });
    try {
      await holder.start(hold, { concurrency: 1 });
      await holder.enqueue(1);
      await until(() => held.length === 1);
      await idle.start(take, { concurrency: 2 });
      await dataSource.query(
        `INSERT INTO "job" ("request_id", "lease_owner", "lease_expires") VALUES (2, 'dead', now() + interval '2 seconds')`,
      );
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, 2 * TIMES.lease));
      await server.start();
      await until(() => taken.length > 0);
      finish();
      await until(async () => (await holder.depth().catch(() => undefined))?.running === 0);
      expect([held, taken]).toEqual([[1], [2]]);
    } finally {
      finish();
      await Promise.all([holder.stop(), idle.stop()]);
    }
  });
});

/** The table is locked out of sight, as a failing database would have it. */
async function withoutTable(dataSource: DataSource, work: () => Promise<void>): Promise<void> {
  await dataSource.query('ALTER TABLE "job" RENAME TO "job_away"');
  try {
    await work();
  } finally {
    await dataSource.query('ALTER TABLE "job_away" RENAME TO "job"');
  }
}

async function cutConnections(dataSource: DataSource): Promise<void> {
  await dataSource.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

function spawnConsumer(url: string): ChildProcess {
  const loader = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));
  const consumer = fileURLToPath(new URL('./__fixtures__/endless-consumer.ts', import.meta.url));
  return spawn(process.execPath, ['--import', loader, consumer, url, JSON.stringify(TIMES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
