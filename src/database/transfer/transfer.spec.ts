import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { cannotMount, FleetDisk } from '../../../test/support/fleet-disk.js';
import { itUnless } from '../../../test/support/tools.js';
import { DatabaseError, InvalidFileFormat } from '../../errors/index.js';
import { bringUpToDate } from '../data-source.js';
import { serverAccount } from '../embedded/account.js';
import { openTestDatabase, type TestDatabase } from '../testing.js';
import { startTestServer } from '../testing-server.js';
import { readArchive, writeArchive } from './archive.js';
import { exportDatabase } from './export-database.js';
import { importDatabase, type TransferReport } from './import-database.js';
import { countRows, HOSTILE_ROWS, openOwnedDatabase, type OwnedDatabase, queryOnce } from './testing.js';
import type { TransferPart } from './transfer-part.js';

const SILENT: TransferReport = { onProgress: () => undefined, onTable: () => undefined };

let source: TestDatabase;
let archive: Buffer;
/** Of an ordinary owner. */
let target: OwnedDatabase;

beforeAll(async () => {
  source = await openTestDatabase();
  for (const statement of HOSTILE_ROWS) await source.dataSource.query(statement);
  archive = await archiveOf(exportDatabase(source.url));
});
afterAll(() => source?.close());

async function archiveOf(parts: AsyncIterable<TransferPart>): Promise<Buffer> {
  const output = new PassThrough();
  const [bytes] = await Promise.all([buffer(output), writeArchive(parts, output)]);
  return bytes;
}

function fromArchive(bytes: Buffer): AsyncGenerator<TransferPart> {
  return readArchive(Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]));
}

describe('a transfer', () => {
  beforeEach(async () => {
    target = await openOwnedDatabase(source);
  });
  afterEach(() => target.close());

  it.each([
    ['in one go', () => exportDatabase(source.url)],
    ['by an archive', () => fromArchive(archive)],
  ])('takes everything to a database of an ordinary owner, %s', async (_, parts) => {
    const told: string[] = [];
    await importDatabase(target.url, parts(), { ...SILENT, onTable: (name, { rows }) => told.push(`${name} ${rows}`) });
    expect(told).toEqual(expect.arrayContaining(['request 490', 'user 4', 'kept_document 1', 'flag 8']));
    const rows = (sql: string): Promise<unknown[][]> => Promise.all([queryOnce(source.url, sql), target.query(sql)]);
    for (const table of ['request', 'request_state', 'user', 'flag', 'request_configuration_file', 'kept_document']) {
      const [there, here] = await rows(`SELECT t::text FROM "${table}" t ORDER BY t::text COLLATE "C"`);
      expect(here).toEqual(there);
    }
    for (const sql of SCHEMA) {
      const [there, here] = await rows(sql);
      expect(here).toEqual(there);
    }
    expect(await target.query('SELECT * FROM "worker"')).toEqual([]);
    const [{ id }] = await target.query<{ id: number }>(
      `INSERT INTO "request" ("repo", "repo_name", "ref") VALUES ('', '', '') RETURNING "id"`,
    );
    expect(id).toBe(501);
  });

  it('fills a database that the present version has already made ready', async () => {
    await bringUpToDate(target.url);
    await importDatabase(target.url, fromArchive(archive), SILENT);
    expect(await target.query('SELECT count(*)::integer AS "rows" FROM "request"')).toEqual([{ rows: 490 }]);
  });
});

/** Keys, indices and sequences are as they were. */
const SCHEMA = [
  `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace ORDER BY conrelid::regclass::text COLLATE "C", conname`,
  `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname`,
];

describe('a target is refused, and stays as it was,', () => {
  beforeAll(async () => {
    target = await openOwnedDatabase(source);
  });
  afterAll(() => target.close());

  it.each<[string, RegExp, (parts: TransferPart[]) => TransferPart[]]>([
    ['when tables are missing', /damaged/, (parts) => parts.slice(0, 10).concat(parts.slice(-1))],
    ['when the end is missing', /not whole/, (parts) => parts.slice(0, -1)],
    ['when a table comes twice', /damaged/, (parts) => [...parts.slice(0, -1), ...parts.slice(1)]],
    ['when rows are missing', /has not arrived as it was/, (parts) => without(parts, 'rows')],
    ['when a row is another one', /has not arrived as it was/, (parts) => parts.map(spoilt)],
    ['when a reference leads nowhere', /foreign key constraint/, orphaned],
    ['when a sequence is none', /damaged/, (parts) => [...parts.slice(0, -1), { kind: 'sequences', next: {} }]],
    ['when the other side is of another version', /of Cachito 9.9.9, which are not/, ([head, ...rest]) => [
      { ...head, version: '9.9.9', migrations: ['Initial1795219200000'] } as TransferPart,
      ...rest,
    ]],
    ['when the other side has other columns', /which are not those of the target/, ([head, ...rest]) => [
      { ...head, tables: [{ name: 'request', columns: ['id'] }] } as TransferPart,
      ...rest,
    ]],
  ])('%s', async (_, message, change) => {
    const parts: TransferPart[] = [];
    for await (const part of fromArchive(archive)) parts.push(part);
    await expect(importDatabase(target.url, iterate(change(parts)), SILENT)).rejects.toThrow(message);
    expect(await countRows(target.query)).toBe(0);
  });

  it('when the archive is cut off anywhere', async () => {
    for (const part of [0, 0.01, 0.1, 0.5, 0.9, 0.999]) {
      const cut = archive.subarray(0, Math.floor(part * archive.length));
      await expect(importDatabase(target.url, fromArchive(cut), SILENT)).rejects.toBeInstanceOf(InvalidFileFormat);
    }
    const plain = gunzipSync(archive);
    for (const length of [3, 100, plain.length - 100]) {
      const cut = gzipSync(plain.subarray(0, length));
      await expect(importDatabase(target.url, fromArchive(cut), SILENT)).rejects.toBeInstanceOf(InvalidFileFormat);
    }
    expect(await countRows(target.query)).toBe(0);
  });

  it('when the archive is something else, or a bit of it has changed', async () => {
    const flipped = Buffer.from(archive);
    flipped[flipped.length >> 1] ^= 4;
    const long = Buffer.from([0x52, 0xff, 0xff, 0xff, 0xff, 0]);
    const strange = ['{}', '[]', '{"kind":"database"}', '{"kind":"table","name":1}', 'null', '{'].map((text) => frame(text));
    for (const bytes of [flipped, Buffer.from('SELECT 1'), gzipSync(long), ...strange.map((text) => gzipSync(text))]) {
      await expect(importDatabase(target.url, fromArchive(bytes), SILENT)).rejects.toBeInstanceOf(InvalidFileFormat);
    }
    expect(await countRows(target.query)).toBe(0);
  });

  it('when it is the source itself', async () => {
    await expect(importDatabase(source.url, exportDatabase(source.url), SILENT)).rejects.toThrow('not empty');
  });

  it('when Cachito runs on it, of whatever version', async () => {
    for (const name of ['cachito', 'cachito 17@elsewhere 0a1b', 'cachito (listens)']) {
      const other = await connectAs(target.url, name);
      await expect(importDatabase(target.url, fromArchive(archive), SILENT)).rejects.toThrow('Cachito is running on the target database');
      await other.end();
    }
    expect(await countRows(target.query)).toBe(0);
  });

  it('when it cannot be reached; no password is told', async () => {
    const wrong = target.url.replace('secret', 'hunter2');
    const refused = await importDatabase(wrong, fromArchive(archive), SILENT).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DatabaseError);
    expect(String(refused)).toMatch(/password authentication failed.*Check user and password/);
    expect(String(refused)).not.toMatch(/hunter2|secret/);
    for (const url of [`${target.url}x`, target.url.replace(/:\d+\//, ':1/'), 'postgresql://nowhere.invalid/x']) {
      await expect(importDatabase(url, fromArchive(archive), SILENT)).rejects.toBeInstanceOf(DatabaseError);
    }
  });

  it('and can still be filled after all that', async () => {
    await importDatabase(target.url, fromArchive(archive), SILENT);
  });

  it('when it has rows', async () => {
    await target.query(`INSERT INTO "user" ("username") VALUES ('somebody')`);
    const before = await countRows(target.query);
    const moving = importDatabase(target.url, fromArchive(archive), SILENT);
    await expect(moving).rejects.toThrow(/^The target database is not empty: there are rows in "\w+"\. Take a new database\.$/);
    expect(await countRows(target.query)).toBe(before);
  });

});

describe('a target whose user may not do all that', () => {
  beforeEach(async () => {
    target = await openOwnedDatabase(source);
  });
  afterEach(() => target.close());

  it('is refused when it has no right to the schema', async () => {
    await queryOnce(adminUrl(), `REVOKE ALL ON SCHEMA public FROM public; ALTER SCHEMA public OWNER TO postgres; GRANT USAGE ON SCHEMA public TO public`);
    const moving = importDatabase(target.url, fromArchive(archive), SILENT);
    await expect(moving).rejects.toThrow('The target database: permission denied for schema public. The user must own the database');
  });

  it('is refused when the tables belong to somebody else', async () => {
    await bringUpToDate(adminUrl());
    await queryOnce(adminUrl(), `GRANT ALL ON ALL TABLES IN SCHEMA public TO public`);
    await expect(importDatabase(target.url, fromArchive(archive), SILENT)).rejects.toThrow('must be owner of table');
    expect(await countRows(target.query)).toBe(0);
  });

  /** The target, as the superuser of its server. */
  function adminUrl(): string {
    const url = new URL(source.url);
    url.pathname = new URL(target.url).pathname;
    return url.href;
  }
});

describe('a source', () => {
  it('is refused while Cachito runs on it', async () => {
    const other = await connectAs(source.url, 'cachito 17@elsewhere 0a1b');
    await expect(exportDatabase(source.url).next()).rejects.toThrow(
      'Cachito is running on the source database (17@elsewhere 0a1b). Stop all of its processes, then try again.',
    );
    await other.end();
  });

  it('is not changed while it is read, and not given up when somebody comes meanwhile', async () => {
    const parts = exportDatabase(source.url);
    await parts.next();
    const other = await connectAs(source.url, 'cachito 17@elsewhere 0a1b');
    await other.query(`SET lock_timeout = 100`);
    await expect(other.query(`INSERT INTO "user" ("username") VALUES ('late')`)).rejects.toThrow('lock timeout');
    await expect(importRest(parts)).rejects.toThrow('Cachito is running on the source database');
    await other.end();
  });

  async function importRest(parts: AsyncGenerator<TransferPart>): Promise<void> {
    for await (const part of parts) if (part.kind === 'sequences') throw new Error('It came to its end');
  }
});

itUnless(cannotMount(), 'a disk of the target that is full in the middle leaves nothing half-done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cachito-tablespace-'));
  await chmod(folder, 0o755);
  const disk = await FleetDisk.mount(join(folder, 'disk'), 24);
  const account = serverAccount();
  if (account !== undefined) await chown(disk.directory, account.uid, account.gid);
  await source.dataSource.query(`CREATE TABLESPACE "small" LOCATION '${disk.directory}'`);
  const full = await openOwnedDatabase(source, 'TABLESPACE "small"');
  try {
    await bringUpToDate(full.url);
    await disk.fill();
    const moving = importDatabase(full.url, fromArchive(archive), SILENT);
    await expect(moving).rejects.toThrow(/^The target database: .*No space left on device\. Its disk is full\.$/);
    await disk.free();
    expect(await countRows(full.query)).toBe(0);
    await importDatabase(full.url, fromArchive(archive), SILENT);
  } finally {
    await full.close();
    await source.dataSource.query(`DROP TABLESPACE "small"`);
    await disk.unmount();
    await rm(folder, { recursive: true, force: true });
  }
});

it('a server that dies in the middle leaves nothing half-done', async () => {
  const server = await startTestServer();
  try {
    const onTable = (table: string): void => {
      if (table === 'request') void server.stop();
    };
    await expect(importDatabase(server.url, exportDatabase(source.url), { ...SILENT, onTable })).rejects.toBeInstanceOf(DatabaseError);
    await server.start();
    expect(await countRows((sql) => queryOnce(server.url, sql))).toBe(0);
  } finally {
    await server.close();
  }
});

async function connectAs(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function* iterate(parts: TransferPart[]): AsyncGenerator<TransferPart> {
  yield* parts;
}

function without(parts: TransferPart[], kind: TransferPart['kind']): TransferPart[] {
  return parts.filter((part) => part.kind !== kind);
}

/** The same number of rows, one letter of which is another one. */
function spoilt(part: TransferPart): TransferPart {
  if (part.kind !== 'rows') return part;
  return { kind: 'rows', bytes: Buffer.from(part.bytes.toString('latin1').replace('because', 'becausf'), 'latin1') };
}

function orphaned(parts: TransferPart[]): TransferPart[] {
  const at = parts.findIndex((part) => part.kind === 'table' && part.name === 'user');
  return parts.filter((part, index) => !(part.kind === 'rows' && index === at + 1));
}

function frame(text: string): Buffer {
  const head = Buffer.from('J\0\0\0\0');
  head.writeUInt32BE(text.length, 1);
  return Buffer.concat([head, Buffer.from(text)]);
}
