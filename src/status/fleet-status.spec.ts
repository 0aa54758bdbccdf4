import { rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { until } from '../../test/support/until.js';
import { AppModule } from '../app.module.js';
import type { Configuration } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { startTestServer, type TestServer } from '../database/testing-server.js';
import { configureApplication } from '../http/index.js';

Logger.overrideLogger(false);

interface Status {
  can_process: Record<string, boolean>;
  services: { name: string; ok: boolean; reason?: string }[];
  upstreams: unknown[];
  workers: { name: string; ok: boolean; reason?: string }[];
}

const ALL = ['nexus', 'athens', 'database', 'rabbitmq', 'store'];

/** An API and a worker, each with its own application, on one PostgreSQL and one store; then parts are taken away. */
describe('status of a fleet', () => {
  let server: TestServer;
  let api: NestExpressApplication;
  let worker: INestApplicationContext;
  let sources: string;

  beforeAll(async () => {
    server = await startTestServer();
    const defaults = testConfiguration();
    sources = defaults.directories.sources;
    const configurationOf = (role: Configuration['role']): Configuration =>
      testConfiguration({
        role,
        database: { url: server.url },
        directories: defaults.directories,
        requests: { enabledPackageManagers: ['gomod', 'npm', 'git-submodule'] },
        worker: { packageManagers: ['npm', 'git-submodule'], concurrency: 3 },
        upstreams: { ...PUBLIC_UPSTREAMS, npm: [], gomod: [], pip: [] },
      });
    api = await NestFactory.create<NestExpressApplication>(AppModule.for(configurationOf('api')), {
      logger: false,
      bodyParser: false,
      abortOnError: false,
    });
    configureApplication(api, configurationOf('api'));
    await api.listen(0, '127.0.0.1');
    worker = await startWorker(configurationOf('worker'));
  });
  afterAll(async () => {
    await worker?.close();
    await api?.close();
    await server?.close();
  });

  /** For all sessions, those that are open too. */
  async function readOnly(value: 'on' | 'off'): Promise<void> {
    const database = api.get(DataSource);
    await database.query(`ALTER SYSTEM SET default_transaction_read_only = ${value}`);
    await database.query('SELECT pg_reload_conf()');
    await until(async () => {
      const [row]: { value: string }[] = await database.query(`SELECT current_setting('default_transaction_read_only') AS "value"`);
      return row.value === value;
    });
  }

  async function startWorker(configuration: Configuration): Promise<INestApplicationContext> {
    return NestFactory.createApplicationContext(AppModule.for(configuration), { logger: false, abortOnError: false });
  }

  async function get(path: string): Promise<[number, unknown]> {
    const response = await fetch(`${await api.getUrl()}/${path}`);
    return [response.status, await response.json()];
  }

  async function status(): Promise<Status> {
    const [code, report] = await get('api/v1/status');
    expect(code).toBe(200);
    return report as Status;
  }

  /** Names of the services that do not work, with the reasons. */
  function broken({ services }: Status): Record<string, string | undefined> {
    expect(services.map(({ name }) => name)).toEqual(ALL);
    return Object.fromEntries(services.filter(({ ok }) => !ok).map(({ name, reason }) => [name, reason]));
  }

  async function expectAllWell(): Promise<void> {
    await until(async () => (await status()).workers.some(({ ok }) => ok));
    const report = await status();
    expect(broken(report)).toEqual({});
    // No worker does gomod.
    expect(report.can_process).toEqual({ gomod: false, npm: true, 'git-submodule': true });
    expect(await get('api/v1/status/short')).toEqual([200, { ok: true }]);
    expect(await get('readyz')).toEqual([200, { ok: true }]);
  }

  it('shows each worker, and what none of them can do', async () => {
    await expectAllWell();
    const { workers, upstreams } = await status();
    expect(upstreams).toEqual([]);
    expect(workers).toEqual([
      {
        name: expect.any(String),
        ok: true,
        running: 0,
        concurrency: 3,
        seconds_since_heart_beat: expect.any(Number),
        package_managers: ['npm', 'git-submodule'],
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      },
    ]);
  });

  it('tells that the database is away, and that it is back', async () => {
    await server.stop();
    const report = await status();
    expect(broken(report)).toEqual({ database: 'connection failed', rabbitmq: 'connection failed' });
    expect(report.can_process).toEqual({ gomod: false, npm: false, 'git-submodule': false });
    expect(report.workers).toEqual([]);
    const unavailable = [503, { ok: false, reason: 'database unavailable: connection failed' }];
    expect(await get('api/v1/status/short')).toEqual(unavailable);
    expect(await get('readyz')).toEqual(unavailable);
    expect(await get('healthz')).toEqual([200, { ok: true }]);
    expect((await get('healthcheck'))[0]).toBe(500);
    await server.start();
    await expectAllWell();
  });

  it('tells that the database only reads, as a standby does, or one whose disk is full', async () => {
    await readOnly('on');
    const report = await status();
    expect(broken(report)).toEqual({ database: 'it cannot be written' });
    expect(Object.values(report.can_process)).not.toContain(true);
    expect((await get('readyz'))[0]).toBe(503);
    await readOnly('off');
    await expectAllWell();
  });

  it('tells that the store cannot be used', async () => {
    await rename(sources, `${sources}.away`);
    await writeFile(sources, 'a file in its place');
    const report = await status();
    const reason = 'a file or directory is missing';
    expect(broken(report)).toEqual({ nexus: reason, athens: reason, store: reason });
    expect(Object.values(report.can_process)).not.toContain(true);
    expect((await get('readyz'))[0]).toBe(503);
    await rm(sources);
    await rename(`${sources}.away`, sources);
    await expectAllWell();
  });

  it('tells that a worker is silent, and one of an earlier version may do anything', async () => {
    const database = api.get(DataSource);
    await database.query(
      `INSERT INTO "worker" ("name", "concurrency", "seen") VALUES ('a-silent', 2, now() - interval '1 minute')`,
    );
    expect((await status()).workers[0]).toEqual({
      name: 'a-silent',
      ok: false,
      reason: 'no heart-beat for 60 seconds',
      running: 0,
      concurrency: 2,
      seconds_since_heart_beat: 60,
    });
    expect((await status()).can_process.gomod).toBe(false);
    await database.query(`UPDATE "worker" SET "seen" = now() WHERE "name" = 'a-silent'`);
    expect((await status()).can_process.gomod).toBe(true);
    await database.query(`DELETE FROM "worker" WHERE "name" = 'a-silent'`);
    await expectAllWell();
  });

  it('tells that no worker is left, which is no reason to send no calls', async () => {
    await worker.close();
    const report = await status();
    expect([broken(report), report.workers]).toEqual([{}, []]);
    expect(Object.values(report.can_process)).toEqual([false, false, false]);
    expect(await get('api/v1/status/short')).toEqual([503, { ok: false, reason: 'no workers are available' }]);
    expect(await get('readyz')).toEqual([200, { ok: true }]);
  });
});
