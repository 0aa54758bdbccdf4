import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startTestServer, type TestServer } from '../src/database/testing-server.js';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

/** One API and two workers, processes of their own, on a PostgreSQL that is not always there. */
describe('a fleet on one PostgreSQL', () => {
  let server: TestServer;
  let git: GitServer;
  let shared: string;
  let api: Service;
  let workers: Service[];

  beforeAll(async () => {
    server = await startTestServer();
    git = await GitServer.start();
    shared = await mkdtemp(join(tmpdir(), 'cachito-fleet-'));
    const environment = {
      DATABASE_URL: server.url,
      CACHITO_PUBLIC_URL: 'https://cachito.example.org',
      CACHITO_SOURCES_DIR: join(shared, 'sources'),
      CACHITO_BUNDLES_DIR: join(shared, 'bundles'),
      CACHITO_REQUEST_FILE_LOGS_DIR: join(shared, 'logs'),
    };
    api = await Service.start({ ...environment, CACHITO_ROLE: 'api' });
    workers = await Promise.all([1, 2].map(() => Service.start({ ...environment, CACHITO_ROLE: 'worker' })));
  });
  afterAll(async () => {
    await Promise.all([api, ...(workers ?? [])].map((service) => service?.close()));
    await git?.stop();
    await server?.close();
    await rm(shared, { recursive: true, force: true });
  });

  async function rows(sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Posts requests whose repositories take their time for every answer until they are released. */
  async function postHeld(name: string, count: number): Promise<{ ids: number[]; release: () => void }> {
    const repository = await git.createRepository(`team/${name}.git`);
    const refs: string[] = [];
    for (let n = 0; n < count; n++) refs.push(await repository.commit({ files: { 'main.c': `int ${name}${n};\n` } }));
    let held = true;
    let asked = 0;
    git.fault = () => {
      asked += 1;
      return held ? { delay: 6_000 } : undefined;
    };
    const ids: number[] = [];
    for (const ref of refs) ids.push((await api.create({ repo: repository.url, ref, pkg_managers: [] })).id);
    await until(() => Promise.resolve(asked >= count));
    return { ids, release: () => (held = false) };
  }

  async function expectComplete(ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      expect(await api.finish(id)).toMatchObject({ id, state: 'complete' });
      expect((await api.download(id)).response.status).toBe(200);
    }
  }

  it('goes on with what it works on when PostgreSQL is restarted', async () => {
    const { ids, release } = await postHeld('restart', 2);
    await server.stop();
    expect((await api.fetch('/readyz')).status).toBe(503);
    await server.start();
    release();
    await expectComplete(ids);
    // The same workers, which have kept their claims.
    expect(await rows('SELECT DISTINCT "attempt", "crashes" FROM "request"')).toEqual([{ attempt: 1, crashes: 0 }]);
    await until(async () => (await rows('SELECT * FROM "job"')).length === 0);
  });

  it('loses nothing when a worker leaves: it ends in time, and the other one continues at once', async () => {
    const { ids, release } = await postHeld('drain', 4);
    await workers[0].kill('SIGTERM');
    expect(workers[0].log).not.toMatch(/SIGKILL|unhandled/i);
    const left = (await (await api.fetch('/api/v1/status')).json()) as { workers: { ok: boolean }[] };
    expect(left.workers).toHaveLength(1);
    release();
    await expectComplete(ids);
    expect(await rows('SELECT max("crashes")::int AS "crashes" FROM "request"')).toEqual([{ crashes: 0 }]);
  });
});
