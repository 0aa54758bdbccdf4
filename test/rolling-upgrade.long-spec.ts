import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { MIGRATIONS } from '../migrations/index.js';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { openOwnedDatabase, type OwnedDatabase } from '../src/database/transfer/testing.js';
import { expectBundle } from './support/fleet-bundles.js';
import { SeededRandom } from './support/fleet-random.js';
import { type PlannedRequest, planRequests } from './support/fleet-requests.js';
import { FleetUpstreams } from './support/fleet-upstreams.js';
import { buildCommit, BuiltProcess, findPreviousCommit, type PreviousBuild } from './support/previous-build.js';
import type { RequestView } from './support/service.js';
import { itUnless } from './support/tools.js';

const PRESENT = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');
const REQUESTS = 45;
/** Milliseconds between two of them. */
const PACE = 400;

/** One process of the API and one worker of the previous build are replaced by present ones while requests keep coming. */
describe('a rolling upgrade', () => {
  const previous = findPreviousCommit();
  const obstacle = 'obstacle' in previous ? previous.obstacle : undefined;
  let old: PreviousBuild;
  let upstreams: FleetUpstreams;
  let planned: PlannedRequest[];
  let server: TestDatabase;
  let database: OwnedDatabase;
  let shared: string;
  const started: BuiltProcess[] = [];

  beforeAll(async () => {
    if ('obstacle' in previous) return;
    old = await buildCommit(previous.commit);
    const random = new SeededRandom(1795);
    upstreams = await FleetUpstreams.start(random);
    planned = await planRequests(upstreams, random, REQUESTS);
    // Every answer of git takes a moment, so that work is always under way.
    upstreams.git.fault = () => ({ delay: 150 });
    server = await openTestDatabase({ migrated: false });
    database = await openOwnedDatabase(server);
    shared = await mkdtemp(join(tmpdir(), 'cachito-rolling-'));
    await chmod(shared, 0o755);
  }, 900_000);

  afterAll(async () => {
    await Promise.all(started.map((process) => process.stop()));
    await database?.close();
    await server?.close();
    await upstreams?.stop();
    if (shared !== undefined) await rm(shared, { recursive: true, force: true });
  });

  async function start(main: string, role: 'api' | 'worker'): Promise<BuiltProcess> {
    const process = await BuiltProcess.start(main, {
      DATABASE_URL: database.url,
      CACHITO_ROLE: role,
      CACHITO_PUBLIC_URL: 'http://cachito.test.example',
      CACHITO_DATA_DIR: join(shared, `own-${started.length}`),
      CACHITO_SOURCES_DIR: join(shared, 'sources'),
      CACHITO_BUNDLES_DIR: join(shared, 'bundles'),
      CACHITO_REQUEST_FILE_LOGS_DIR: join(shared, 'logs'),
      CACHITO_UPSTREAMS_FILE: upstreams.file,
      CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      CACHITO_GOMOD_TOOLCHAINS: 'installed',
      CACHITO_WORKER_CONCURRENCY: '3',
    });
    started.push(process);
    return process;
  }

  itUnless(obstacle, 'loses nothing, and every call is answered', async () => {
    const oldApi = await start(old.main, 'api');
    const oldWorker = await start(old.main, 'worker');
    const migrated = (): Promise<{ count: number }[]> => database.query('SELECT count(*)::integer AS "count" FROM "migrations"');
    expect(await migrated()).toEqual([{ count: old.migrations.length }]);

    /** What a balancer would do: calls go in turns to the processes that are in. */
    const apis = [oldApi];
    const refused: string[] = [];
    const ids: number[] = [];
    let calls = 0;
    const call = async (path: string, init?: RequestInit): Promise<Response> => {
      const response = await fetch(`${apis[calls++ % apis.length].base}${path}`, { ...init, signal: AbortSignal.timeout(120_000) });
      if (!response.ok) refused.push(`${init?.method ?? 'GET'} ${path}: ${response.status} ${await response.clone().text()}`);
      return response;
    };
    const post = async ({ body }: PlannedRequest): Promise<void> => {
      const headers = { 'Content-Type': 'application/json' };
      const response = await call('/api/v1/requests', { method: 'POST', headers, body: JSON.stringify(body) });
      if (response.ok) ids.push(((await response.json()) as RequestView).id);
    };
    /** Workers that held a request, by process, since the schema was changed. */
    const holders = new Set<number>();
    const watching = new AbortController();
    const watch = async (): Promise<void> => {
      while (!watching.signal.aborted) {
        const [{ count }] = await migrated();
        const rows = await database.query<{ owner: string }>(
          `SELECT "lease_owner" AS "owner" FROM "request" WHERE "state" = 1 AND "lease_owner" IS NOT NULL`,
        );
        if (count === MIGRATIONS.length) for (const { owner } of rows) holders.add(Number(/-(\d+)-\w+$/.exec(owner)?.[1]));
        if (ids.length > 0) await (await call(`/api/v1/requests/${ids[calls % ids.length]}`)).arrayBuffer();
        await (await call('/api/v1/requests?per_page=20&verbose=true')).arrayBuffer();
        await (await call('/readyz')).arrayBuffer();
        await wait(100);
      }
    };
    const watched = watch();
    const load = (async () => {
      for (const request of planned) {
        await post(request);
        await wait(PACE);
      }
    })();
    const posted = async (count: number): Promise<void> => {
      while (ids.length < count && refused.length === 0) await wait(50);
    };

    await posted(REQUESTS / 5);
    const newApi = await start(PRESENT, 'api');
    apis.push(newApi);
    const newWorker = await start(PRESENT, 'worker');
    await posted((2 * REQUESTS) / 3);
    while (!(holders.has(oldWorker.pid) && holders.has(newWorker.pid))) await wait(50);
    expect(await oldWorker.stop()).not.toBe('SIGKILL');
    // Out of the balancer first; calls under way come to their ends.
    apis.shift();
    await wait(1_000);
    await oldApi.stop();
    await load;
    const ends = await Promise.all(planned.map((_, at) => finish(newApi, ids[at])));
    watching.abort();
    await watched;

    expect(refused).toEqual([]);
    expect(ids).toHaveLength(REQUESTS);
    expect(ends.filter(({ state }) => state !== 'complete')).toEqual([]);
    for (const [at, request] of planned.entries()) await expectBundle(await download(newApi, ids[at]), request, shared);
    expect(await migrated()).toEqual([{ count: MIGRATIONS.length }]);
    expect(await database.query('SELECT sum("crashes")::integer AS "crashes" FROM "request"')).toEqual([{ crashes: 0 }]);
    expect(await database.query('SELECT count(*)::integer AS "jobs" FROM "job"')).toEqual([{ jobs: 0 }]);
    const errors = [oldApi, oldWorker, newApi, newWorker].flatMap(({ log }) => log.split('\n').filter((line) => line.includes('"level":"error"')));
    expect(errors).toEqual([]);
    const added = MIGRATIONS.length - old.migrations.length;
    console.log(`${REQUESTS} requests from ${old.commit.slice(0, 7)} to the present, ${added} migrations, ${calls} calls`);
  }, 600_000);
});

async function finish({ base }: BuiltProcess, id: number): Promise<RequestView> {
  for (;;) {
    const response = await fetch(`${base}/api/v1/requests/${id}?wait=20`);
    const view = (await response.json()) as RequestView;
    if (view.state !== 'in_progress') return view;
  }
}

async function download({ base }: BuiltProcess, id: number): Promise<Buffer> {
  const response = await fetch(`${base}/api/v1/requests/${id}/download`);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}
