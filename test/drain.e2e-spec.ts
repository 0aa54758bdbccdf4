import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileServer } from './support/file-server.js';
import { Fleet } from './support/fleet.js';
import { unfinishedFiles } from './support/fleet-leftovers.js';
import { integrityOf } from './support/fleet-upstreams.js';
import { GitServer, type GitRepository } from './support/git-server.js';
import { pythonArchive } from './support/pip-made.js';
import { type RequestView, Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';
import { until } from './support/until.js';

/** A time that is never over in a test, and one that soon is: seconds. */
const LONG = '600';
const SHORT = '2';

let git: GitServer;
let repository: GitRepository;
let upstream: FileServer;
let folder: string;
let environment: NodeJS.ProcessEnv;
let archive: Buffer;
let commits = 0;

beforeAll(async () => {
  git = await GitServer.start();
  repository = await git.createRepository('team/app.git');
  upstream = await FileServer.start();
  archive = await pythonArchive('gz', 'package', {
    'package.json': JSON.stringify({ name: 'kite', version: '1.0.0', license: 'MIT' }),
    'noise.js': Array.from({ length: 20_000 }, () => Math.random()).join('\n'),
  });
  upstream.files.set('/kite/-/kite-1.0.0.tgz', archive);
  folder = await mkdtemp(join(tmpdir(), 'cachito-drain-'));
  const upstreams = join(folder, 'upstreams.json');
  await writeFile(upstreams, JSON.stringify({ npm: [{ url: `${upstream.url}/` }] }));
  environment = { CACHITO_UPSTREAMS_FILE: upstreams };
});
afterAll(async () => {
  await git?.stop();
  await upstream?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  git.fault = () => undefined;
  upstream.fault = () => undefined;
});

describe.each(['database', 'redis'] as const)('a worker that is told to end, with its queue in the %s', (queue) => {
  let fleet: Fleet;
  const obstacle = queue === 'redis' ? missingTool('redis-server') : undefined;

  beforeAll(async () => {
    if (obstacle === undefined) fleet = await Fleet.start({ workers: 0, queue, environment });
  });
  afterAll(() => fleet?.stop());
  afterEach(() => fleet?.stopWorkers());

  function worker(drainTimeout: string): Promise<Service> {
    return fleet.addWorker({ CACHITO_DRAIN_TIMEOUT: drainTimeout });
  }

  itUnless(obstacle, 'lets its request end well, takes no other one, and ends', async () => {
    const { api } = fleet;
    const drained = await worker(LONG);
    const release = holdGit();
    const first = await api.create(await source());
    await until(async () => (await attempts(fleet, first)).attempt === 1);
    process.kill(drained.pid, 'SIGTERM');
    await drained.logged('SIGTERM');
    const second = await api.create(await source());
    release();
    expect(await drained.ended()).toBe(0);
    expect(await api.show(first.id)).toMatchObject({ state: 'complete' });
    expect(await attempts(fleet, second)).toEqual({ attempt: 0, crashes: 0, lease_owner: null });
    await worker(LONG);
    expect(await api.finish(second.id)).toMatchObject({ state: 'complete' });
    expect(await attempts(fleet, first)).toMatchObject({ attempt: 1, crashes: 0 });
  });

  itUnless(obstacle, 'hands back what hangs when its time is over: another one continues, and nothing is left over', async () => {
    const { api } = fleet;
    const drained = await worker(SHORT);
    upstream.requests.length = 0;
    // Half of a file is there, and half of a tree.
    upstream.fault = () => ({ stallAfter: 20_000 });
    const application = await api.create(await npmApplication());
    await until(async () => upstream.requests.length > 0);
    let hangs = true;
    git.fault = () => (hangs ? 'hang' : undefined);
    const plain = await api.create(await source());
    await until(async () => (await attempts(fleet, plain)).attempt === 1);
    const other = await worker(SHORT);
    process.kill(drained.pid, 'SIGTERM');
    await drained.logged('SIGTERM');
    // Those that hang go on hanging.
    hangs = false;
    upstream.fault = () => undefined;
    expect(await drained.ended()).toBe(0);
    for (const request of [application, plain]) {
      expect(await api.finish(request.id)).toMatchObject({ state: 'complete' });
      expect(await attempts(fleet, request)).toEqual({ attempt: 2, crashes: 0, lease_owner: null });
    }
    expect(await unfinishedFiles(fleet)).toEqual([]);
    const names = await fleet.query<{ name: string }>('SELECT "name" FROM "worker"');
    expect(names).toEqual([{ name: expect.stringContaining(`-${other.pid}-`) }]);
  });

  itUnless(obstacle, 'hands back at once when it is told again', async () => {
    const told = await worker(LONG);
    git.fault = () => 'hang';
    const request = await fleet.api.create(await source());
    await until(async () => (await attempts(fleet, request)).attempt === 1);
    process.kill(told.pid, 'SIGTERM');
    await told.logged('SIGTERM');
    process.kill(told.pid, 'SIGINT');
    expect(await told.ended()).toBe(0);
    expect(await attempts(fleet, request)).toEqual({ attempt: 1, crashes: 0, lease_owner: null });
  });
});

describe('an API that is told to end', () => {
  let fleet: Fleet;
  let id: number;
  let size: number;

  beforeAll(async () => {
    fleet = await Fleet.start({ workers: 1, queue: 'database', environment });
    // More than what lies between two sockets.
    const noise = Buffer.from(Float64Array.from({ length: 4_000_000 }, () => Math.random()).buffer);
    const ref = await repository.commit({ files: { 'noise.bin': noise } });
    ({ id } = await fleet.api.create({ repo: repository.url, ref, pkg_managers: [] }));
    expect(await fleet.api.finish(id)).toMatchObject({ state: 'complete' });
    size = (await fleet.api.download(id)).bytes.length;
    await fleet.stopWorkers();
  });
  afterAll(() => fleet?.stop());

  /** One more. */
  function another(drainTimeout: string): Promise<Service> {
    return Service.start({ ...fleet.variables, CACHITO_ROLE: 'api', CACHITO_DRAIN_TIMEOUT: drainTimeout });
  }

  it('lets a download end, and refuses what comes later', async () => {
    const api = await another(LONG);
    const response = await slowDownload(api, id);
    process.kill(api.pid, 'SIGTERM');
    await untilRefused(api);
    let received = 0;
    for await (const chunk of response) received += (chunk as Buffer).length;
    expect(received).toBe(size);
    expect(await api.ended()).toBe(0);
  });

  it('ends all the same when a client does not read, or waits for news', async () => {
    const api = await another(SHORT);
    const waiting = await api.create(await source());
    const news = await api.fetch(`/api/v1/requests/${waiting.id}/events`);
    const response = await slowDownload(api, id);
    const cut = once(response, 'error');
    process.kill(api.pid, 'SIGTERM');
    expect(await api.ended()).toBe(0);
    expect(await news.text()).toContain('data:');
    response.resume();
    await cut;
  });
});

/** The answer has begun, and its client reads no more of it. */
async function slowDownload(api: Service, id: number): Promise<IncomingMessage> {
  const [response] = (await once(get(`${api.base}/api/v1/requests/${id}/download`), 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response.pause();
}

async function source(): Promise<object> {
  const ref = await repository.commit({ files: { 'main.c': `int version = ${++commits};\n` } });
  return { repo: repository.url, ref, pkg_managers: [] };
}

async function npmApplication(): Promise<object> {
  const manifest = { name: 'app', version: '1.0.0', dependencies: { kite: '1.0.0' } };
  const packages = { '': manifest, 'node_modules/kite': { version: '1.0.0', integrity: integrityOf(archive) } };
  const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, packages };
  const texts = { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) };
  const ref = await repository.commit({ files: { ...texts, 'main.js': `// ${++commits}\n` } });
  return { repo: repository.url, ref, pkg_managers: ['npm'] };
}

/** Git answers when the returned function is called, and a little later. */
function holdGit(): () => void {
  let held = true;
  git.fault = () => (held ? { delay: 5_000 } : undefined);
  return () => (held = false);
}

interface Attempts {
  attempt: number;
  crashes: number;
  lease_owner: string | null;
}

async function attempts(fleet: Fleet, { id }: RequestView): Promise<Attempts> {
  const [row] = await fleet.query<Attempts>('SELECT "attempt", "crashes", "lease_owner" FROM "request" WHERE "id" = $1', [id]);
  return row;
}

function untilRefused(service: Service): Promise<void> {
  return until(() => service.fetch('/healthz').then(() => false, () => true));
}
