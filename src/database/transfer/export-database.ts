import type pg from 'pg';
import { to } from 'pg-copy-streams';
import { VERSION } from '../../config/index.js';
import { copied, quoted, readMigrations, readSequences, readTables } from './catalog.js';
import { RowDigest } from './row-digest.js';
import { openSession, refusal, refuseOtherProcesses } from './session.js';
import { FORMAT, type TransferPart } from './transfer-part.js';

/**
 * Everything in a database of Cachito, as of one moment. Nobody can write to it while this is read, and nobody but this
 * process may be connected: what is written later would be lost. Throws `DatabaseError`.
 */
export async function* exportDatabase(url: string): AsyncGenerator<TransferPart> {
  const client = await openSession(url, 'source');
  try {
    yield* readDatabase(client);
  } catch (error) {
    throw refusal('source', error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function* readDatabase(client: pg.Client): AsyncGenerator<TransferPart> {
  await refuseOtherProcesses(client, 'source');
  const migrations = await readMigrations(client);
  const tables = await readTables(client);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before the first query, which decides which moment is seen.
  await client.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join(', ')} IN SHARE MODE`);
  yield { kind: 'database', format: FORMAT, version: VERSION, migrations, tables };
  for (const table of tables) {
    yield { kind: 'table', name: table.name };
    const digest = new RowDigest();
    for await (const bytes of copyOut(client, copied(table))) {
      digest.add(bytes);
      yield { kind: 'rows', bytes };
    }
    yield { kind: 'content', ...digest.content };
  }
  const next = await readSequences(client);
  // Somebody who has come meanwhile waits for the lock, and would write when it is given back.
  await refuseOtherProcesses(client, 'source');
  yield { kind: 'sequences', next };
}

/** The rows of a table as the text that `COPY` writes. */
export function copyOut(client: pg.Client, table: string): AsyncIterable<Buffer> {
  return client.query(to(`COPY ${table} TO STDOUT`, { highWaterMark: 2 ** 18 }));
}
