/** Generated data for `where-used.ts`: what a database looks like after many requests. */
import type { DataSource } from 'typeorm';

/** Popularity of components falls as a power of their rank: so many of a set are among the most popular thousand. */
const SKEW = 3.3;
const COMPONENTS = 100_000;
/** Versions of one name have ranks next to each other. */
const VERSIONS_PER_NAME = 5;
/** A lock file that changes replaces one in so many of its entries. */
const REPLACED = 50;
const REQUESTS_PER_SET = 20;
const REPOSITORIES_PER_CHUNK = 50;
const TABLES = ['request', 'request_state', 'request_package', 'dependency_set_member', 'dependency_edge'];

export interface Scale {
  requests: number;
  repositories: number;
}

/**
 * Fills an empty database. Requests of the repositories come in turn; every twentieth of a repository has another lock
 * file than the one before. One request in five has a second package. All but the latest requests are stale.
 */
export async function generate(dataSource: DataSource, scale: Scale): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    // Foreign keys hold by construction.
    await runner.query(`SET session_replication_role = replica`);
    await runner.query(`SET synchronous_commit = off`);
    await runner.query(`SET maintenance_work_mem = '512MB'`);
    await runner.query(`SET work_mem = '128MB'`);
    await runner.query(HELPERS);
    const rebuild = await dropIndexes((text) => runner.query(text));
    await runner.query(COMPONENT_ROWS, [COMPONENTS, VERSIONS_PER_NAME, scale.repositories]);
    await runner.query(ARTIFACT_ROWS);
    const generations = Math.max(1, Math.ceil(scale.requests / scale.repositories / REQUESTS_PER_SET));
    for (let first = 0; first < scale.repositories; first += REPOSITORIES_PER_CHUNK) {
      const last = Math.min(first + REPOSITORIES_PER_CHUNK, scale.repositories) - 1;
      await runner.query(SETS, [first, last, generations]);
      await runner.query(DRAWN, [first, last, generations, REPLACED, SKEW, COMPONENTS]);
      await runner.query(MEMBERS);
      await runner.query(EDGES);
      await runner.query(`DROP TABLE "drawn"`);
    }
    await runner.query(REQUESTS, [scale.requests, scale.repositories]);
    await runner.query(REQUEST_PACKAGES, [scale.requests, scale.repositories, REQUESTS_PER_SET, generations]);
    await runner.query(REQUEST_STATES);
    for (const statement of rebuild) await runner.query(statement);
    await runner.query('VACUUM (ANALYZE)');
  } finally {
    await runner.release();
  }
}

/** Bulk inserts are many times faster without; returns the statements that make them again. */
async function dropIndexes(query: (text: string) => Promise<unknown>): Promise<string[]> {
  const constraints = (await query(
    `SELECT c.conrelid::regclass::text AS "table", c.conname AS "name", pg_get_constraintdef(c.oid) AS "definition"
     FROM pg_constraint c WHERE c.contype IN ('p', 'u') AND c.conrelid::regclass::text = ANY('{${TABLES.join(',')}}')
       AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)`,
  )) as { table: string; name: string; definition: string }[];
  const indexes = (await query(
    `SELECT i.indexname AS "name", i.indexdef AS "definition" FROM pg_indexes i
     WHERE i.tablename = ANY('{${TABLES.join(',')}}')
       AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)`,
  )) as { name: string; definition: string }[];
  for (const { name } of indexes) await query(`DROP INDEX "${name}"`);
  for (const { table, name } of constraints) await query(`ALTER TABLE "${table}" DROP CONSTRAINT "${name}"`);
  return [
    ...constraints.map((c) => `ALTER TABLE "${c.table}" ADD CONSTRAINT "${c.name}" ${c.definition}`),
    ...indexes.map(({ definition }) => definition),
  ];
}

/** From 0 to 1, the same for the same numbers. */
const HELPERS = `
  CREATE OR REPLACE FUNCTION pg_temp.chance(seed bigint, number bigint)
  RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  'SELECT (hashint8extended($2, $1) & 9223372036854775807)::float8 / 9223372036854775807'`;

/** Ids 1 to n by popularity; then one per repository that only it uses; then the packages of the repositories. */
const COMPONENT_ROWS = `
  INSERT INTO "component" ("id", "type", "name", "version")
  SELECT k, 'npm', 'package-' || (k - 1) / $2, ((k - 1) % $2 + 1) || '.' || k % 20 || '.' || k % 7
  FROM generate_series(1, $1::int) k
  UNION ALL SELECT $1::int + 1 + r, 'npm', '@acme/own-' || r, '1.0.' || r % 9 FROM generate_series(0, $3::int - 1) r
  UNION ALL SELECT $1::int + 1 + $3::int + r, 'npm', 'app-' || r, '1.0.0' FROM generate_series(0, $3::int - 1) r`;

const ARTIFACT_ROWS = `
  INSERT INTO "artifact" ("id", "ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by")
  SELECT "id", 'npm', "name", "version", 'https://registry.acme.dev/' || "name" || '/-/' || "version" || '.tgz',
    encode(sha256("id"::text::bytea), 'hex'),
    jsonb_build_object('sha512', encode(sha512("id"::text::bytea), 'hex')), 20000 + "id" % 90000, 'package-lock.json'
  FROM "component"`;

const SETS = `
  INSERT INTO "dependency_set" ("id", "sha256", "members")
  SELECT 1 + r * $3::bigint + g, encode(sha256((r * $3::bigint + g)::text::bytea), 'hex'), 800
  FROM generate_series($1::bigint, $2::bigint) r, generate_series(0, $3::bigint - 1) g`;

/** 620 to 1,100 draws for each set, of which the doubled ones fall out. One in so many slots changes per generation. */
const DRAWN = `
  CREATE TEMP TABLE "drawn" AS
  SELECT "set_id", "component_id", "chance", "dev",
    row_number() OVER (PARTITION BY "set_id" ORDER BY "chance", "component_id") - 1 AS "rank",
    count(*) OVER (PARTITION BY "set_id") AS "size"
  FROM (
    SELECT DISTINCT ON ("set_id", "component_id") "set_id", "component_id",
      pg_temp.chance(2, "component_id" * 10007 + r) AS "chance", pg_temp.chance(3, "component_id" + r) < 0.4 AS "dev"
    FROM (
      SELECT r, 1 + r * $3::bigint + g AS "set_id",
        CASE WHEN s = 0 THEN $6::bigint + 1 + r ELSE 1 + floor($6::float8 * power(
          pg_temp.chance(1, (r * 10000 + s) * 1000 + (g + s % $4::bigint) / $4::bigint), $5::float8))::bigint
        END AS "component_id"
      FROM generate_series($1::bigint, $2::bigint) r, generate_series(0, $3::bigint - 1) g,
        LATERAL generate_series(0, 620 + (r * 7919) % 480) s
    ) AS "slots"
  ) AS "members"`;

const MEMBERS = `
  INSERT INTO "dependency_set_member" ("set_id", "position", "component_id", "dev", "direct", "artifact_id")
  SELECT "set_id", row_number() OVER (PARTITION BY "set_id" ORDER BY "dev", "component_id") - 1, "component_id", "dev",
    "rank" < 40, "component_id"
  FROM "drawn" ORDER BY 1, 2`;

/** Everything has a parent of a lower rank, half of them a second one. */
const EDGES = `
  INSERT INTO "dependency_edge" ("set_id", "from_id", "to_id")
  SELECT e."set_id", f."component_id", e."component_id"
  FROM (
    SELECT "set_id", "component_id", floor("parent" * "rank")::bigint AS "from" FROM (
      SELECT "set_id", "component_id", "rank", pg_temp.chance(4, "component_id" + "rank") AS "parent"
      FROM "drawn" WHERE "rank" >= 40
    ) AS "first"
    UNION ALL
    SELECT "set_id", "component_id", (floor("parent" * "rank")::bigint + 1 + "component_id" % ("rank" - 1)) % "rank"
    FROM (
      SELECT "set_id", "component_id", "rank", pg_temp.chance(4, "component_id" + "rank") AS "parent"
      FROM "drawn" WHERE "rank" >= 40 AND pg_temp.chance(5, "component_id") < 0.5
    ) AS "second"
  ) AS e JOIN "drawn" f ON f."set_id" = e."set_id" AND f."rank" = e."from"
  ORDER BY 1, 3, 2`;

const REQUESTS = `
  INSERT INTO "request" ("id", "created", "repo", "repo_name", "ref", "state", "packages_count", "dependencies_count",
    "packages", "labels", "request_state_id", "attempt")
  SELECT n, '2020-01-01'::timestamp + n * interval '3 minutes', 'https://git.acme.dev/' || "name" || '.git', "name",
    encode(substring(sha256(n::text::bytea) FOR 20), 'hex'),
    CASE
      WHEN n > $1::int - 50 THEN 1
      WHEN n > $1::int - 3000 AND n % 25 <> 0 THEN 2
      WHEN n > $1::int - 20000 AND n % 25 = 0 THEN 3
      ELSE 4
    END,
    1, 800, '{"npm": [{"path": "."}]}',
    CASE WHEN n % 3 = 0 THEN
      jsonb_build_object('team', split_part("name", '/', 1), 'stage', CASE n % 4 WHEN 0 THEN 'release' ELSE 'test' END)
    END,
    n * 4, 1
  FROM generate_series(1, $1::int) n,
    LATERAL (SELECT 'team-' || n % $2::int % 100 || '/app-' || n % $2::int AS "name") AS "repository"`;

const REQUEST_PACKAGES = `
  INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id")
  SELECT n, p, ${COMPONENTS} + 1 + $2::int + r, CASE p WHEN 0 THEN '.' ELSE 'web/ui' END,
    1 + r * $4::bigint + (n - 1) / $2::int / $3::int % $4::int
  FROM generate_series(1, $1::int) n, LATERAL generate_series(0, CASE WHEN n % 5 = 0 THEN 1 ELSE 0 END) p,
    LATERAL (SELECT (n + p) % $2::int AS r) AS "repository"
  ORDER BY 1, 2`;

const REQUEST_STATES = `
  INSERT INTO "request_state" ("id", "state", "state_reason", "updated", "request_id")
  SELECT "id" * 4 - 3 + s, CASE s WHEN 3 THEN "state" WHEN 2 THEN 2 ELSE 1 END, 'Fetching npm dependencies at web/ui',
    "created" + s * interval '1 second', "id"
  FROM "request", generate_series(0, 3) s`;
