import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { openDataSource, postgresOptions } from './data-source.js';
import { limitsOf, type SessionLimits } from './session-limits.js';
import { openTestDatabase, type TestDatabase } from './testing.js';

describe('limits of sessions', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  async function connect(limits: SessionLimits, poolSize?: number): Promise<DataSource> {
    return new DataSource(postgresOptions(database.url, { limits, poolSize })).initialize();
  }

  it.each(['api', 'worker', 'all'] as const)('are set in every session of role %s', async (role) => {
    const limits = limitsOf(role);
    const dataSource = await connect(limits);
    try {
      expect(
        await dataSource.query(`SELECT "name", "setting" FROM pg_settings WHERE "name" IN
          ('TimeZone', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'tcp_keepalives_idle')
          ORDER BY "name"`),
      ).toEqual([
        { name: 'TimeZone', setting: 'UTC' },
        { name: 'idle_in_transaction_session_timeout', setting: String(limits.idleInTransaction) },
        { name: 'lock_timeout', setting: String(limits.lock) },
        { name: 'statement_timeout', setting: String(limits.statement) },
        { name: 'tcp_keepalives_idle', setting: '30' },
      ]);
    } finally {
      await dataSource.destroy();
    }
  });

  it('end statements, waits for locks and silent transactions', async () => {
    const limits = { statement: 500, lock: 100, idleInTransaction: 100 };
    const [one, two] = await Promise.all([connect(limits), connect(limits)]);
    const holder = one.createQueryRunner();
    try {
      await expect(two.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: '57014' });
      // Statements follow each other without a pause, so this transaction is never silent.
      await database.dataSource.transaction(async (manager) => {
        await manager.query('LOCK TABLE "flag"');
        await expect(two.query('SELECT 1 FROM "flag"')).rejects.toMatchObject({ code: '55P03' });
      });
      await holder.startTransaction();
      await holder.query('LOCK TABLE "flag"');
      // Its transaction is ended by the server, so that this lock is free again.
      await database.dataSource.query('SELECT 1 FROM "flag"');
      await expect(holder.query('SELECT 1')).rejects.toThrow();
    } finally {
      await holder.release();
      await Promise.all([one.destroy(), two.destroy()]);
    }
  });

  it('hold no migration back', async () => {
    const empty = await openTestDatabase({ migrated: false });
    try {
      const options = postgresOptions(empty.url, { limits: { statement: 1, lock: 1, idleInTransaction: 1_000 } });
      const dataSource = await openDataSource(options);
      await dataSource.destroy();
      expect(await empty.dataSource.query('SELECT count(*) > 0 AS "any" FROM "migrations"')).toEqual([{ any: true }]);
    } finally {
      await empty.close();
    }
  });

  it('let a process have so many connections, and others wait for one', async () => {
    const dataSource = await connect(limitsOf('api'), 5);
    try {
      const pids: { pid: number }[][] = await Promise.all(
        Array.from({ length: 20 }, () => dataSource.query('SELECT pg_backend_pid() AS "pid", pg_sleep(0.02)')),
      );
      expect(new Set(pids.map(([{ pid }]) => pid)).size).toBe(5);
    } finally {
      await dataSource.destroy();
    }
  });
});
