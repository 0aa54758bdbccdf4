import { once } from 'node:events';
import { rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { freePort } from '../../test/support/nginx.js';
import { AppModule } from '../app.module.js';
import type { Configuration } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';

Logger.overrideLogger(false);

describe('a port for metrics', () => {
  let database: TestDatabase;
  let port: number;
  const running: INestApplicationContext[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    port = await freePort();
  });
  afterEach(async () => {
    for (const context of running.splice(0)) await context.close();
  });
  afterAll(() => database?.close());

  function configurationOf(role: Configuration['role'], server: Partial<Configuration['server']> = {}): Configuration {
    const defaults = testConfiguration();
    return testConfiguration({ role, database: { url: database.url }, metrics: { port }, server: { ...defaults.server, ...server } });
  }

  async function start(configuration: Configuration): Promise<INestApplicationContext> {
    const options = { logger: false as const, abortOnError: false, bodyParser: false };
    const module = AppModule.for(configuration);
    const context =
      configuration.role === 'worker'
        ? await NestFactory.createApplicationContext(module, options)
        : await (await NestFactory.create(module, options)).init();
    running.push(context);
    return context;
  }

  async function get(path: string, method = 'GET'): Promise<[number, string]> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return [response.status, await response.text()];
  }

  it('is open in a worker, which serves these three addresses and nothing else', async () => {
    await start(configurationOf('worker'));
    const response = await fetch(`http://127.0.0.1:${port}/metrics?x=1`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const page = await response.text();
    for (const line of ['cachito_workers{state="alive"} 1', 'cachito_queue_depth{kind="waiting"} 0', 'cachito_running_requests 0']) {
      expect(page.split('\n')).toContain(line);
    }
    expect(await get('/healthz')).toEqual([200, '{"ok":true}']);
    expect(await get('/readyz')).toEqual([200, '{"ok":true}']);
    expect(await get('/readyz', 'HEAD')).toEqual([200, '']);
    expect((await get('/api/v1/status'))[0]).toBe(404);
    expect((await get('/metrics/'))[0]).toBe(404);
    const refused = await fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST', body: 'x' });
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('says that a worker is not ready while its store is away, and that it lives', async () => {
    const configuration = configurationOf('worker');
    await start(configuration);
    expect(await get('/readyz')).toEqual([200, '{"ok":true}']);
    const { sources } = configuration.directories;
    await rename(sources, `${sources}.away`);
    await writeFile(sources, 'a file in its place');
    expect(await get('/readyz')).toEqual([503, '{"ok":false,"reason":"store unavailable: a file or directory is missing"}']);
    expect(await get('/healthz')).toEqual([200, '{"ok":true}']);
    await rm(sources);
    await rename(`${sources}.away`, sources);
    expect(await get('/readyz')).toEqual([200, '{"ok":true}']);
  });

  it('is ready from the first request that may come to the end of the last one, and gone after that', async () => {
    const worker = await start(configurationOf('worker'));
    const { MetricsServer } = await import('./metrics-server.js');
    const server = worker.get(MetricsServer, { strict: false });
    server.onModuleDestroy();
    expect(await get('/readyz')).toEqual([503, '{"ok":false,"reason":"it is shutting down"}']);
    expect((await get('/metrics'))[0]).toBe(200);
    await worker.close();
    running.length = 0;
    await expect(get('/healthz')).rejects.toThrow();
  });

  it('is open beside the API', async () => {
    await start(configurationOf('api'));
    expect((await get('/metrics'))[0]).toBe(200);
    expect(await get('/readyz')).toEqual([200, '{"ok":true}']);
    expect((await get('/'))[0]).toBe(404);
  });

  it('is left alone by commands', async () => {
    const command = await NestFactory.createApplicationContext(AppModule.for(configurationOf('api')), {
      logger: false,
      abortOnError: false,
    });
    running.push(command);
    await expect(get('/healthz')).rejects.toThrow();
  });

  it('stops the start when it is taken', async () => {
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      await expect(start(configurationOf('worker'))).rejects.toThrow(
        `CACHITO_METRICS_PORT=${port} cannot be listened on: another process has the port. Set it to a free one.`,
      );
    } finally {
      other.close();
      await once(other, 'close');
    }
    await expect(start(configurationOf('all', { port }))).rejects.toThrow(
      `CACHITO_METRICS_PORT and PORT are both ${port}; give them a port each.`,
    );
    await expect(start(configurationOf('worker', { host: '192.0.2.1' }))).rejects.toThrow('HOST is no address of this host.');
  });
});
