import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the queue in the database delivers: it does not while this table has its one row. */
export class QueuePause1795996800000 implements MigrationInterface {
  readonly name = 'QueuePause1795996800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE "queue_pause" (
         "id" smallint NOT NULL DEFAULT 1 CHECK ("id" = 1),
         "since" timestamptz NOT NULL DEFAULT now(),
         CONSTRAINT "pk_queue_pause" PRIMARY KEY ("id")
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "queue_pause"`);
  }
}
