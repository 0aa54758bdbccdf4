import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Timestamps of the API are UTC without zone, with microseconds; leases and the queue use the
 * database's clock. SHA-256 keys are 64 lower-case hexadecimal digits.
 */
export class Initial1795219200000 implements MigrationInterface {
  name = 'Initial1795219200000';

  async up(query: QueryRunner): Promise<void> {
    for (const statement of UP) await query.query(statement);
  }

  async down(query: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await query.query(`DROP TABLE "${table}" CASCADE`);
  }
}

const UTC_NOW = `(now() AT TIME ZONE 'utc')`;
const SHA256 = `char(64)`;

/** In the order of their creation. */
const TABLES = [
  // source/
  'source',
  // dependencies/
  'artifact',
  'component',
  'dependency_set',
  'dependency_set_member',
  'dependency_edge',
  // requests/
  'user',
  'package_manager',
  'flag',
  'environment_variable',
  'config_file_base64',
  'request',
  'request_state',
  'request_error',
  'request_progress',
  'request_pkg_manager',
  'request_flag',
  'request_environment_variable',
  'request_config_file_base64',
  'request_package',
  'idempotency_key',
  // pipeline/
  'worker',
  // bundles/
  'bundle',
  'request_bundle',
  // queue/scheduler/
  'job',
];

const UP = [
  // --- source/: archived commits -------------------------------------------------------------------------------
  `CREATE TABLE "source" (
    "id" serial PRIMARY KEY,
    "repo" text NOT NULL,
    "repo_name" text NOT NULL,
    "ref" char(40) NOT NULL,
    "with_submodules" boolean NOT NULL,
    "commit_time" bigint NOT NULL,
    "submodules" jsonb NOT NULL DEFAULT '[]',
    "size" bigint NOT NULL,
    "entries" integer NOT NULL,
    "index_sha256" ${SHA256} NOT NULL,
    "git_directory_index_sha256" ${SHA256},
    "created" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    "used" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    CONSTRAINT "uq_source" UNIQUE ("repo", "ref", "with_submodules")
  )`,
  `CREATE INDEX "ix_source_repo_name_ref" ON "source" ("repo_name", "ref")`,

  // --- dependencies/: the catalogue ----------------------------------------------------------------------------
  `CREATE TABLE "artifact" (
    "id" bigserial PRIMARY KEY,
    "ecosystem" text NOT NULL,
    "name" text NOT NULL,
    "version" text NOT NULL,
    "upstream" text NOT NULL,
    "sha256" ${SHA256} NOT NULL,
    "digests" jsonb NOT NULL DEFAULT '{}',
    "size" bigint NOT NULL,
    "verified_by" text NOT NULL,
    "first_seen" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    CONSTRAINT "uq_artifact" UNIQUE ("ecosystem", "name", "version", "upstream")
  )`,
  `CREATE INDEX "ix_artifact_sha256" ON "artifact" ("sha256")`,
  `CREATE TABLE "component" (
    "id" bigserial PRIMARY KEY,
    "type" text NOT NULL,
    "name" text NOT NULL,
    "version" text
  )`,
  `CREATE UNIQUE INDEX "uq_component" ON "component" ("type", "name", coalesce("version", ''))`,
  `CREATE TABLE "dependency_set" (
    "id" bigserial PRIMARY KEY,
    "sha256" ${SHA256} NOT NULL,
    "members" integer NOT NULL,
    CONSTRAINT "uq_dependency_set" UNIQUE ("sha256")
  )`,
  `CREATE TABLE "dependency_set_member" (
    "set_id" bigint NOT NULL REFERENCES "dependency_set" ON DELETE CASCADE,
    "position" integer NOT NULL,
    "component_id" bigint NOT NULL REFERENCES "component",
    "dev" boolean,
    "direct" boolean NOT NULL DEFAULT false,
    "replaces_id" bigint REFERENCES "component",
    "artifact_id" bigint REFERENCES "artifact",
    PRIMARY KEY ("set_id", "position")
  )`,
  `CREATE INDEX "ix_dependency_set_member_component" ON "dependency_set_member" ("component_id", "set_id")`,
  `CREATE INDEX "ix_dependency_set_member_artifact" ON "dependency_set_member" ("artifact_id", "set_id")
    WHERE "artifact_id" IS NOT NULL`,
  `CREATE TABLE "dependency_edge" (
    "set_id" bigint NOT NULL REFERENCES "dependency_set" ON DELETE CASCADE,
    "from_id" bigint NOT NULL REFERENCES "component",
    "to_id" bigint NOT NULL REFERENCES "component",
    PRIMARY KEY ("set_id", "to_id", "from_id")
  )`,

  // --- requests/ -----------------------------------------------------------------------------------------------
  `CREATE TABLE "user" ("id" serial PRIMARY KEY, "username" text NOT NULL, CONSTRAINT "uq_user" UNIQUE ("username"))`,
  `CREATE TABLE "package_manager" (
    "id" serial PRIMARY KEY, "name" text NOT NULL, CONSTRAINT "uq_package_manager" UNIQUE ("name"))`,
  `INSERT INTO "package_manager" ("name") VALUES
    ('gomod'), ('npm'), ('pip'), ('git-submodule'), ('yarn'), ('rubygems')`,
  `CREATE TABLE "flag" (
    "id" serial PRIMARY KEY, "name" text NOT NULL, "active" boolean NOT NULL DEFAULT true,
    CONSTRAINT "uq_flag" UNIQUE ("name"))`,
  `INSERT INTO "flag" ("name", "active") VALUES
    ('gomod-vendor', true), ('gomod-vendor-check', true), ('force-gomod-tidy', true), ('cgo-disable', true),
    ('include-git-dir', true), ('remove-unsafe-symlinks', true), ('pip-dev-preview', false)`,
  `CREATE TABLE "environment_variable" (
    "id" serial PRIMARY KEY,
    "name" text NOT NULL,
    "value" text NOT NULL,
    "kind" text NOT NULL CHECK ("kind" IN ('path', 'literal'))
  )`,
  // A value may be longer than an index row can hold, hence the digest.
  `CREATE UNIQUE INDEX "uq_environment_variable" ON "environment_variable" ("name", md5("value"), "kind")`,
  `CREATE TABLE "config_file_base64" ("id" serial PRIMARY KEY, "path" text NOT NULL, "content" text NOT NULL)`,
  `CREATE UNIQUE INDEX "uq_config_file_base64" ON "config_file_base64" ("path", md5("content"))`,
  `CREATE TABLE "request" (
    "id" serial PRIMARY KEY,
    "created" timestamp(6) DEFAULT ${UTC_NOW},
    "repo" text NOT NULL,
    "repo_name" text NOT NULL,
    "ref" char(40) NOT NULL,
    "user_id" integer REFERENCES "user",
    "submitted_by_id" integer REFERENCES "user",
    "request_state_id" integer,
    "state" smallint NOT NULL DEFAULT 1,
    "packages_count" integer,
    "dependencies_count" integer,
    "packages" jsonb NOT NULL DEFAULT '{}',
    "dependency_replacements" jsonb NOT NULL DEFAULT '[]',
    "labels" jsonb,
    "offline" boolean NOT NULL DEFAULT false,
    "source_id" integer REFERENCES "source",
    "attempt" integer NOT NULL DEFAULT 0,
    "lease_owner" text,
    "lease_expires" timestamptz,
    "crashes" integer NOT NULL DEFAULT 0,
    "started" timestamptz,
    CONSTRAINT "uq_request_state_of_request" UNIQUE ("request_state_id")
  )`,
  `CREATE INDEX "ix_request_created" ON "request" ("created")`,
  `CREATE INDEX "ix_request_repo" ON "request" ("repo")`,
  `CREATE INDEX "ix_request_ref" ON "request" ("ref")`,
  `CREATE INDEX "ix_request_repo_name_ref" ON "request" ("repo_name", "ref", "id")`,
  `CREATE INDEX "ix_request_state" ON "request" ("state", "id")`,
  `CREATE INDEX "ix_request_source" ON "request" ("source_id")`,
  `CREATE INDEX "ix_request_labels" ON "request" USING gin ("labels" jsonb_path_ops)`,
  `CREATE TABLE "request_state" (
    "id" serial PRIMARY KEY,
    "state" smallint NOT NULL CHECK ("state" BETWEEN 1 AND 4),
    "state_reason" text NOT NULL,
    "updated" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE
  )`,
  `CREATE INDEX "ix_request_state_request" ON "request_state" ("request_id", "id")`,
  `CREATE INDEX "ix_request_state_state_updated" ON "request_state" ("state", "updated")`,
  `ALTER TABLE "request" ADD CONSTRAINT "fk_request_request_state"
    FOREIGN KEY ("request_state_id") REFERENCES "request_state" DEFERRABLE INITIALLY DEFERRED`,
  `CREATE TABLE "request_error" (
    "id" serial PRIMARY KEY,
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "origin" text NOT NULL CHECK ("origin" IN ('client', 'server')),
    "error_type" text NOT NULL,
    "message" text NOT NULL,
    "occurred" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    CONSTRAINT "uq_request_error" UNIQUE ("request_id")
  )`,
  `CREATE INDEX "ix_request_error_origin" ON "request_error" ("origin")`,
  `CREATE INDEX "ix_request_error_type" ON "request_error" ("error_type")`,
  `CREATE INDEX "ix_request_error_occurred" ON "request_error" ("occurred")`,
  `CREATE TABLE "request_progress" (
    "request_id" integer PRIMARY KEY REFERENCES "request" ON DELETE CASCADE,
    "step" text NOT NULL,
    "package_manager" text,
    "done" bigint NOT NULL,
    "total" bigint NOT NULL,
    "unit" text NOT NULL CHECK ("unit" IN ('packages', 'bytes')),
    "text" text NOT NULL,
    "updated" timestamp(6) NOT NULL DEFAULT ${UTC_NOW}
  )`,
  ...joinTable('request_pkg_manager', 'package_manager'),
  ...joinTable('request_flag', 'flag'),
  ...joinTable('request_environment_variable', 'environment_variable'),
  ...joinTable('request_config_file_base64', 'config_file_base64'),
  `CREATE TABLE "request_package" (
    "id" bigserial PRIMARY KEY,
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "position" integer NOT NULL,
    "component_id" bigint NOT NULL REFERENCES "component",
    "path" text NOT NULL DEFAULT '.',
    "dependency_set_id" bigint NOT NULL REFERENCES "dependency_set",
    CONSTRAINT "uq_request_package" UNIQUE ("request_id", "position")
  )`,
  `CREATE INDEX "ix_request_package_component" ON "request_package" ("component_id")`,
  `CREATE INDEX "ix_request_package_set" ON "request_package" ("dependency_set_id")`,
  `CREATE TABLE "idempotency_key" (
    "username" text NOT NULL,
    "key" text NOT NULL,
    "body_sha256" ${SHA256} NOT NULL,
    "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
    "created" timestamp(6) NOT NULL DEFAULT ${UTC_NOW},
    PRIMARY KEY ("username", "key")
  )`,
  `CREATE INDEX "ix_idempotency_key_created" ON "idempotency_key" ("created")`,

  // --- pipeline/: processes that work, by their heart-beat -------------------------------------------------------
  `CREATE TABLE "worker" (
    "name" text PRIMARY KEY,
    "started" timestamptz NOT NULL DEFAULT now(),
    "seen" timestamptz NOT NULL DEFAULT now(),
    "concurrency" integer NOT NULL,
    "running" integer NOT NULL DEFAULT 0
  )`,

  // --- bundles/ ------------------------------------------------------------------------------------------------
  `CREATE TABLE "bundle" (
    "recipe_sha256" ${SHA256} PRIMARY KEY,
    "sha256" ${SHA256} NOT NULL,
    "size" bigint NOT NULL,
    "created" timestamp(6) NOT NULL DEFAULT ${UTC_NOW}
  )`,
  `CREATE TABLE "request_bundle" (
    "request_id" integer PRIMARY KEY REFERENCES "request" ON DELETE CASCADE,
    "recipe_sha256" ${SHA256} NOT NULL REFERENCES "bundle"
  )`,
  `CREATE INDEX "ix_request_bundle_recipe" ON "request_bundle" ("recipe_sha256")`,

  // --- queue/scheduler/ ----------------------------------------------------------------------------------------
  `CREATE TABLE "job" (
    "request_id" integer PRIMARY KEY,
    "priority" smallint NOT NULL DEFAULT 0,
    "begun" boolean NOT NULL DEFAULT false,
    "run_at" timestamptz NOT NULL DEFAULT now(),
    "lease_owner" text,
    "lease_expires" timestamptz
  )`,
  `CREATE INDEX "ix_job_order" ON "job" ("begun" DESC, "priority", "request_id")`,
];

function joinTable(name: string, other: string): string[] {
  return [
    `CREATE TABLE "${name}" (
      "request_id" integer NOT NULL REFERENCES "request" ON DELETE CASCADE,
      "${other}_id" integer NOT NULL REFERENCES "${other}",
      PRIMARY KEY ("request_id", "${other}_id")
    )`,
    `CREATE INDEX "ix_${name}_other" ON "${name}" ("${other}_id")`,
  ];
}
