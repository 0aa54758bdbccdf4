import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { RequestWork } from '../src/requests/index.js';
import { GitServer } from './support/git-server.js';
import { type Answer, InnerService } from './support/inner-service.js';
import { routesOf } from './support/routes.js';

const API = '/api/v1';
const NOBODY_HAS = 2_147_483_647;
const auth = {
  hostReaders: { '127.0.0.2': ['alice', 'rep'] },
  workerUsernames: ['worker'],
  administrators: ['root'],
  userRepresentatives: ['rep'],
};

/** `127.0.0.2` is listed, with alice as its reader; `127.0.0.1` is not. */
describe('readers of hosts', () => {
  let database: TestDatabase;
  let service: InnerService;
  let open: GitServer;
  let listed: GitServer;
  /** Requests by what they have of the listed host. */
  const ids: Record<'repository' | 'submodule' | 'dependency' | 'nothing', number> = {
    repository: 0,
    submodule: 0,
    dependency: 0,
    nothing: 0,
  };
  const hiddenKinds = ['repository', 'submodule', 'dependency'] as const;

  beforeAll(async () => {
    database = await openTestDatabase();
    open = await GitServer.start();
    listed = await GitServer.start({ host: '127.0.0.2' });
    service = await InnerService.start(database.url, { auth });
    const secret = await listed.createRepository('team/secret.git');
    const secretCommit = await secret.commit({
      files: { 'package.json': JSON.stringify({ name: 'kite', version: '1.0.0' }), 'index.js': '' },
    });
    ids.repository = await complete({ repo: secret.url, ref: secretCommit, pkg_managers: [] });
    ids.nothing = await complete(await openRepository('plain', { 'a.txt': 'a' }, []));
    const submodule = { sub: { gitlink: secretCommit }, '.gitmodules': `[submodule "sub"]\npath = sub\nurl = ${secret.url}\n` };
    ids.submodule = await complete(await openRepository('with-submodule', submodule, ['git-submodule']));
    ids.dependency = await complete(await openRepository('with-dependency', npmFiles(`git+${secret.url}#${secretCommit}`), ['npm']));
  });
  afterAll(async () => {
    await service?.close();
    await Promise.all([open?.stop(), listed?.stop()]);
    await database?.close();
  });

  async function openRepository(name: string, files: Record<string, string | { gitlink: string }>, managers: string[]): Promise<object> {
    const repository = await open.createRepository(`team/${name}.git`);
    return { repo: repository.url, ref: await repository.commit({ files }), pkg_managers: managers };
  }

  async function complete(body: object): Promise<number> {
    const created = await service.call('POST', `${API}/requests`, { as: 'alice', body });
    expect([created.status, created.text]).toEqual([201, created.text]);
    const { id } = Object(created.json);
    const { json } = await service.call('GET', `${API}/requests/${id}?wait=60`, { as: 'alice' });
    expect(json).toMatchObject({ state: 'complete', state_reason: 'Completed successfully' });
    return id;
  }

  const get = (path: string, as?: string): Promise<Answer> => service.call('GET', `${API}${path}`, { as });

  it('knows the hosts of each', async () => {
    const rows = await service.dataSource.query('SELECT "id", "source_hosts" FROM "request"');
    expect(Object.fromEntries(rows.map((row: { id: number; source_hosts: string[] }) => [row.id, row.source_hosts]))).toEqual({
      [ids.repository]: ['127.0.0.2'],
      [ids.nothing]: ['127.0.0.1'],
      [ids.submodule]: ['127.0.0.1', '127.0.0.2'],
      [ids.dependency]: ['127.0.0.1', '127.0.0.2'],
    });
  });

  it('hides every route below a request as if there were none', async () => {
    const routes = routesOf(service.app).filter(({ path }) => path.startsWith(`${API}/requests/:id`));
    expect(routes.length).toBeGreaterThan(12);
    for (const { method, path } of routes) {
      // Bodies that pass the first checks: who may see a request is asked behind them.
      const body = { PATCH: { packages_count: 1 }, POST: path.endsWith('configuration-files') ? [] : {} }[method];
      for (const as of ['bob', undefined, 'rep2']) {
        const missing = await service.call(method, path.replace(':id', String(NOBODY_HAS)), { as, body });
        if (method === 'GET') expect([path, missing.status]).toEqual([path, 404]);
        for (const kind of hiddenKinds) {
          const hidden = await service.call(method, path.replace(':id', String(ids[kind])), { as, body });
          expect([method, path, as, kind, hidden.status, hidden.text]).toEqual([method, path, as, kind, missing.status, missing.text]);
          expect(hidden.headers.get('etag')).toBeNull();
        }
      }
    }
  });

  it('shows them to readers, workers and administrators', async () => {
    const paths = ['', '/packages', '/content-manifest', '/sbom', '/provenance', '/environment-variables', '/download', '/logs', '/events'];
    for (const as of ['alice', 'worker', 'root']) {
      for (const path of paths) {
        for (const id of Object.values(ids)) {
          const { status } = await get(`/requests/${id}${path}`, as);
          expect([as, path, id, status]).toEqual([as, path, id, 200]);
        }
      }
    }
    for (const path of paths) expect((await get(`/requests/${ids.nothing}${path}`)).status).toBe(200);
  });

  it('lists and counts what a caller sees only', async () => {
    for (const [as, total] of [['alice', 4], ['root', 4], ['bob', 1], [undefined, 1]] as const) {
      const listing = Object((await get('/requests', as)).json);
      expect([as, listing.meta.total, listing.items.length]).toEqual([as, total, total]);
      const metrics = Object((await get('/request-metrics', as)).json);
      expect([as, metrics.meta.total, metrics.items.length]).toEqual([as, total, total]);
      const summary = await get('/request-metrics/summary?finished_from=2020-01-01&finished_to=2100-01-01', as);
      expect([as, Object(summary.json).total]).toEqual([as, total]);
    }
    const { items } = Object((await get('/requests?verbose=true&state=complete', 'bob')).json);
    expect(items.map((item: { id: number }) => item.id)).toEqual([ids.nothing]);
  });

  it('finds the newest request for a commit among those', async () => {
    const { ref } = Object((await get(`/requests/${ids.repository}`, 'alice')).json);
    expect((await get(`/requests/latest?repo_name=team/secret&ref=${ref}`, 'alice')).status).toBe(200);
    expect((await get(`/requests/latest?repo_name=team/secret&ref=${ref}`, 'bob')).status).toBe(404);
  });

  it.each(['sbom', 'content-manifest'])('combines none that are hidden: %s', async (path) => {
    expect((await get(`/${path}?requests=${ids.nothing},${ids.dependency}`, 'alice')).status).toBe(200);
    const hidden = await get(`/${path}?requests=${ids.nothing},${ids.dependency}`, 'bob');
    const missing = await get(`/${path}?requests=${ids.nothing},${NOBODY_HAS}`, 'bob');
    expect(hidden.status).toBe(400);
    expect(hidden.text.replace(String(ids.dependency), String(NOBODY_HAS))).toBe(missing.text);
  });

  it('tells nothing of hidden uses and files', async () => {
    const seen = Object((await get('/dependencies?type=npm&name=kite', 'alice')).json);
    expect(seen.meta.total).toBe(1);
    expect(Object((await get('/dependencies?type=npm&name=kite', 'bob')).json)).toMatchObject({ items: [], meta: { total: 0 } });
    const artifact = `/dependencies/${seen.items[0].artifact_id}`;
    expect((await get(artifact, 'alice')).status).toBe(200);
    expect((await get(artifact, 'bob')).text).toBe((await get(`/dependencies/${NOBODY_HAS}`, 'bob')).text);
  });

  it('refuses to fetch from a listed host for others', async () => {
    const body = { repo: `${listed.url}/team/secret.git`, ref: 'a'.repeat(40), pkg_managers: [] };
    for (const repo of [body.repo, 'git@127.0.0.2:team/secret.git', 'ssh://git@127.0.0.2:22/team/secret']) {
      const refused = await service.call('POST', `${API}/requests`, { as: 'bob', body: { ...body, repo } });
      expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('CACHITO_HOST_READERS')]);
    }
    const forOthers = await service.call('POST', `${API}/requests`, { as: 'rep', body: { ...body, user: 'bob' } });
    expect(forOthers.json).toMatchObject({ user: 'bob', submitted_by: 'rep' });
    const { id } = Object(forOthers.json);
    expect((await get(`/requests/${id}`, 'rep')).status).toBe(200);
    expect((await get(`/requests/${id}`, 'bob')).status).toBe(404);
    await service.call('PATCH', `${API}/requests/${id}`, { as: 'worker', body: { state: 'stale', state_reason: 'enough' } });
  });

  it('answers a repeated Idempotency-Key as if it were gone, when its request is hidden now', async () => {
    const files = npmFiles(`git+${listed.url}/team/secret.git#${await secretCommit()}`);
    const body = await openRepository('again', files, ['npm']);
    const headers = { 'idempotency-key': 'once' };
    const first = await service.call('POST', `${API}/requests`, { as: 'bob', body, headers });
    expect(first.status).toBe(201);
    await get(`/requests/${Object(first.json).id}?wait=60`, 'alice');
    expect((await service.call('POST', `${API}/requests`, { as: 'bob', body, headers })).status).toBe(404);
  });

  async function secretCommit(): Promise<string> {
    return Object((await get(`/requests/${ids.repository}`, 'alice')).json).ref;
  }
});

function npmFiles(specifier: string): Record<string, string> {
  const manifest = { name: 'app', version: '1.0.0', dependencies: { kite: specifier } };
  const kite = { version: '1.0.0', resolved: specifier };
  const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, requires: true, packages: { '': manifest, 'node_modules/kite': kite } };
  return { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) };
}

/** Nobody works on requests here but the test. */
describe('a request that is closed to who watches it', () => {
  let database: TestDatabase;
  let service: InnerService;

  beforeAll(async () => {
    database = await openTestDatabase();
    service = await InnerService.start(database.url, { role: 'api', auth });
  });
  afterAll(async () => {
    await service?.close();
    await database?.close();
  });

  it('ends streams and waits, and sends nothing of what is hidden', async () => {
    const body = { repo: 'http://127.0.0.1/team/late.git', ref: 'a'.repeat(40), pkg_managers: [] };
    const { id } = Object((await service.call('POST', `${API}/requests`, { as: 'bob', body })).json);
    const watch = (as: string): Promise<Response> =>
      fetch(`${service.origin}${API}/requests/${id}/events`, { headers: { 'x-remote-user': as } });
    const [bob, alice] = await Promise.all([watch('bob'), watch('alice')]);
    expect([bob.status, alice.status]).toEqual([200, 200]);
    const waiting = service.call('GET', `${API}/requests/${id}?wait=60`, { as: 'bob' });

    const work = service.app.get(RequestWork, { strict: false });
    const claim = await work.claim(id, 'test', []);
    if (typeof claim === 'string') throw new Error(claim);
    await work.phase(claim, 'Fetching what everybody may see');
    await work.recordHosts(claim, ['127.0.0.1', '127.0.0.2']);
    await work.phase(claim, 'Fetching a secret');
    await work.fail(claim, new Error('secret'));

    const seen = await bob.text();
    expect(seen).toContain('The request was initiated');
    expect(seen).not.toContain('secret');
    expect(await alice.text()).toContain('"state":"failed"');
    expect((await waiting).status).toBe(404);
    expect((await service.call('GET', `${API}/requests/${id}`, { as: 'bob' })).status).toBe(404);
    const again = await service.call('POST', `${API}/requests/${id}/resubmit`, { as: 'bob', body: {} });
    expect(again.status).toBe(404);
  });

  it('hides requests of which nobody knows where they come from', async () => {
    const [{ id }]: { id: number }[] = await service.dataSource.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref") VALUES ('https://h/a', 'a', repeat('a', 40)) RETURNING "id"`,
    );
    expect((await service.call('GET', `${API}/requests/${id}/environment-variables`, { as: 'bob' })).status).toBe(404);
    expect((await service.call('GET', `${API}/requests/${id}/environment-variables`, { as: 'alice' })).status).toBe(200);
  });

  it.each([
    [{ 'https://git.example.org': [] }, /must name hosts/],
    [{ 'git.example.org': [], 'GIT.example.org.:443': [] }, /once/],
  ])('does not start with %j', async (hostReaders, message) => {
    await expect(InnerService.start(database.url, { role: 'api', auth: { hostReaders } })).rejects.toThrow(message);
  });
});

/** Who reads must log in: no controller may forget it. */
describe('CACHITO_READ_REQUIRES_LOGIN', () => {
  let database: TestDatabase;
  let service: InnerService;

  /** What must answer everybody: health, metrics, documentation; registries have credentials of their own. */
  const OPEN = /^\/(healthcheck|healthz|readyz|metrics|swagger-ui.*|api\/v1\/openapi\.json)?$/;

  beforeAll(async () => {
    database = await openTestDatabase();
    service = await InnerService.start(database.url, { role: 'api', auth: { readRequiresLogin: true } });
  });
  afterAll(async () => {
    await service?.close();
    await database?.close();
  });

  it('asks everybody on every route but the open ones', async () => {
    const routes = routesOf(service.app);
    const closed = routes.filter(({ method, path }) => METHODS.includes(method) && !OPEN.test(path));
    expect(closed.length).toBeGreaterThan(25);
    for (const { method, path } of closed) {
      const url = path.replace(/:\w+/g, '1').replace(/\*\w+/g, 'x').replace(/[{}]/g, '');
      const { status } = await service.call(method, url + (QUERIES[path] ?? ''), { body: BODIES[`${method} ${path}`] });
      expect([method, url, status]).toEqual([method, url, 401]);
    }
  });

  it('lets who logs in read, and everybody read what is open', async () => {
    for (const path of ['requests', 'request-metrics', 'status', 'dependencies?type=npm&name=x']) {
      expect([path, (await service.call('GET', `${API}/${path}`, { as: 'bob' })).status]).toEqual([path, 200]);
    }
    for (const path of ['/', '/healthz', '/metrics', `${API}/openapi.json`]) {
      expect([path, (await service.call('GET', path)).status]).toEqual([path, 200]);
    }
  });

  it('asks who waits and who watches, too', async () => {
    expect((await service.call('GET', `${API}/requests/1?wait=1`)).status).toBe(401);
    expect((await service.call('HEAD', `${API}/requests/1/events`)).status).toBe(401);
  });
});

/** Those of this API, and what registries refuse. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What routes need to come as far as the question who calls. */
const QUERIES: Record<string, string> = {
  '/api/v1/requests/latest': `?repo_name=a/b&ref=${'a'.repeat(40)}`,
  '/api/v1/request-metrics/summary': '?finished_from=2026-01-01&finished_to=2026-01-02',
  '/api/v1/content-manifest': '?requests=1',
  '/api/v1/sbom': '?requests=1',
  '/api/v1/dependencies': '?type=npm&name=x',
};
const BODIES: Record<string, unknown> = {
  'POST /api/v1/requests': { repo: 'https://git.example.org/a', ref: 'a'.repeat(40) },
  'PATCH /api/v1/requests/:id': { packages_count: 1 },
  'POST /api/v1/requests/:id/configuration-files': [],
};
