import { Readable } from 'node:stream';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from '../../app.module.js';
import { Configuration } from '../../config/index.js';
import { testConfiguration } from '../../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { REQUEST_STATES, type RequestStateName } from '../../requests/index.js';
import { ArchiveStore, type BlobStore, BundleStore } from '../../store/index.js';
import { COMMANDS, runCommand } from '../commands.js';
import { FleetLock } from './fleet-lock.js';
import { Housekeeping } from './housekeeping.js';

Logger.overrideLogger(false);

const DAY = 24 * 60 * 60 * 1000;

describe('maintenance', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: DataSource;
  const defaults = testConfiguration();

  beforeAll(async () => {
    database = await openTestDatabase();
    app = await open();
    dataSource = app.get(DataSource);
  });
  afterEach(async () => {
    await dataSource.query('TRUNCATE "request", "source", "dependency_set", "component", "artifact", "idempotency_key" CASCADE');
  });
  afterAll(async () => {
    await app?.close();
    await database?.close();
  });

  /** As the command line does: a process that works on nothing by itself. */
  function open(): Promise<INestApplicationContext> {
    const configuration = testConfiguration({
      role: 'api',
      database: { url: database.url },
      directories: defaults.directories,
      worker: { ...defaults.worker, evidenceRetention: 30 * DAY },
    });
    return NestFactory.createApplicationContext(AppModule.for(configuration), { logger: false, abortOnError: false });
  }

  /** A request whose newest state is `age` days old. */
  async function request(state: RequestStateName, age: number, name = 'team/app'): Promise<number> {
    const [{ id }]: { id: number }[] = await dataSource.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref", "state", "created")
       VALUES ('https://h/' || $2, $2, repeat('a', 40), $1, (now() AT TIME ZONE 'utc') - $3 * interval '1 day') RETURNING "id"`,
      [REQUEST_STATES[state], name, age],
    );
    await dataSource.query(
      `WITH s AS (INSERT INTO "request_state" ("state", "state_reason", "updated", "request_id")
         VALUES ($1, 'x', (now() AT TIME ZONE 'utc') - $2 * interval '1 day', $3) RETURNING "id")
       UPDATE "request" SET "request_state_id" = (SELECT "id" FROM s) WHERE "id" = $3`,
      [REQUEST_STATES[state], age, id],
    );
    return id;
  }

  async function stateOf(id: number): Promise<number> {
    const [row]: { state: number }[] = await dataSource.query('SELECT "state" FROM "request" WHERE "id" = $1', [id]);
    return row.state;
  }

  async function run(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
    const out = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const err = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      const status = await runCommand(open, argv);
      return { status, out: out.mock.calls.join('\n'), err: err.mock.calls.join('\n') };
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  }

  it('expires what is older than its lifetime, and nothing else', async () => {
    const rows: [RequestStateName, number, RequestStateName][] = [
      ['complete', 0.9, 'complete'],
      ['complete', 1.1, 'stale'],
      ['in_progress', 0.9, 'in_progress'],
      ['in_progress', 1.1, 'stale'],
      ['failed', 6.9, 'failed'],
      ['failed', 7.1, 'stale'],
      ['stale', 99, 'stale'],
    ];
    const ids = [];
    for (const [state, age] of rows) ids.push(await request(state, age));
    expect(await run('cleanup')).toMatchObject({ status: 0, out: expect.stringContaining('became stale: 3') });
    for (const [at, [, , expected]] of rows.entries()) expect(await stateOf(ids[at])).toBe(REQUEST_STATES[expected]);
    const history = await dataSource.query(`SELECT 1 FROM "request_state" WHERE "state_reason" = 'The request has expired'`);
    expect(history).toHaveLength(3);
  });

  it('removes old idempotency keys, and evidence after its time', async () => {
    const young = await request('stale', 29);
    const old = await request('stale', 31);
    await dataSource.query(`INSERT INTO "component" ("id", "type", "name") VALUES (1, 'npm', 'a')`);
    await dataSource.query(`INSERT INTO "dependency_set" ("id", "sha256", "members") VALUES (1, repeat('1', 64), 0), (2, repeat('2', 64), 0)`);
    for (const [id, set] of [[young, 1], [old, 2]]) {
      await dataSource.query(
        `INSERT INTO "request_package" ("request_id", "position", "component_id", "dependency_set_id") VALUES ($1, 0, 1, $2)`,
        [id, set],
      );
    }
    await dataSource.query(
      `INSERT INTO "idempotency_key" ("username", "key", "body_sha256", "request_id", "created") VALUES
         ('', 'old', repeat('0', 64), $1, (now() AT TIME ZONE 'utc') - interval '25 hours'),
         ('', 'new', repeat('0', 64), $1, (now() AT TIME ZONE 'utc') - interval '23 hours')`,
      [young],
    );
    await app.get(Housekeeping).run();
    expect(await dataSource.query('SELECT "key" FROM "idempotency_key"')).toEqual([{ key: 'new' }]);
    expect(await dataSource.query('SELECT "request_id" FROM "request_package"')).toEqual([{ request_id: young }]);
    expect(await dataSource.query('SELECT "id" FROM "dependency_set"')).toEqual([{ id: '1' }]);
  });

  it('frees blobs that nothing refers to and that are old enough, only when told to', async () => {
    const put = async (store: BlobStore, text: string) => (await store.put(Readable.from([Buffer.from(text)]))).sha256;
    const [archive, bundles] = [app.get(ArchiveStore), app.get(BundleStore)];
    const wanted = await put(archive, 'wanted');
    const unwanted = await put(archive, 'unwanted');
    const bundle = await put(bundles, 'bundle');
    await makeOld();
    const young = await put(archive, 'young');
    await dataSource.query(
      `INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "size", "verified_by")
       VALUES ('npm', 'a', '1', 'https://h/a', $1, 6, 'none')`,
      [wanted],
    );
    const dry = await run('collect-blobs', '--verbose');
    expect(dry.out).toContain(unwanted);
    expect(dry.out).toContain('archive: 3 blobs, nothing refers to 1 of them (8 B)');
    expect(dry.out).toContain('dry run');
    expect(await archive.stat(unwanted)).toBeDefined();
    expect((await run('collect-blobs', '--execute')).out).toContain('deleted: 1');
    const left = await Promise.all([wanted, unwanted, young].map((sha256) => archive.stat(sha256)));
    expect(left.map((blob) => blob !== undefined)).toEqual([true, false, true]);
    expect(await bundles.stat(bundle)).toBeUndefined();
  });

  /** Puts the times of all stored files two days back. */
  async function makeOld(): Promise<void> {
    const { directories } = app.get(Configuration);
    const then = new Date(Date.now() - 2 * DAY);
    for (const directory of [directories.sources, directories.bundles]) {
      for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then);
      }
    }
  }

  it('prunes sources that nobody asked for, only when told to', async () => {
    const source = async (name: string) => {
      await dataSource.query(
        `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "size", "entries", "index_sha256")
         VALUES ('https://h/' || $1, $1, repeat('a', 40), false, 0, 2048, 1, repeat('0', 64))`,
        [name],
      );
    };
    for (const name of ['g/never', 'g/old', 'g/young', 'g/again', 'g/needed']) await source(name);
    await request('stale', 800, 'g/old');
    await request('stale', 100, 'g/young');
    await request('stale', 800, 'g/again');
    await request('failed', 10, 'g/again');
    const needed = await request('complete', 800, 'g/needed');
    await dataSource.query(
      `UPDATE "request" SET "source_id" = (SELECT "id" FROM "source" WHERE "repo_name" = 'g/needed') WHERE "id" = $1`,
      [needed],
    );
    const names = async () =>
      (await dataSource.query('SELECT "repo_name" FROM "source" ORDER BY "id"')).map((row: { repo_name: string }) => row.repo_name);
    const listed = await run('prune-archives', 'list', '--verbose');
    expect(listed.out).toMatch(/^g\/old a{40} \(2\.0 KiB, last asked for \d{4}-.*\)\nSources that can be deleted: 1$/);
    expect((await run('prune-archives', 'delete')).out).toContain('Nothing was deleted');
    expect(await names()).toHaveLength(5);
    expect((await run('prune-archives', 'delete', '--execute')).out).toContain('Deleted sources: 1');
    expect(await names()).toEqual(['g/never', 'g/young', 'g/again', 'g/needed']);
  });

  it.each([
    [['nonsense']],
    [['cleanup', 'x']],
    [['collect-blobs', '--execute', '--dry-run']],
    [['collect-blobs', '--unknown']],
    [['prune-archives']],
    [['prune-archives', 'list', '--execute']],
    [['prune-archives', 'list', '--limit', '0']],
    [['prune-archives', 'list', '--older-than', '2020-02-30']],
    [['prune-archives', 'list', '--older-than', new Date().toISOString().slice(0, 10)]],
  ])('refuses %j', async (argv) => {
    const { status, err } = await run(...argv);
    expect(status).toBe(2);
    expect(err).not.toBe('');
  });

  it('explains every command', async () => {
    for (const name of Object.keys(COMMANDS)) {
      expect(await run(name, '--help')).toMatchObject({ status: 0, out: expect.stringContaining(`Usage: cachito ${name}`) });
    }
  });

  it('does a task once at a time in the whole fleet', async () => {
    const lock = app.get(FleetLock);
    const inner = await lock.once('expiry', () => lock.once('expiry', async () => 'twice'));
    expect(inner).toBeUndefined();
    expect(await lock.once('expiry', async () => 'again')).toBe('again');
  });
});
