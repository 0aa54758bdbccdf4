import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { MIGRATIONS } from '../../../migrations/index.js';
import { VERSION } from '../../config/index.js';
import { DatabaseError, InvalidFileFormat } from '../../errors/index.js';
import { bringUpToDate } from '../data-source.js';
import { copied, quoted, readForeignKeys, readMigrations, readSequences, readTables } from './catalog.js';
import { copyOut } from './export-database.js';
import { RowDigest } from './row-digest.js';
import { onSession, refuseOtherProcesses, refusal } from './session.js';
import {
  type DatabaseDescription,
  FORMAT,
  type TableContent,
  type TableShape,
  type TransferPart,
} from './transfer-part.js';

/** What was done, and how far it is. */
export interface TransferReport {
  /** So much of a table has arrived. */
  onProgress: (table: string, bytes: number) => void;
  /** A table has arrived. */
  onTable: (table: string, content: TableContent) => void;
}

/** Bytes of one table after which progress is told. */
const PROGRESS_STEP = 100 * 2 ** 20;
/** What migrations fill. */
const FILLED_BY_MIGRATIONS = new Set(['package_manager', 'flag']);

/**
 * Fills a database with what `exportDatabase` gives. The target is brought to the present schema first; it must not
 * hold anything. All of it is one transaction: when something fails, the target is as empty as before. At the end every
 * table is read again and compared. Its user need not be more than the owner.
 * Throws `DatabaseError`, `InvalidFileFormat` for parts that are not whole or of another version.
 */
export async function importDatabase(
  url: string,
  parts: AsyncIterator<TransferPart>,
  report: TransferReport,
): Promise<void> {
  const description = await firstPart(parts);
  await onSession(url, 'target', refuseContent);
  await bringUpToDate(url).catch((error: unknown) => Promise.reject(refusal('target', error)));
  await onSession(url, 'target', async (client) => {
    await client.query('BEGIN');
    const tables = await takePossession(client, description);
    const keys = await readForeignKeys(client);
    // Checked at once when all is there: tables may come in any order, and nothing is kept for each row until then.
    for (const { table, name } of keys) await client.query(`ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)}`);
    await client.query(`TRUNCATE ${listed(tables)} RESTART IDENTITY`);
    const contents = await fillTables(client, tables, parts, report);
    for (const { table, name, definition } of keys) {
      await client.query(`ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} ${definition}`);
    }
    for (const table of tables) await compare(client, table, contents.get(table.name));
    await client.query('COMMIT');
    await client.query(`ANALYZE ${listed(tables)}`);
  });
}

async function firstPart(parts: AsyncIterator<TransferPart>): Promise<DatabaseDescription> {
  const description = await nextPart(parts);
  if (description.kind !== 'database' || description.format !== FORMAT) throw new InvalidFileFormat(BROKEN);
  if (!equal(description.migrations, MIGRATIONS.map(({ name }) => name))) throw otherVersion(description);
  return description;
}

/** Locks the tables, and sees that they are those of the source and hold nothing. */
async function takePossession(client: pg.Client, source: DatabaseDescription): Promise<TableShape[]> {
  const tables = await readTables(client);
  const migrations = await readMigrations(client);
  if (!equal(migrations, source.migrations) || !equal(tables, source.tables)) {
    throw otherVersion(source);
  }
  await client.query(`LOCK TABLE ${listed(tables)} IN ACCESS EXCLUSIVE MODE`);
  await refuseOtherProcesses(client, 'target');
  await refuseContent(client);
  return tables;
}

function otherVersion({ version }: DatabaseDescription): InvalidFileFormat {
  return new InvalidFileFormat(
    `The source has the tables of Cachito ${version}, which are not those of the target (this is ${VERSION}). ` +
      'Use the same version on both sides, and a target that holds nothing else.',
  );
}

/** Throws `DatabaseError` for a database that is in use. */
async function refuseContent(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>(`SELECT current_setting('server_encoding') AS "encoding"`);
  if (rows[0].encoding !== 'UTF8') throw new DatabaseError('The target database must have the encoding UTF8.');
  for (const { name } of await readTables(client)) {
    if (FILLED_BY_MIGRATIONS.has(name)) continue;
    const { rowCount } = await client.query(`SELECT 1 FROM ${quoted(name)} LIMIT 1`);
    if (rowCount !== 0) {
      throw new DatabaseError(`The target database is not empty: there are rows in "${name}". Take a new database.`);
    }
  }
}

async function fillTables(
  client: pg.Client,
  tables: readonly TableShape[],
  parts: AsyncIterator<TransferPart>,
  report: TransferReport,
): Promise<Map<string, TableContent>> {
  const contents = new Map<string, TableContent>();
  for (;;) {
    const part = await nextPart(parts);
    if (part.kind === 'sequences') {
      if (contents.size !== tables.length) throw new InvalidFileFormat(BROKEN);
      await setSequences(client, part.next);
      return contents;
    }
    const table = part.kind === 'table' ? tables.find(({ name }) => name === part.name) : undefined;
    if (table === undefined || contents.has(table.name)) throw new InvalidFileFormat(BROKEN);
    const content = await fillTable(client, table, parts, report);
    contents.set(table.name, content);
    report.onTable(table.name, content);
  }
}

async function fillTable(
  client: pg.Client,
  table: TableShape,
  parts: AsyncIterator<TransferPart>,
  report: TransferReport,
): Promise<TableContent> {
  const copy = client.query(from(`COPY ${copied(table)} FROM STDIN`, { highWaterMark: 2 ** 18 }));
  const written = finished(copy);
  written.catch(() => undefined);
  let bytes = 0;
  for (;;) {
    const part = await nextPart(parts);
    if (part.kind === 'content') {
      copy.end();
      await written;
      return { rows: part.rows, digest: part.digest };
    }
    if (part.kind !== 'rows') throw new InvalidFileFormat(BROKEN);
    await write(copy, part.bytes, written);
    const before = bytes;
    bytes += part.bytes.length;
    if (Math.floor(bytes / PROGRESS_STEP) > Math.floor(before / PROGRESS_STEP)) report.onProgress(table.name, bytes);
  }
}

/** With back-pressure. (A stream that failed may never drain.) */
async function write(copy: Writable, bytes: Buffer, failed: Promise<void>): Promise<void> {
  if (!copy.write(bytes)) await Promise.race([once(copy, 'drain'), failed]);
}

/** By `ALTER SEQUENCE`, which belongs to the transaction; `setval` would not be undone. */
async function setSequences(client: pg.Client, next: Readonly<Record<string, string>>): Promise<void> {
  for (const name of Object.keys(await readSequences(client))) {
    if (!Object.hasOwn(next, name) || !/^\d{1,19}$/.test(next[name])) throw new InvalidFileFormat(BROKEN);
    await client.query(`ALTER SEQUENCE ${quoted(name)} RESTART WITH ${next[name]}`);
  }
}

/** Reads the table again. */
async function compare(client: pg.Client, table: TableShape, expected: TableContent | undefined): Promise<void> {
  const digest = new RowDigest();
  for await (const bytes of copyOut(client, copied(table))) digest.add(bytes);
  const found = digest.content;
  if (found.rows === expected?.rows && found.digest === expected.digest) return;
  throw new DatabaseError(
    `"${table.name}" has not arrived as it was: ${found.rows} rows of ${expected?.rows ?? 0}, or other content. ` +
      'The target is left empty. If it came by a file, that file is damaged.',
  );
}

const BROKEN = 'The archive is damaged, not whole, or not of a database of Cachito.';

async function nextPart(parts: AsyncIterator<TransferPart>): Promise<TransferPart> {
  const next = await parts.next();
  if (next.done === true) throw new InvalidFileFormat(BROKEN);
  return next.value;
}

function listed(tables: readonly TableShape[]): string {
  return tables.map(({ name }) => quoted(name)).join(', ');
}

function equal(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
