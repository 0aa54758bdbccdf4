import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { GitServer } from '../../test/support/git-server.js';
import { until } from '../../test/support/until.js';
import { AppModule } from '../app.module.js';
import type { PackageManagerName } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { configureApplication } from '../http/index.js';
import { RequestLogs, RequestStates } from '../requests/index.js';
import { WorkerRegistry } from './worker-registry.js';
import { WorkerShortage } from './worker-shortage.js';

Logger.overrideLogger(false);

interface View {
  state: string;
  state_reason: string;
  state_history: { state_reason: string }[];
}

describe('a request that needs another worker', () => {
  let database: TestDatabase;
  let git: GitServer;
  let ref: string;
  const services: NestExpressApplication[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    git = await GitServer.start();
    ref = await (await git.createRepository('team/app.git')).commit({ files: { 'main.c': 'int main;\n' } });
  });
  afterEach(async () => {
    for (const app of services.splice(0)) await app.close();
    await database.dataSource.query('TRUNCATE "request", "source", "bundle", "job", "worker" CASCADE');
  });
  afterAll(async () => {
    await git?.stop();
    await database?.close();
  });

  async function start(packageManagers: PackageManagerName[]): Promise<NestExpressApplication> {
    const configuration = testConfiguration({
      database: { url: database.url },
      worker: { ...testConfiguration().worker, packageManagers },
    });
    const app = await NestFactory.create<NestExpressApplication>(AppModule.for(configuration), {
      logger: false,
      bodyParser: false,
      abortOnError: false,
    });
    configureApplication(app, configuration);
    await app.listen(0, '127.0.0.1');
    services.push(app);
    return app;
  }

  async function post(app: NestExpressApplication, packageManagers: string[]): Promise<number> {
    const response = await fetch(`${await app.getUrl()}/api/v1/requests`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ repo: `${git.url}/team/app.git`, ref, pkg_managers: packageManagers }),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: number }).id;
  }

  async function show(app: NestExpressApplication, id: number, wait = 0): Promise<View> {
    return (await (await fetch(`${await app.getUrl()}/api/v1/requests/${id}?wait=${wait}`)).json()) as View;
  }

  /** As if it had been created so many seconds ago. */
  async function age(id: number, seconds: number): Promise<void> {
    await database.dataSource.query(
      `UPDATE "request" SET "created" = "created" - $2::float8 * interval '1 second' WHERE "id" = $1`,
      [id, seconds],
    );
  }

  function shortageOf(app: NestExpressApplication): WorkerShortage {
    return new WorkerShortage(database.dataSource, app.get(WorkerRegistry), app.get(RequestStates), app.get(RequestLogs));
  }

  it('waits and says for what, keeps nobody else waiting, and is done when one comes', async () => {
    const app = await start(['npm']);
    const id = await post(app, ['git-submodule']);
    await age(id, 21);
    await until(async () => (await show(app, id)).state_reason !== 'The request was initiated');
    expect(await show(app, id)).toMatchObject({
      state: 'in_progress',
      state_reason: 'Waiting for a worker that can process git-submodule',
    });
    expect(await show(app, await post(app, []), 60)).toMatchObject({ state: 'complete' });
    const log = await (await fetch(`${await app.getUrl()}/api/v1/requests/${id}/logs`)).text();
    expect(log).toContain('Waiting for a worker that can process git-submodule; no worker that is running now can');
    await start(['git-submodule']);
    expect((await show(app, id, 60)).state).toBe('complete');
    // Its pauses add up, and a second service starts meanwhile.
  });

  it('is looked at less and less often, and tells once', async () => {
    const app = await start(['npm']);
    const id = await post(app, ['gomod', 'npm', 'pip']);
    const shortage = shortageOf(app);
    const pauses: number[] = [await shortage.pause(id)];
    expect((await show(app, id)).state_reason).toBe('The request was initiated');
    for (const seconds of [60, 3_600, 36_000]) {
      await age(id, seconds);
      pauses.push(await shortage.pause(id));
    }
    expect(pauses.map((pause) => Math.round(pause / 1000))).toEqual([3, 15, 30, 30]);
    const { state_history } = await show(app, id);
    expect(state_history.map(({ state_reason }) => state_reason)).toEqual([
      'Waiting for a worker that can process gomod and pip',
      'The request was initiated',
    ]);
  });

  it('is left to a live worker that can do it, and says nothing', async () => {
    const app = await start(['npm']);
    await app.get(WorkerRegistry).beat('able', 1, 1, { packageManagers: ['gomod'], version: '1' });
    const id = await post(app, ['gomod']);
    await age(id, 3_600);
    expect(await shortageOf(app).pause(id)).toBe(30_000);
    expect((await show(app, id)).state_reason).toBe('The request was initiated');
  });
});
