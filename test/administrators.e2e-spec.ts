import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Configuration } from '../src/config/index.js';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { FleetLock } from '../src/pipeline/maintenance/fleet-lock.js';
import { ArchiveStore } from '../src/store/index.js';
import { type Answer, InnerService } from './support/inner-service.js';

const API = '/api/v1';
const BODY = { repo: 'https://git.example.org/team/app.git', ref: 'a'.repeat(40), pkg_managers: [] };

describe('administrators', () => {
  let database: TestDatabase;
  let service: InnerService;

  beforeAll(async () => {
    database = await openTestDatabase();
    service = await InnerService.start(database.url, {
      role: 'api',
      auth: { administrators: ['root', 'both'], workerUsernames: ['worker', 'both'] },
    });
  });
  afterAll(async () => {
    await service?.close();
    await database?.close();
  });

  const call = (method: string, path: string, as?: string, body?: unknown): Promise<Answer> =>
    service.call(method, `${API}${path}`, { as, body });

  async function create(as: string): Promise<number> {
    return Object((await call('POST', '/requests', as, BODY)).json).id;
  }

  it('mark any request stale, and change nothing else', async () => {
    const id = await create('alice');
    const stale = { state: 'stale', state_reason: 'It must go' };
    for (const body of [
      { state: 'failed', state_reason: 'x' },
      { packages_count: 1 },
      { ...stale, packages_count: 0 },
      { ...stale, environment_variables: {} },
      { ...stale, error_origin: 'client', error_type: 'X' },
    ]) {
      const refused = await call('PATCH', `/requests/${id}`, 'root', body);
      expect([body, refused.status]).toEqual([body, 403]);
    }
    expect((await call('PATCH', `/requests/${id}`, undefined, stale)).status).toBe(401);
    expect((await call('PATCH', `/requests/${id}`, 'alice', stale)).status).toBe(403);
    expect((await call('POST', `/requests/${id}/configuration-files`, 'root', [])).status).toBe(403);
    expect((await call('GET', `/requests/${id}`)).json).toMatchObject({ state: 'in_progress' });
    expect((await call('PATCH', `/requests/${id}`, 'root', stale)).status).toBe(200);
    expect((await call('GET', `/requests/${id}`)).json).toMatchObject({ state: 'stale', state_reason: 'It must go' });
    expect((await call('PATCH', `/requests/999999`, 'root', stale)).status).toBe(404);
    expect((await call('PATCH', `/requests/${await create('alice')}`, 'both', { packages_count: 1 })).status).toBe(200);
  });

  describe('maintenance', () => {
    const TASKS = { cleanup: 'expiry', 'prune-archives': 'pruning', 'collect-blobs': 'collection' } as const;

    it.each(Object.keys(TASKS))('is not for others: %s', async (task) => {
      expect((await call('POST', `/maintenance/${task}`)).status).toBe(401);
      for (const as of ['alice', 'worker']) expect((await call('POST', `/maintenance/${task}`, as)).status).toBe(403);
    });

    it.each(Object.entries(TASKS))('is done by one at a time: %s', async (path, task) => {
      const lock = service.app.get(FleetLock, { strict: false });
      const answer = await lock.once(task, () => call('POST', `/maintenance/${path}`, 'root', path === 'cleanup' ? undefined : {}));
      expect([answer?.status, answer?.json]).toEqual([409, { error: 'Another process does the same just now' }]);
    });

    it('cleans up', async () => {
      const [old, young] = [await create('alice'), await create('alice')];
      await database.dataSource.query(
        `UPDATE "request_state" SET "updated" = "updated" - interval '30 days' WHERE "request_id" = $1`,
        [old],
      );
      expect((await call('POST', '/maintenance/cleanup', 'root')).json).toEqual({ expired: 1, tidied: true });
      expect((await call('GET', `/requests/${old}`)).json).toMatchObject({ state: 'stale', state_reason: 'The request has expired' });
      expect((await call('GET', `/requests/${young}`)).json).toMatchObject({ state: 'in_progress' });
    });

    it('prunes sources', async () => {
      await database.dataSource.query(
        `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "size", "entries", "index_sha256")
         SELECT 'https://h/old' || n, 'old' || n, repeat('b', 40), false, 0, 100, 1, repeat('c', 64) FROM generate_series(1, 3) n`,
      );
      await database.dataSource.query(
        `INSERT INTO "request" ("repo", "repo_name", "ref", "state", "created")
         SELECT "repo", "repo_name", "ref", 4, now() - interval '5000 days' FROM "source"`,
      );
      const looked = await call('POST', '/maintenance/prune-archives', 'root');
      expect(looked.json).toEqual({
        dry_run: true,
        sources: [1, 2, 3].map((n) => ({
          repo_name: `old${n}`,
          ref: 'b'.repeat(40),
          with_submodules: false,
          size: 100,
          last_requested: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        })),
      });
      const pruned = await call('POST', '/maintenance/prune-archives', 'root', { dry_run: false, limit: 2, older_than: '2020-01-31' });
      expect(Object(pruned.json).sources).toHaveLength(2);
      expect(await database.dataSource.query('SELECT "repo_name" FROM "source"')).toEqual([{ repo_name: 'old3' }]);
      expect(Object((await call('POST', '/maintenance/prune-archives', 'root', { older_than: '2000-01-31' })).json).sources).toEqual([]);
    });

    it.each([{ older_than: '2020-02-30' }, { older_than: '2999-01-01' }, { older_than: 1 }, { limit: 0 }, { dry_run: 'no' }, { all: true }])(
      'refuses %j',
      async (body) => {
        const { status, json } = await call('POST', '/maintenance/prune-archives', 'root', body);
        expect([status, json]).toEqual([400, { error: expect.any(String) }]);
      },
    );

    it('collects blobs', async () => {
      const { sha256 } = await service.app.get(ArchiveStore, { strict: false }).put(Readable.from([Buffer.from('nobody needs this')]));
      const { sources } = service.app.get(Configuration, { strict: false }).directories;
      await age(sources, sha256);
      const looked = await call('POST', '/maintenance/collect-blobs', 'root');
      expect(looked.json).toEqual({
        dry_run: true,
        stores: [
          { store: 'archive', blobs: 1, unreferenced: 1, bytes: 17, deleted: 0 },
          { store: 'bundles', blobs: 0, unreferenced: 0, bytes: 0, deleted: 0 },
        ],
      });
      const collected = await call('POST', '/maintenance/collect-blobs', 'root', { dry_run: false });
      expect(Object(collected.json).stores[0]).toMatchObject({ unreferenced: 1, deleted: 1 });
      expect(Object((await call('POST', '/maintenance/collect-blobs', 'root')).json).stores[0]).toMatchObject({ blobs: 0 });
    });
  });
});

/** Makes a blob two days old. */
async function age(directory: string, sha256: string): Promise<void> {
  const time = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  for (const name of await readdir(directory, { recursive: true })) {
    if (name.includes(sha256)) await utimes(join(directory, name), time, time);
  }
}
