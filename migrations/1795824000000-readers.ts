import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- requests/: hosts that something of a request was fetched from; `?` = nobody knows --------------------------------
  `ALTER TABLE "request" ADD COLUMN "source_hosts" text[] NOT NULL DEFAULT '{?}'`,
];

const DOWN = [`ALTER TABLE "request" DROP COLUMN "source_hosts"`];

/** Who sees a request depends on where it comes from. Takes no time, since it locks the table; the next one fills it. */
export class Readers1795824000000 implements MigrationInterface {
  readonly name = 'Readers1795824000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
