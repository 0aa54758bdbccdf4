import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // --- requests/: hosts of what there is, by all that is stored of it ---------------------------------------------------
  // What the versions before did not tell apart: the user, the host, the port. An odd one is left as unknown.
  `CREATE OR REPLACE FUNCTION pg_temp.host_of(address text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN host ~ '^[a-z0-9._:-]+$' THEN host END FROM (
      SELECT lower(rtrim(coalesce(
        substring(address FROM '^(?:[a-zA-Z]+\\+)?[a-zA-Z][a-zA-Z0-9.-]*://(?:[^/?#]*@)?\\[([^]/]*)\\]'),
        substring(address FROM '^(?:[a-zA-Z]+\\+)?[a-zA-Z][a-zA-Z0-9.-]*://(?:[^/?#]*@)?([^/?#:]+)'),
        substring(address FROM '^(?:[^@:/ ]+@)?([^@:/ ]+):(?!//)')
      ), '.')) AS host
    ) AS found
  $$`,
  `CREATE TEMPORARY TABLE "artifact_host" ON COMMIT DROP AS
   SELECT "id", pg_temp.host_of("upstream") AS "host" FROM "artifact"
   UNION SELECT "id", pg_temp.host_of('https://' || "name") FROM "artifact"
   WHERE "ecosystem" = 'gomod' AND split_part("name", '/', 1) LIKE '%.%'
   -- Git dependencies of npm are packed with their submodules.
   UNION SELECT a."id", coalesce(pg_temp.host_of(m->>'url'), '?')
   FROM "artifact" a
     JOIN "source" s ON s."ref" = substring(a."upstream" FROM '#([0-9a-f]{40})$') AND s."with_submodules"
     CROSS JOIN jsonb_array_elements(s."submodules") AS m
   WHERE a."upstream" LIKE 'git+%' AND m->>'url' NOT LIKE '.%'`,
  `CREATE TEMPORARY TABLE "set_hosts" ON COMMIT DROP AS
   SELECT m."set_id", array_agg(DISTINCT h."host") AS "hosts"
   FROM "dependency_set_member" m JOIN "artifact_host" h ON h."id" = m."artifact_id"
   WHERE h."host" IS NOT NULL GROUP BY m."set_id"`,
  // A submodule is a package whose version is its address and commit; a relative address stays on the host.
  `CREATE TEMPORARY TABLE "package_hosts" ON COMMIT DROP AS
   SELECT p."request_id", unnest(s."hosts") AS "host"
   FROM "request_package" p JOIN "set_hosts" s ON s."set_id" = p."dependency_set_id"
   UNION
   SELECT p."request_id", coalesce(pg_temp.host_of(split_part(c."version", '#', 1)), '?')
   FROM "request_package" p JOIN "component" c ON c."id" = p."component_id"
   WHERE c."type" = 'git-submodule' AND c."version" NOT LIKE '.%'`,
  `CREATE TEMPORARY TABLE "request_hosts" ON COMMIT DROP AS
   SELECT "request_id", array_agg("host" ORDER BY "host") AS "hosts" FROM (
     SELECT "request_id", "host" FROM "package_hosts"
     UNION SELECT "id", coalesce(pg_temp.host_of("repo"), '?') FROM "request"
   ) AS "known" GROUP BY "request_id"`,
  `CREATE UNIQUE INDEX ON "request_hosts" ("request_id")`,
  // Those that are being worked on come last: their leases must not wait.
  ...[`r."state" <> 1`, `r."state" = 1`].map(
    (which) => `UPDATE "request" r SET "source_hosts" = h."hosts" FROM "request_hosts" h
      WHERE h."request_id" = r."id" AND r."source_hosts" = '{?}' AND ${which}`,
  ),
  `DROP FUNCTION pg_temp.host_of(text)`,

  // --- requests/: how much each user has asked for that is not finished; `coalesce` is who called -----------------------
  `CREATE INDEX "ix_request_caller_unfinished" ON "request" (coalesce("submitted_by_id", "user_id")) WHERE "state" = 1`,
];

const DOWN = [`DROP INDEX "ix_request_caller_unfinished"`];

/** The hosts of the requests that there are, and an index for the quota of users. */
export class KnownHosts1795910400000 implements MigrationInterface {
  readonly name = 'KnownHosts1795910400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
