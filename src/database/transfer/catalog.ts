import type pg from 'pg';
import type { TableShape } from './transfer-part.js';

/** How migrations are remembered; each side has its own. */
const MIGRATIONS = 'migrations';
/** Who is there now is not what is known: workers tell it anew every few seconds. */
const PRESENT = 'worker';

export interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

/** The tables that are taken along, by name. */
export async function readTables(client: pg.Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `SELECT c."relname" AS "name",
       array_agg(a."attname"::text ORDER BY a."attnum") FILTER (WHERE a."attgenerated" = '') AS "columns"
     FROM pg_class c JOIN pg_attribute a ON a."attrelid" = c."oid" AND a."attnum" > 0 AND NOT a."attisdropped"
     WHERE c."relnamespace" = current_schema()::regnamespace AND c."relkind" IN ('r', 'p')
       AND c."relname" <> ALL ($1)
     GROUP BY c."relname" ORDER BY c."relname" COLLATE "C"`,
    [[MIGRATIONS, PRESENT]],
  );
  return rows;
}

/** Names of the migrations that have run, oldest first; none in a database without tables. */
export async function readMigrations(client: pg.Client): Promise<string[]> {
  const { rows: found } = await client.query(`SELECT 1 WHERE to_regclass('${MIGRATIONS}') IS NOT NULL`);
  if (found.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT "name" FROM "${MIGRATIONS}" ORDER BY "timestamp"`);
  return rows.map(({ name }) => name);
}

export async function readForeignKeys(client: pg.Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT c."relname" AS "table", k."conname" AS "name", pg_get_constraintdef(k."oid") AS "definition"
     FROM pg_constraint k JOIN pg_class c ON c."oid" = k."conrelid"
     WHERE k."contype" = 'f' AND k."connamespace" = current_schema()::regnamespace ORDER BY 1, 2`,
  );
  return rows;
}

/** What each sequence gives next, by its name. */
export async function readSequences(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ name: string; next: string }>(
    `SELECT "sequencename" AS "name", coalesce("last_value" + "increment_by", "start_value")::text AS "next"
     FROM pg_sequences WHERE "schemaname" = current_schema()
     ORDER BY 1`,
  );
  return Object.fromEntries(rows.filter(({ name }) => !name.startsWith(`${MIGRATIONS}_`)).map(({ name, next }) => [name, next]));
}

/** An SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"table" ("column", …)`, for `COPY`. */
export function copied({ name, columns }: TableShape): string {
  return `${quoted(name)} (${columns.map(quoted).join(', ')})`;
}
