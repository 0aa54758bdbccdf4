import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** First key of all advisory locks taken here; any number that no other room uses. */
const LOCK_SPACE = 0x6361_6368;

/** Second keys: one per task that only one process of a fleet should do at a time. */
const TASKS = { reconciliation: 1, expiry: 2, housekeeping: 3, collection: 4, pruning: 5 } as const;
export type FleetTask = keyof typeof TASKS;

/** Has a task done by one process of the fleet at a time, under a PostgreSQL advisory lock. */
@Injectable()
export class FleetLock {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs `work` unless another process does so now; then returns undefined at once. */
  async once<T>(task: FleetTask, work: () => Promise<T>): Promise<T | undefined> {
    const connection = this.dataSource.createQueryRunner();
    try {
      const [{ locked }]: { locked: boolean }[] = await connection.query(
        'SELECT pg_try_advisory_lock($1, $2) AS "locked"',
        [LOCK_SPACE, TASKS[task]],
      );
      if (!locked) return undefined;
      try {
        return await work();
      } finally {
        await connection.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_SPACE, TASKS[task]]);
      }
    } finally {
      await connection.release();
    }
  }
}
