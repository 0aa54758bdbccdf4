import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { type Fault, GitServer } from '../../test/support/git-server.js';
import { until } from '../../test/support/until.js';
import { AppModule } from '../app.module.js';
import type { Configuration } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { configureApplication } from '../http/index.js';
import { JobQueue } from '../queue/index.js';
import { RequestStates, RequestWork } from '../requests/index.js';
import { Reconciliation } from './reconciliation.js';
import { TemporaryFiles } from './temporary-files.js';
import { WorkerRegistry } from './worker-registry.js';

Logger.overrideLogger(false);

/** A whole service in this process, on a database of its own. */
interface Service {
  app: NestExpressApplication;
  url: string;
  query: DataSource['query'];
}

let database: TestDatabase;
let git: GitServer;
let ref: string;
let submoduleCommit: string;
const services: Service[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  git = await GitServer.start();
  const library = await git.createRepository('team/library.git');
  submoduleCommit = await library.commit({ files: { 'library.c': 'int x;\n' } });
  const app = await git.createRepository('team/app.git');
  ref = await app.commit({
    files: {
      'main.c': 'int main;\n',
      '.gitmodules': '[submodule "library"]\n\tpath = library\n\turl = ../library.git\n',
      library: { gitlink: submoduleCommit },
    },
  });
});
afterEach(async () => {
  git.fault = () => undefined;
  for (const { app } of services.splice(0)) await app.close();
  await database.dataSource.query('TRUNCATE "request", "source", "bundle", "job", "worker" CASCADE');
});
afterAll(async () => {
  await git?.stop();
  await database?.close();
});

async function start(overrides: Partial<Configuration['worker']> = {}, directories?: Configuration['directories']): Promise<Service> {
  const defaults = testConfiguration();
  const configuration = testConfiguration({
    database: { url: database.url },
    worker: { ...defaults.worker, ...overrides },
    directories: directories ?? defaults.directories,
  });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(configuration), {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  configureApplication(app, configuration);
  await app.listen(0, '127.0.0.1');
  const dataSource = app.get(DataSource);
  const service = { app, url: await app.getUrl(), query: dataSource.query.bind(dataSource) };
  services.push(service);
  return service;
}

async function post(service: Service, body: object = {}): Promise<number> {
  const response = await fetch(`${service.url}/api/v1/requests`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ repo: `${git.url}/team/app.git`, ref, pkg_managers: ['git-submodule'], ...body }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: number }).id;
}

interface View {
  state: string;
  state_reason: string;
  error_origin?: string;
  error_type?: string;
  packages: unknown[];
  state_history: { state: string; state_reason: string }[];
}

async function show(service: Service, id: number, wait = 60): Promise<View> {
  const response = await fetch(`${service.url}/api/v1/requests/${id}?wait=${wait}`);
  expect(response.status).toBe(200);
  return (await response.json()) as View;
}

/** Keeps the git server from answering until it is released. */
function hold(): { reached: () => boolean; release: () => void } {
  let reached = false;
  let held = true;
  git.fault = (): Fault => {
    reached = true;
    return held ? 'hang' : undefined;
  };
  return { reached: () => reached, release: () => (held = false) };
}

describe('a request', () => {
  it('ends complete, with its packages, phases and bundle, and leaves nothing behind', async () => {
    const service = await start();
    const id = await post(service);
    const view = await show(service, id);
    expect(view).toMatchObject({
      state: 'complete',
      state_reason: 'Completed successfully',
      packages: [{ name: 'library', type: 'git-submodule', version: `../library.git#${submoduleCommit}`, path: 'library', dependencies: [] }],
    });
    expect(view.state_history.map(({ state_reason }) => state_reason)).toEqual([
      'Completed successfully',
      'Assembling the bundle archive',
      'Processing the git-submodule packages',
      'Fetching the application source with submodules',
      'The request was initiated',
    ]);
    const download = await fetch(`${service.url}/api/v1/requests/${id}/download`);
    expect(download.status).toBe(200);
    await download.arrayBuffer();
    await until(async () => (await service.query('SELECT 1 FROM "job"')).length === 0);
    const [row] = await service.query('SELECT "lease_owner", "attempt", "crashes" FROM "request" WHERE "id" = $1', [id]);
    expect(row).toEqual({ lease_owner: null, attempt: 1, crashes: 0 });
    expect(await service.query('SELECT * FROM "request_progress"')).toEqual([]);
  });

  it('has its documents', async () => {
    const service = await start();
    const id = await post(service);
    await show(service, id);
    const read = async (path: string) => (await fetch(`${service.url}/api/v1/${path}`)).json();
    expect(await read(`requests/${id}/content-manifest`)).toMatchObject({
      image_contents: [{ purl: expect.stringContaining('pkg:generic/library?vcs_url='), dependencies: [], sources: [] }],
    });
    expect(await read(`sbom?requests=${id}, ${id}`)).toMatchObject({ specVersion: '1.4', components: [{ name: 'library' }] });
    expect(await read(`requests/${id}/sbom?format=spdx-2.3`)).toMatchObject({ spdxVersion: 'SPDX-2.3' });
    expect(await read(`requests/${id}/provenance`)).toMatchObject({
      subject: [{ name: `cachito-${id}.tar.gz`, digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
    });
    expect(await read(`requests/${id}/build-requirements`)).toEqual({ packages: [], suggested_requirements_build: '' });
    expect(await read('content-manifest?requests=x')).toEqual({ error: expect.stringContaining('"x"') });
    expect(await read(`sbom?requests=${id},999999`)).toEqual({ error: expect.stringContaining('999999') });
    expect(await read('dependencies?type=npm&name=kite')).toMatchObject({ items: [], meta: { total: 0 } });
    expect(await read('dependencies?purl=x')).toEqual({ error: expect.stringContaining('"x"') });
    expect(await read('dependencies/1')).toEqual({ error: 'The requested resource was not found' });
    expect(await read('status')).toMatchObject({
      can_process: { 'git-submodule': true },
      services: ['nexus', 'athens', 'database', 'rabbitmq', 'store'].map((name) => ({ name, ok: true })),
      workers: [{ ok: true }],
    });
    expect(await read('status/short')).toEqual({ ok: true });
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/cachito_requests_count\{state="complete",host="[^"]+"\} 1\n/);
    expect(metrics).toMatch(/cachito_request_duration_seconds_count\{host="[^"]+"\} 1\n/);
    for (const [path, text] of [['healthcheck', 'OK'], ['healthz', '{"ok":true}'], ['readyz', '{"ok":true}']]) {
      expect(await (await fetch(`${service.url}/${path}`)).text()).toBe(text);
    }
  });

  it('fails with type, origin and a reason for what the client can mend', async () => {
    const service = await start();
    const id = await post(service, { ref: 'f'.repeat(40) });
    expect(await show(service, id)).toMatchObject({ state: 'failed', error_origin: 'client', error_type: 'InvalidRequestData' });
  });

  it('fails over a link out of the repository, or leaves it out when told to', async () => {
    const unsafe = await git.createRepository('team/unsafe.git');
    const commit = await unsafe.commit({ files: { 'a.c': 'a', evil: { link: '../../etc/passwd' } } });
    const service = await start();
    const body = { repo: `${git.url}/team/unsafe.git`, ref: commit, pkg_managers: [] };
    const refused = await show(service, await post(service, body));
    expect(refused).toMatchObject({ state: 'failed', error_type: 'ValidationError', state_reason: expect.stringContaining('evil') });
    const removed = await show(service, await post(service, { ...body, flags: ['remove-unsafe-symlinks'] }));
    expect(removed.state).toBe('complete');
  });

  it('fails when it takes longer than the deadline', async () => {
    const { reached } = hold();
    const service = await start({ requestTimeout: 500 });
    const id = await post(service);
    expect(await show(service, id)).toMatchObject({
      state: 'failed',
      error_origin: 'server',
      error_type: 'CachitoError',
      state_reason: expect.stringContaining('took longer than'),
    });
    expect(reached()).toBe(true);
  });
});

describe('cancellation', () => {
  it('stops the work when the request becomes stale', async () => {
    const { reached, release } = hold();
    const service = await start();
    const id = await post(service);
    await until(reached);
    await service.app.get(RequestStates).change(id, { state: 'stale', reason: 'No longer needed' });
    await until(async () => (await service.query('SELECT 1 FROM "job"')).length === 0);
    release();
    expect(await show(service, id)).toMatchObject({ state: 'stale', state_reason: 'No longer needed', packages: [] });
  });
});

describe('a worker that stops or dies', () => {
  it('hands its request back at shutdown, and another takes it over at once', async () => {
    const { reached, release } = hold();
    const first = await start();
    const id = await post(first);
    await until(reached);
    await first.app.close();
    services.splice(services.indexOf(first), 1);
    const [row] = await database.dataSource.query('SELECT "lease_owner", "state" FROM "request" WHERE "id" = $1', [id]);
    expect(row).toEqual({ lease_owner: null, state: 1 });
    expect(await database.dataSource.query('SELECT "name" FROM "worker"')).toEqual([]);
    release();
    const second = await start();
    expect((await show(second, id)).state).toBe('complete');
    const [after] = await second.query('SELECT "attempt", "crashes" FROM "request" WHERE "id" = $1', [id]);
    expect(after).toEqual({ attempt: 2, crashes: 0 });
  });

  it('loses its claim to the next attempt: nothing it writes counts any more', async () => {
    const { reached, release } = hold();
    const service = await start();
    const id = await post(service);
    await until(reached);
    const work = service.app.get(RequestWork);
    // As if this process had been frozen: the lease is over, and another worker comes.
    await service.query(`UPDATE "request" SET "lease_expires" = now() - interval '1 second' WHERE "id" = $1`, [id]);
    const claim = await work.claim(id, 'another', ['git-submodule']);
    if (typeof claim === 'string') throw new Error(`not claimed: ${claim}`);
    expect(claim).toMatchObject({ attempt: 2, crashes: 1, owner: 'another', packageManagers: ['git-submodule'] });
    const old = { id, attempt: 1, owner: 'old' };
    expect(await work.renew(old)).toBe(false);
    expect(await work.renew(claim)).toBe(true);
    expect(await work.claim(id, 'third', ['git-submodule'])).toBe('busy');
    await work.release(old);
    expect(await work.claim(id, 'third', ['git-submodule'])).toBe('busy');
    await expect(work.phase(old, 'too late')).rejects.toThrow('claim');
    await expect(work.fail(old, new Error('too late'))).rejects.toThrow('claim');
    const result = { packages: [], edges: [], environment: { registry: {}, offline: {} }, variables: [], files: [], buildRequirements: [], sourceId: 1, bundleSha256: 'c'.repeat(64), within: async () => undefined };
    await expect(work.complete(old, result)).rejects.toThrow('claim');
    await work.progress(old, { step: 'source', done: 1, total: 2, unit: 'bytes' }, 'too late');
    expect(await service.query('SELECT * FROM "request_progress"')).toEqual([]);
    release();
    await work.release(claim);
    expect((await show(service, id)).state).toBe('complete');
  });

  it('goes on when the database has dropped all connections', async () => {
    let reached = false;
    git.fault = () => {
      reached = true;
      return { delay: 300 };
    };
    const service = await start();
    const id = await post(service);
    await until(() => reached);
    const drop = `SELECT pg_terminate_backend("pid") FROM pg_stat_activity
      WHERE datname = current_database() AND "pid" <> pg_backend_pid()`;
    await database.dataSource.query(drop);
    await until(async () => {
      const rows = await database.dataSource.query('SELECT "state" FROM "request" WHERE "id" = $1', [id]).catch(() => []);
      return rows[0]?.state === 2;
    });
  });

  it('is not given a request that killed too many', async () => {
    const service = await start();
    await service.app.get(JobQueue).stop();
    const id = await post(service);
    await service.query('UPDATE "request" SET "crashes" = 10 WHERE "id" = $1', [id]);
    await start();
    expect(await show(service, id)).toMatchObject({
      state: 'failed',
      error_type: 'CachitoError',
      state_reason: expect.stringContaining('died 10 times'),
    });
  });

  it('is replaced by the reconciliation when the queue lost the entry', async () => {
    const service = await start();
    await service.app.get(JobQueue).stop();
    const id = await post(service);
    await service.query('DELETE FROM "job"');
    expect(await service.app.get(Reconciliation).run()).toBe(1);
    expect(await service.query('SELECT "request_id" FROM "job"')).toEqual([{ request_id: id }]);
  });

  it('leaves requests alone for which it lacks a package manager', async () => {
    const service = await start();
    await service.app.get(JobQueue).stop();
    const id = await post(service);
    const work = service.app.get(RequestWork);
    expect(await work.claim(id, 'w', [])).toBe('unable');
    expect(await work.claim(id + 1000, 'w', [])).toBe('gone');
  });
});

describe('the registry of workers', () => {
  it('shows who is silent', async () => {
    const service = await start();
    const registry = service.app.get(WorkerRegistry);
    await registry.beat('zz-dead', 2, 1);
    await service.query(`UPDATE "worker" SET "seen" = now() - interval '1 minute' WHERE "name" = 'zz-dead'`);
    expect(await registry.list()).toEqual([
      expect.objectContaining({ ok: true }),
      { name: 'zz-dead', ok: false, silentSeconds: 60, concurrency: 2, running: 1 },
    ]);
    await registry.forgetDead();
    expect(await registry.list()).toHaveLength(2);
  });
});

describe('temporary files', () => {
  it('of dead attempts are gone at the start and when a request is done', async () => {
    const { directories } = testConfiguration();
    const left = join(directories.temporary, 'request-999999-1');
    await mkdir(join(left, 'scratch-x'), { recursive: true });
    const service = await start({}, directories);
    expect(await readdir(directories.temporary)).toEqual([]);
    await mkdir(left, { recursive: true });
    await show(service, await post(service));
    await until(async () => (await readdir(directories.temporary)).length === 0);
  });

  it('of an attempt that goes on stay, those of earlier ones go, whoever else is at work', async () => {
    const { reached } = hold();
    const { directories } = testConfiguration();
    const service = await start({}, directories);
    const id = await post(service);
    await until(reached);
    const names = [`request-${id}-1`, `request-${id}-0`, 'request-999999-1', 'foreign'];
    for (const name of names) await mkdir(join(directories.temporary, name), { recursive: true });
    expect(await service.app.get(TemporaryFiles).removeScratch()).toBe(2);
    expect((await readdir(directories.temporary)).sort()).toEqual(['foreign', `request-${id}-1`]);
  });
});
