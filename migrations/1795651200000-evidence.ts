import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- dependencies/: what vouched for a file in the very lock file that names it, and what files declare -------------
  `ALTER TABLE "dependency_set_member" ADD COLUMN "verified_by" text, ADD COLUMN "requirements_unknown" boolean`,
  `CREATE TABLE "artifact_license" (
    "artifact_id" bigint PRIMARY KEY REFERENCES "artifact",
    "expression" text,
    "declared" text,
    "file" text
  )`,
  // Python names are searched for in any spelling (PEP 503).
  `CREATE INDEX "ix_component_python_name" ON "component"
    (lower(regexp_replace("name", '[-_.]+', '-', 'g') COLLATE "C")) WHERE "type" = 'pip'`,

  // --- requests/: what stays when the bundle goes --------------------------------------------------------------------
  `ALTER TABLE "request" ADD COLUMN "bundle_sha256" char(64), ADD COLUMN "cachito_version" text`,
  `UPDATE "request" r SET "bundle_sha256" = b."sha256"
   FROM "request_bundle" l JOIN "bundle" b ON b."recipe_sha256" = l."recipe_sha256" WHERE l."request_id" = r."id"`,
];

const DOWN = [
  `ALTER TABLE "request" DROP COLUMN "cachito_version", DROP COLUMN "bundle_sha256"`,
  `DROP INDEX "ix_component_python_name"`,
  `DROP TABLE "artifact_license"`,
  `ALTER TABLE "dependency_set_member" DROP COLUMN "requirements_unknown", DROP COLUMN "verified_by"`,
];

/** Evidence: licences, what verified each file, and what a stale request keeps. */
export class Evidence1795651200000 implements MigrationInterface {
  readonly name = 'Evidence1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
