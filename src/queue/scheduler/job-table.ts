import type { DataSource } from 'typeorm';
import type { QueueDepth } from '../job-queue.js';

/** Whether nobody works on a row, by the database's clock: the only one that all workers share. */
const IS_FREE = `("lease_expires" IS NULL OR "lease_expires" < now())`;

/** What was given to a worker, with its place among the others. */
export interface ClaimedJob {
  requestId: number;
  /** Whether a worker has had it before. */
  begun: boolean;
}

/** Milliseconds of a parameter, as an interval. */
const milliseconds = (parameter: string): string => `(${parameter}::double precision * interval '1 millisecond')`;

/** The SQL of the queue: every method is one statement on the table `job`, and rejects when the database fails. */
export class JobTable {
  constructor(
    private readonly dataSource: DataSource,
    /** Who holds the leases that this object takes. */
    private readonly owner: string,
    /** How long a lease lives, milliseconds. */
    private readonly lease: number,
  ) {}

  async add(requestId: number, priority: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO "job" ("request_id", "priority") VALUES ($1, $2) ON CONFLICT ("request_id") DO NOTHING`,
      [requestId, priority],
    );
  }

  async removeFree(requestId: number): Promise<void> {
    await this.dataSource.query(`DELETE FROM "job" WHERE "request_id" = $1 AND ${IS_FREE}`, [requestId]);
  }

  /**
   * Takes the next ids that are due, in their order. Rows that another worker takes right now are passed over; those
   * whose lease ran out, too, unless `expiredToo`.
   */
  async claim(limit: number, except: readonly number[], expiredToo = true): Promise<ClaimedJob[]> {
    const [rows]: [{ request_id: number; begun: boolean; position: number }[], number] = await this.dataSource.query(
      `WITH "picked" AS MATERIALIZED (
         SELECT "request_id", "begun", "priority" FROM "job"
         WHERE NOT EXISTS (SELECT FROM "queue_pause") AND "run_at" <= now() AND ${IS_FREE} AND ("lease_expires" IS NULL OR $5)
           AND "request_id" <> ALL ($3::int[])
         ORDER BY "begun" DESC, "priority", "request_id"
         LIMIT $2
         FOR UPDATE SKIP LOCKED
       ), "ordered" AS (
         SELECT "request_id", "begun", row_number() OVER (ORDER BY "begun" DESC, "priority", "request_id") AS "position"
         FROM "picked"
       )
       UPDATE "job" SET "begun" = true, "lease_owner" = $1, "lease_expires" = now() + ${milliseconds('$4')}
       FROM "ordered" WHERE "job"."request_id" = "ordered"."request_id"
       RETURNING "job"."request_id", "ordered"."begun" AS "begun", "ordered"."position"::int AS "position"`,
      [this.owner, limit, except, this.lease, expiredToo],
    );
    return rows
      .sort((one, other) => one.position - other.position)
      .map(({ request_id, begun }) => ({ requestId: request_id, begun }));
  }

  /** Renews leases; returns the ids that are still ours. */
  async renew(requestIds: readonly number[]): Promise<Set<number>> {
    const [rows]: [{ request_id: number }[], number] = await this.dataSource.query(
      `UPDATE "job" SET "lease_expires" = now() + ${milliseconds('$3')}
       WHERE "request_id" = ANY ($2::int[]) AND "lease_owner" = $1 RETURNING "request_id"`,
      [this.owner, requestIds, this.lease],
    );
    return new Set(rows.map((row) => row.request_id));
  }

  /** Takes an id of ours off the queue. */
  async finish(requestId: number): Promise<void> {
    await this.dataSource.query(`DELETE FROM "job" WHERE "request_id" = $1 AND "lease_owner" = $2`, [
      requestId,
      this.owner,
    ]);
  }

  /** Gives an id of ours back, due after `delay` milliseconds. */
  async handBack(requestId: number, delay: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE "job" SET "lease_owner" = NULL, "lease_expires" = NULL, "run_at" = now() + ${milliseconds('$3')}
       WHERE "request_id" = $1 AND "lease_owner" = $2`,
      [requestId, this.owner, delay],
    );
  }

  /** Gives an id of ours back as if it had never been taken. */
  async putBack({ requestId, begun }: ClaimedJob): Promise<void> {
    await this.dataSource.query(
      `UPDATE "job" SET "lease_owner" = NULL, "lease_expires" = NULL, "begun" = $3
       WHERE "request_id" = $1 AND "lease_owner" = $2`,
      [requestId, this.owner, begun],
    );
  }

  async depth(): Promise<QueueDepth> {
    const [depth]: QueueDepth[] = await this.dataSource.query(
      `SELECT count(*) FILTER (WHERE ${IS_FREE})::int AS "waiting",
         count(*) FILTER (WHERE NOT ${IS_FREE})::int AS "running"
       FROM "job"`,
    );
    return depth ?? { waiting: 0, running: 0 };
  }

  async pause(): Promise<void> {
    await this.dataSource.query(`INSERT INTO "queue_pause" DEFAULT VALUES ON CONFLICT DO NOTHING`);
  }

  async isPaused(): Promise<boolean> {
    const rows: unknown[] = await this.dataSource.query(`SELECT FROM "queue_pause"`);
    return rows.length > 0;
  }

  async resume(): Promise<void> {
    await this.dataSource.query(`DELETE FROM "queue_pause"`);
  }
}
