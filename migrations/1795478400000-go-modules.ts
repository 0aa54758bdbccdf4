import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- source/: the version tags that were seen when they were first asked for -------------------------------------
  `ALTER TABLE "source" ADD COLUMN "version_tags" jsonb`,
  `ALTER TABLE "request" ADD COLUMN "refresh_tags" boolean NOT NULL DEFAULT false`,

  // --- packages/: what a package manager found out about a source, so that it need not be found out again -----------
  `CREATE TABLE "resolution_memo" (
    "source_id" integer NOT NULL REFERENCES "source" ON DELETE CASCADE,
    "key" char(64) NOT NULL CHECK ("key" ~ '^[0-9a-f]{64}$'),
    "content" bytea NOT NULL,
    PRIMARY KEY ("source_id", "key")
  )`,
];

const DOWN = [
  `DROP TABLE "resolution_memo"`,
  `ALTER TABLE "request" DROP COLUMN "refresh_tags"`,
  `ALTER TABLE "source" DROP COLUMN "version_tags"`,
];

/** Go modules: versions by tags, and results that are kept. */
export class GoModules1795478400000 implements MigrationInterface {
  readonly name = 'GoModules1795478400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
