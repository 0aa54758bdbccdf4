import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestDatabase } from '../testing.js';

/** A database of an ordinary user. */
export interface OwnedDatabase {
  url: string;
  query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/**
 * Makes an empty database on the same server as `beside`, in another collation, whose owner is no superuser. `options`
 * are further ones of CREATE DATABASE.
 */
export async function openOwnedDatabase({ dataSource, url }: TestDatabase, options = ''): Promise<OwnedDatabase> {
  const name = `owned_${randomBytes(6).toString('hex')}`;
  await dataSource.query(`CREATE ROLE "${name}" LOGIN PASSWORD 'secret'`);
  await dataSource.query(
    `CREATE DATABASE "${name}" OWNER "${name}" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' ${options}`,
  );
  const address = new URL(url);
  Object.assign(address, { username: name, password: 'secret', pathname: `/${name}` });
  return {
    url: address.href,
    query: (sql) => queryOnce(address.href, sql),
    close: async () => {
      await dataSource.query(`DROP DATABASE "${name}" WITH (FORCE)`);
      await dataSource.query(`DROP OWNED BY "${name}"`);
      await dataSource.query(`DROP ROLE "${name}"`);
    },
  };
}

/** One query on a connection of its own, which Cachito takes for a stranger's. */
export async function queryOnce<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'spec' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Rows in all tables that are filled by use. */
export async function countRows(query: OwnedDatabase['query']): Promise<number> {
  const tables = await query<{ name: string }>(
    `SELECT "relname" AS "name" FROM pg_class WHERE "relnamespace" = 'public'::regnamespace AND "relkind" = 'r'
       AND "relname" NOT IN ('migrations', 'package_manager', 'flag')`,
  );
  let count = 0;
  for (const { name } of tables) {
    const [row] = await query<{ count: number }>(`SELECT count(*)::integer AS "count" FROM "${name}"`);
    count += row.count;
  }
  return count;
}

/** Rows of every kind that text could spoil: control characters, backslashes, bytes, nulls, a cycle of references. */
export const HOSTILE_ROWS = [
  `INSERT INTO "user" ("username") VALUES (E'tab\\tnew\\nline\\r\\\\.\\\\N'), (''), ('Grüße 🎈'), ('\\.')`,
  `UPDATE "flag" SET "active" = NOT "active" WHERE "name" = 'pip-dev-preview'`,
  `INSERT INTO "flag" ("name") VALUES ('another')`,
  `INSERT INTO "request" ("repo", "repo_name", "ref", "user_id", "packages", "labels", "lease_owner", "lease_expires", "started")
   SELECT 'https://git.example/' || n, 'a/b', repeat('0', 40), 1 + n % 4, '{"b": 1, "a": [null, 1.10]}', NULL, 'gone',
     '2026-01-02 03:04:05.678901+05', '-infinity' FROM generate_series(1, 500) n`,
  `INSERT INTO "request_state" ("state", "state_reason", "request_id") SELECT 1, 'because', "id" FROM "request"`,
  `UPDATE "request" r SET "request_state_id" = s."id" FROM "request_state" s WHERE s."request_id" = r."id"`,
  `DELETE FROM "request" WHERE "id" > 490`,
  `INSERT INTO "request_configuration_file" VALUES (1, 'offline', 'x', decode('00ff0a5c', 'hex'))`,
  `INSERT INTO "kept_document" ("key", "final_url", "type", "content")
   SELECT 'large', '', '', convert_to(string_agg(md5(n::text), ''), 'UTF8') FROM generate_series(1, 100000) n`,
  `INSERT INTO "request_build_requirements" VALUES (1, E'{"b" : 1,\\n "a":2}')`,
  `INSERT INTO "worker" ("name", "concurrency", "seen", "package_managers") VALUES ('dead', 1, now() - interval '1 hour', '{a,NULL}')`,
];
