import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- dependencies/: documents of registries that are kept, and what was found out about what anybody asked for -----
  `CREATE TABLE "kept_document" (
    "key" text PRIMARY KEY,
    "final_url" text NOT NULL,
    "type" text NOT NULL,
    "etag" text,
    "last_modified" text,
    "content" bytea NOT NULL,
    "stored" timestamp(6) NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc')
  )`,
  // It is compressed.
  `ALTER TABLE "kept_document" ALTER COLUMN "content" SET STORAGE EXTERNAL`,
  `CREATE TABLE "finding" (
    "kind" text NOT NULL,
    "subject_sha256" text NOT NULL,
    "content" text NOT NULL,
    "recorded" timestamp(6) NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
    PRIMARY KEY ("kind", "subject_sha256")
  )`,

  // --- registries/: several files of one version, and what an index tells about each --------------------------------
  `ALTER TABLE "registry_set_entry" ADD COLUMN "file" text, ADD COLUMN "attributes" jsonb`,

  // --- requests/: variables that hold credentials, and what archived source distributions need ----------------------
  `CREATE TABLE "request_variable_template" (
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "mode" text NOT NULL CHECK ("mode" IN ('registry', 'offline')),
    "client" text NOT NULL DEFAULT '',
    "name" text NOT NULL,
    "kind" text NOT NULL CHECK ("kind" IN ('path', 'literal')),
    "plain_http_only" boolean NOT NULL DEFAULT false,
    "template" json NOT NULL,
    PRIMARY KEY ("request_id", "mode", "client", "name")
  )`,
  `CREATE TABLE "request_build_requirements" (
    "request_id" integer PRIMARY KEY REFERENCES "request" ON DELETE CASCADE,
    "content" json NOT NULL
  )`,
];

const DOWN = [
  `DROP TABLE "request_build_requirements"`,
  `DROP TABLE "request_variable_template"`,
  `ALTER TABLE "registry_set_entry" DROP COLUMN "attributes", DROP COLUMN "file"`,
  `DROP TABLE "finding"`,
  `DROP TABLE "kept_document"`,
];

/** Python: index pages, locked files, variables with credentials, build requirements. */
export class Python1795564800000 implements MigrationInterface {
  readonly name = 'Python1795564800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
