import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';

/** One API and two workers on one PostgreSQL and one store, as the README says. */
describe('split roles', () => {
  let database: TestDatabase;
  let gitServer: GitServer;
  let shared: string;
  let api: Service;
  const workers: Service[] = [];

  beforeAll(async () => {
    database = await openTestDatabase({ migrated: false });
    gitServer = await GitServer.start();
    shared = await mkdtemp(join(tmpdir(), 'cachito-shared-'));
    const environment = {
      DATABASE_URL: database.url,
      CACHITO_PUBLIC_URL: 'https://cachito.example.org/base',
      CACHITO_SOURCES_DIR: join(shared, 'sources'),
      CACHITO_BUNDLES_DIR: join(shared, 'bundles'),
      CACHITO_REQUEST_FILE_LOGS_DIR: join(shared, 'logs'),
    };
    api = await Service.start({ ...environment, CACHITO_ROLE: 'api' });
    workers.push(...(await Promise.all([1, 2].map(() => Service.start({ ...environment, CACHITO_ROLE: 'worker' })))));
  });

  afterAll(async () => {
    await Promise.all([api, ...workers].map((service) => service?.close()));
    await gitServer?.stop();
    await database?.close();
    await rm(shared, { recursive: true, force: true });
  });

  it('shares the work, and survives the death of a worker', async () => {
    const repository = await gitServer.createRepository('team/app.git');
    const bodies = [];
    for (let n = 0; n < 8; n++) {
      const ref = await repository.commit({ files: { 'main.c': `int version = ${n};\n`.repeat(20_000) } });
      bodies.push({ repo: repository.url, ref, pkg_managers: [] });
    }
    const created = await Promise.all(bodies.map((body) => api.create(body)));
    await api.fetch(`/api/v1/requests/${created[0].id}?wait=30`);
    await workers[0].kill('SIGKILL');
    for (const { id } of created) {
      expect(await api.finish(id)).toMatchObject({ state: 'complete' });
      expect((await api.download(id)).response.status).toBe(200);
    }
  });

  it('puts the public address into its answers', async () => {
    const { items } = (await (await api.fetch('/api/v1/requests?per_page=1&verbose=true')).json()) as {
      items: { content_manifest: string }[];
    };
    expect(items[0].content_manifest).toMatch(/^https:\/\/cachito\.example\.org\/base\/api\/v1\/requests\/\d+\/content-manifest$/);
  });
});
