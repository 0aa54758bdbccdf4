import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- pipeline/: what each worker can do; null = a worker of an earlier version, which does not tell ------------------
  `ALTER TABLE "worker" ADD COLUMN "package_managers" text[], ADD COLUMN "version" text`,
];

const DOWN = [`ALTER TABLE "worker" DROP COLUMN "version", DROP COLUMN "package_managers"`];

/** Workers of a fleet that differ from each other. */
export class Fleet1795737600000 implements MigrationInterface {
  readonly name = 'Fleet1795737600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
