import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { GitServer } from './support/git-server.js';
import { metricsOf, readMetrics } from './support/metrics.js';
import { freePort } from './support/nginx.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

interface Status {
  can_process: Record<string, boolean>;
  workers: { ok: boolean; reason?: string; running: number }[];
}

/** One API and one worker as processes, the worker with a port for metrics. */
describe('metrics of a fleet', () => {
  let database: TestDatabase;
  let git: GitServer;
  let shared: string;
  let environment: Record<string, string>;
  let api: Service;
  let worker: Service;

  beforeAll(async () => {
    [database, git, shared] = await Promise.all([
      openTestDatabase({ migrated: false }),
      GitServer.start(),
      mkdtemp(join(tmpdir(), 'cachito-shared-')),
    ]);
    environment = {
      DATABASE_URL: database.url,
      CACHITO_PUBLIC_URL: 'https://cachito.example.org',
      CACHITO_SOURCES_DIR: join(shared, 'sources'),
      CACHITO_BUNDLES_DIR: join(shared, 'bundles'),
      CACHITO_REQUEST_FILE_LOGS_DIR: join(shared, 'logs'),
    };
    api = await Service.start({ ...environment, CACHITO_ROLE: 'api' });
    worker = await startWorker(await freePort());
  });
  afterAll(async () => {
    await Promise.all([api, worker].map((service) => service?.close()));
    await git?.stop();
    await database?.close();
    await rm(shared, { recursive: true, force: true });
  });

  async function startWorker(port: number): Promise<Service> {
    const service = await Service.start({ ...environment, CACHITO_ROLE: 'worker', CACHITO_METRICS_PORT: String(port) });
    service.base = `http://127.0.0.1:${port}`;
    return service;
  }

  async function metrics(service: Service): Promise<string> {
    const response = await service.fetch('/metrics');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    return response.text();
  }

  it('says in each process what that process did, and in all of them the same of the fleet', async () => {
    const repository = await git.createRepository('team/app.git');
    const ref = await repository.commit({ files: { 'main.c': 'int main;\n' } });
    const body = { repo: repository.url, ref, pkg_managers: [] };
    await api.complete(body);
    await api.complete(body);
    const failed = await api.finish((await api.create({ ...body, ref: 'f'.repeat(40) })).id);
    expect(failed).toMatchObject({ state: 'failed', error_type: 'InvalidRequestData', error_origin: 'client' });
    const ofWorker = await settled();
    expect(
      metricsOf(ofWorker, 'cachito_request_attempts', 'cachito_request_failures', 'cachito_source', 'cachito_bundles'),
    ).toEqual({
      'cachito_request_attempts_total{result="complete"}': 2,
      'cachito_request_attempts_total{result="failed"}': 1,
      'cachito_request_failures_total{error_type="InvalidRequestData",origin="client"}': 1,
      'cachito_sources_total{result="fetched"}': 1,
      'cachito_sources_total{result="found"}': 1,
      cachito_source_fetched_bytes_total: 'int main;\n'.length,
      'cachito_bundles_total{result="built"}': 1,
      'cachito_bundles_total{result="reused"}': 1,
    });
    expect(readMetrics(ofWorker)).toMatchObject({
      cachito_request_wait_seconds_count: 3,
      'cachito_step_duration_seconds_count{step="source",result="success"}': 2,
      'cachito_step_duration_seconds_count{step="source",result="error"}': 1,
      'cachito_step_duration_seconds_count{step="record",result="success"}': 2,
    });

    const ofApi = await metrics(api);
    expect(metricsOf(ofApi, 'cachito_request_attempts', 'cachito_request_failures', 'cachito_sources')).toEqual({});
    expect(readMetrics(ofApi).cachito_request_wait_seconds_count).toBe(0);
    const fleet = ['cachito_requests_count', 'cachito_queue_depth', 'cachito_workers'];
    expect(metricsOf(ofApi, ...fleet)).toEqual(metricsOf(ofWorker, ...fleet));
    expect(metricsOf(ofApi, 'cachito_queue_depth', 'cachito_workers')).toEqual({
      'cachito_queue_depth{kind="waiting"}': 0,
      'cachito_queue_depth{kind="running"}': 0,
      'cachito_workers{state="alive"}': 1,
      'cachito_workers{state="silent"}': 0,
    });
  });

  it('shows what is of the fleet in the help, which keeps people from adding it up', async () => {
    const page = await metrics(worker);
    for (const name of ['cachito_requests_count', 'cachito_queue_depth', 'cachito_workers']) {
      expect(page).toMatch(new RegExp(`^# HELP ${name} .*Of the whole fleet: .* not the sum$`, 'm'));
    }
  });

  it('has probes for the worker', async () => {
    for (const path of ['/healthz', '/readyz']) {
      const response = await worker.fetch(path);
      expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    }
    expect((await worker.fetch('/api/v1/requests')).status).toBe(404);
    expect((await worker.fetch('/metrics', { method: 'DELETE' })).status).toBe(405);
  });

  it('stops the start of a worker whose port is taken, and says which option to change', async () => {
    const port = Number(new URL(worker.base).port);
    await expect(startWorker(port)).rejects.toThrow(
      `CACHITO_METRICS_PORT=${port} cannot be listened on: another process has the port. Set it to a free one.`,
    );
    // It never became a worker.
    expect(readMetrics(await metrics(api))['cachito_workers{state="alive"}']).toBe(1);
  });

  it('tells what a worker has to do, and that it has died over it', async () => {
    const repository = await git.createRepository('team/slow.git');
    const ref = await repository.commit({ files: { 'main.c': 'int main;\n' } });
    git.fault = () => 'hang';
    await api.create({ repo: repository.url, ref, pkg_managers: [] });
    await until(async () => (await status()).workers[0].running === 1);
    expect((await status()).workers).toEqual([expect.objectContaining({ ok: true, running: 1, concurrency: 2 })]);
    expect(readMetrics(await metrics(api))).toMatchObject({
      'cachito_queue_depth{kind="running"}': 1,
      [`cachito_requests_count{state="in_progress",host="${hostname()}"}`]: 1,
    });
    await worker.kill('SIGKILL');
    await until(async () => !(await status()).workers[0].ok);
    const { workers, can_process } = await status();
    expect(workers[0].reason).toMatch(/^no heart-beat for \d+ seconds$/);
    expect(Object.values(can_process)).not.toContain(true);
    expect((await api.fetch('/api/v1/status/short')).status).toBe(503);
    expect(metricsOf(await metrics(api), 'cachito_workers')).toEqual({
      'cachito_workers{state="alive"}': 0,
      'cachito_workers{state="silent"}': 1,
    });
  });

  async function status(): Promise<Status> {
    return (await (await api.fetch('/api/v1/status')).json()) as Status;
  }

  /** What the worker tells when it works on nothing: clients hear of the end of a request a moment earlier. */
  async function settled(): Promise<string> {
    let page = '';
    await until(async () => {
      page = await metrics(worker);
      const { cachito_running_requests: running, 'cachito_queue_depth{kind="running"}': queued } = readMetrics(page);
      return running === 0 && queued === 0;
    });
    return page;
  }
});
