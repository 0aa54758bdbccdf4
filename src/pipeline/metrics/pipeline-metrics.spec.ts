import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FileServer } from '../../../test/support/file-server.js';
import { GitServer } from '../../../test/support/git-server.js';
import { metricsOf, readMetrics } from '../../../test/support/metrics.js';
import { packed } from '../../../test/support/npm-application.js';
import { until } from '../../../test/support/until.js';
import { AppModule } from '../../app.module.js';
import { testConfiguration } from '../../config/testing.js';
import { PUBLIC_UPSTREAMS } from '../../config/upstreams/upstreams.js';
import { openTestDatabase, type TestDatabase } from '../../database/testing.js';
import { configureApplication } from '../../http/index.js';
import { Metrics } from '../../observability/index.js';
import { RequestStates } from '../../requests/index.js';

Logger.overrideLogger(false);

/** Real requests, by a whole service in this process, and exactly what its metrics say of them afterwards. */
describe('metrics of the work on requests', () => {
  let database: TestDatabase;
  let git: GitServer;
  let registry: FileServer;
  let packages: Record<string, Buffer>;
  let app: NestExpressApplication;
  let repositories = 0;

  beforeAll(async () => {
    [database, git, registry] = await Promise.all([openTestDatabase(), GitServer.start(), FileServer.start()]);
    const [kite, sail] = await Promise.all(['kite', 'sail'].map((name) => packed({ name, version: '1.0.0' })));
    packages = { kite, sail };
    for (const [name, content] of Object.entries(packages)) registry.files.set(`/${name}/-/${name}-1.0.0.tgz`, content);
  });
  afterEach(async () => {
    git.fault = () => undefined;
    await app?.close();
  });
  afterAll(async () => {
    await Promise.all([git?.stop(), registry?.stop()]);
    await database?.close();
  });

  /** A service that counts from zero. */
  async function start(): Promise<void> {
    const upstream = { url: `${registry.url}/`, public: false, scopes: [], fallback: 'next' as const };
    const configuration = testConfiguration({
      database: { url: database.url },
      upstreams: { ...PUBLIC_UPSTREAMS, npm: [upstream] },
    });
    const options = { logger: false as const, bodyParser: false, abortOnError: false };
    app = await NestFactory.create<NestExpressApplication>(AppModule.for(configuration), options);
    configureApplication(app, configuration);
    await app.listen(0, '127.0.0.1');
  }

  /** A new repository whose lock file names these packages. Returns the body of a request for it. */
  async function repository(names: string[]): Promise<{ repo: string; ref: string; pkg_managers: string[] }> {
    const created = await git.createRepository(`team/app-${(repositories += 1)}.git`);
    const root = { name: 'app', version: '1.0.0' };
    const locked = names.map((name) => {
      const content = packages[name] ?? Buffer.of();
      const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
      return [`node_modules/${name}`, { version: '1.0.0', integrity }];
    });
    const lock = { ...root, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(locked) } };
    const files = { 'package.json': JSON.stringify(root), 'package-lock.json': JSON.stringify(lock) };
    return { repo: created.url, ref: await created.commit({ files }), pkg_managers: ['npm'] };
  }

  async function post(body: object): Promise<number> {
    const response = await fetch(`${await app.getUrl()}/api/v1/requests`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: number }).id;
  }

  async function finish(body: object): Promise<{ state: string; error_type?: string }> {
    const id = await post(body);
    return (await (await fetch(`${await app.getUrl()}/api/v1/requests/${id}?wait=60`)).json()) as { state: string };
  }

  async function page(): Promise<string> {
    return (await fetch(`${await app.getUrl()}/metrics`)).text();
  }

  it('tell what was fetched, found, built and reused, which steps ran, and what failed', async () => {
    await start();
    const body = await repository(['kite', 'sail']);
    expect(await finish(body)).toMatchObject({ state: 'complete' });
    expect(await finish(body)).toMatchObject({ state: 'complete' });
    expect(await finish(await repository(['absent']))).toMatchObject({ state: 'failed', error_type: 'NetworkError' });
    expect(await finish({ ...body, ref: 'f'.repeat(40) })).toMatchObject({ state: 'failed' });
    const { kite, sail } = packages;
    const bytes = kite.length + sail.length;
    await settled();
    const text = await page();
    expect(
      metricsOf(text, 'cachito_artifact', 'cachito_http_', 'cachito_sources', 'cachito_bundles', 'cachito_request_attempts'),
    ).toEqual({
      'cachito_artifacts_total{ecosystem="npm",result="fetched"}': 2,
      'cachito_artifacts_total{ecosystem="npm",result="found"}': 2,
      'cachito_artifact_fetched_bytes_total{ecosystem="npm"}': bytes,
      'cachito_http_fetched_bytes_total{upstream="configured"}': bytes,
      'cachito_sources_total{result="fetched"}': 2,
      'cachito_sources_total{result="found"}': 1,
      'cachito_bundles_total{result="built"}': 1,
      'cachito_bundles_total{result="reused"}': 1,
      'cachito_request_attempts_total{result="complete"}': 2,
      'cachito_request_attempts_total{result="failed"}': 2,
    });
    expect(metricsOf(text, 'cachito_request_failures_total')).toEqual({
      'cachito_request_failures_total{error_type="NetworkError",origin="server"}': 1,
      'cachito_request_failures_total{error_type="InvalidRequestData",origin="client"}': 1,
    });
    expect(metricsOf(text, 'cachito_step_duration_seconds_count', 'cachito_package_manager_duration_seconds_count')).toEqual({
      'cachito_step_duration_seconds_count{step="source",result="success"}': 3,
      'cachito_step_duration_seconds_count{step="source",result="error"}': 1,
      'cachito_step_duration_seconds_count{step="packages",result="success"}': 2,
      'cachito_step_duration_seconds_count{step="packages",result="error"}': 1,
      'cachito_step_duration_seconds_count{step="licenses",result="success"}': 2,
      'cachito_step_duration_seconds_count{step="bundle",result="success"}': 2,
      'cachito_step_duration_seconds_count{step="record",result="success"}': 2,
      'cachito_package_manager_duration_seconds_count{package_manager="npm",result="success"}': 2,
      'cachito_package_manager_duration_seconds_count{package_manager="npm",result="error"}': 1,
    });
    const all = readMetrics(text);
    expect(all.cachito_request_wait_seconds_count).toBe(4);
    expect(all.cachito_request_wait_seconds_sum).toBeGreaterThan(0);
    expect(all['cachito_queue_depth{kind="waiting"}']).toBe(0);
    expect(all.cachito_running_requests).toBe(0);
    // Nothing that a request names: labels would never end.
    expect(text).not.toMatch(/kite|sail|team\/app|f{40}/);
    expect(text).not.toContain(new URL(git.url).port);
  });

  it('tell of attempts that are interrupted, and of those that are given up, while they are counted as running', async () => {
    await start();
    let held = 0;
    git.fault = () => {
      held += 1;
      return 'hang';
    };
    const [first, second] = [await repository([]), await repository([])];
    const cancelled = await post(first);
    await until(() => held === 1);
    expect(readMetrics(await page()).cachito_running_requests).toBe(1);
    expect(readMetrics(await page())['cachito_queue_depth{kind="running"}']).toBe(1);
    await app.get(RequestStates).change(cancelled, { state: 'stale', reason: 'No longer needed' });
    await settled();
    await post(second);
    await until(() => held === 2);
    const metrics = app.get(Metrics);
    await app.close();
    expect(metricsOf(await metrics.text(), 'cachito_request_attempts_total', 'cachito_step_duration_seconds_count')).toEqual({
      'cachito_request_attempts_total{result="lost"}': 1,
      'cachito_request_attempts_total{result="again"}': 1,
      'cachito_step_duration_seconds_count{step="source",result="error"}': 2,
    });
  });

  /** Until nothing is worked on: the answer to a client comes a moment before the end of the work. */
  async function settled(): Promise<void> {
    await until(async () => readMetrics(await page()).cachito_running_requests === 0);
  }
});
