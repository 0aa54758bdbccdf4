import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Locked registries, offline builds, and credentials that end with the request. */
export class Registries1795305600000 implements MigrationInterface {
  readonly name = 'Registries1795305600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}

const SHA256 = `char(64)`;

const UP = [
  // --- dependencies/: files that were made here are found by what they were made from; when an upstream published ----
  `ALTER TABLE "artifact" ADD COLUMN "published" timestamp(0)`,
  `CREATE INDEX "ix_artifact_upstream" ON "artifact" ("upstream", "ecosystem")`,

  // --- registries/: what a request's registry serves, stored once under the digest of its content --------------------
  `CREATE TABLE "registry_set" (
    "id" bigserial PRIMARY KEY,
    "sha256" ${SHA256} NOT NULL,
    "created" timestamp(6) NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'utc'),
    CONSTRAINT "uq_registry_set" UNIQUE ("sha256")
  )`,
  `CREATE TABLE "registry_set_entry" (
    "set_id" bigint NOT NULL REFERENCES "registry_set" ON DELETE CASCADE,
    "name" text NOT NULL,
    "version" text NOT NULL,
    "artifact_id" bigint NOT NULL REFERENCES "artifact",
    PRIMARY KEY ("set_id", "name", "version", "artifact_id")
  )`,
  `CREATE TABLE "request_registry" (
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "package_manager" text NOT NULL,
    "set_id" bigint NOT NULL REFERENCES "registry_set",
    "password_sha256" ${SHA256} NOT NULL,
    PRIMARY KEY ("request_id", "package_manager")
  )`,
  `CREATE INDEX "ix_request_registry_set" ON "request_registry" ("set_id")`,
  `CREATE TABLE "npm_manifest" ("sha256" ${SHA256} PRIMARY KEY, "manifest" jsonb NOT NULL)`,

  // --- requests/: how to build, online and offline ---------------------------------------------------------------
  `CREATE TABLE "request_configuration_file" (
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "mode" text NOT NULL CHECK ("mode" IN ('registry', 'offline')),
    "path" text NOT NULL,
    "template" bytea NOT NULL,
    PRIMARY KEY ("request_id", "mode", "path")
  )`,
  `ALTER TABLE "request_environment_variable"
    ADD COLUMN "mode" text NOT NULL DEFAULT 'registry' CHECK ("mode" IN ('registry', 'offline')),
    DROP CONSTRAINT "request_environment_variable_pkey",
    ADD PRIMARY KEY ("request_id", "mode", "environment_variable_id")`,
];

const DOWN = [
  `DELETE FROM "request_environment_variable" WHERE "mode" <> 'registry'`,
  `ALTER TABLE "request_environment_variable"
    DROP CONSTRAINT "request_environment_variable_pkey",
    DROP COLUMN "mode",
    ADD PRIMARY KEY ("request_id", "environment_variable_id")`,
  `DROP TABLE "request_configuration_file"`,
  `DROP TABLE "npm_manifest"`,
  `DROP TABLE "request_registry"`,
  `DROP TABLE "registry_set_entry"`,
  `DROP TABLE "registry_set"`,
  `DROP INDEX "ix_artifact_upstream"`,
  `ALTER TABLE "artifact" DROP COLUMN "published"`,
];
