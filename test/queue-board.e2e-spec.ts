import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from './support/git-server.js';
import { startRedis, type TestRedis } from './support/redis.js';
import { Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';
import { until } from './support/until.js';

const NO_REDIS = missingTool('redis-server');

/** Behind a proxy that takes a part of the path away, and tells who calls. */
const ENVIRONMENT = {
  CACHITO_PUBLIC_URL: 'https://example.org/tools/cachito',
  CACHITO_TRUSTED_PROXIES: '["127.0.0.0/8", "::1"]',
  CACHITO_ADMINISTRATORS: '["root"]',
};
const as = (name: string): RequestInit => ({ headers: { 'X-Remote-User': name } });

describe('the queue board', () => {
  let git: GitServer;
  let redis: TestRedis | undefined;
  const services: Service[] = [];
  beforeAll(async () => {
    git = await GitServer.start();
    if (NO_REDIS === undefined) redis = await startRedis();
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    git.fault = () => undefined;
  });
  afterAll(async () => {
    await redis?.close();
    await git?.stop();
  });

  async function start(environment: NodeJS.ProcessEnv): Promise<Service> {
    const service = await Service.start({ ...ENVIRONMENT, ...environment });
    services.push(service);
    return service;
  }

  itUnless(NO_REDIS, 'shows administrators, and nobody else, what Bull has', async () => {
    const service = await start({ REDIS_URL: redis?.url, CACHITO_WORKER_CONCURRENCY: '1' });
    for (const path of ['', '/', '/queue/requests', '/api/queues', '/static/favicon-32x32.png', '/nonsense']) {
      const answers = [await service.fetch(`/queue-board${path}`), await service.fetch(`/queue-board${path}`, as('alice'))];
      expect(answers.map(({ status }) => status)).toEqual([401, 403]);
      for (const answer of answers) expect(await answer.json()).toEqual({ error: expect.any(String) });
    }
    git.fault = () => 'hang';
    const ref = await (await git.createRepository('team/app.git')).commit({ files: { 'main.c': 'int main;\n' } });
    for (let count = 0; count < 3; count++) {
      const body = { repo: `${git.url}/team/app.git`, ref, pkg_managers: [] };
      expect((await service.post(body, { 'X-Remote-User': 'alice' })).status).toBe(201);
    }
    const counts = async (): Promise<unknown> => {
      const answer = await service.fetch('/queue-board/api/queues?activeQueue=requests&page=1&jobsPerPage=10', as('root'));
      expect(answer.headers.get('content-type')).toContain('application/json');
      const { queues } = (await answer.json()) as { queues: { name: string; readOnlyMode: boolean; counts: object }[] };
      expect(queues).toMatchObject([{ name: 'requests', readOnlyMode: true }]);
      return queues[0].counts;
    };
    await until(async () => JSON.stringify(await counts()).includes('"active":1'));
    expect(await counts()).toMatchObject({ active: 1, waiting: 2, failed: 0 });
  });

  itUnless(NO_REDIS, 'is a page that loads and runs nothing but its own', async () => {
    const service = await start({ REDIS_URL: redis?.url });
    for (const path of ['', '/', '/queue/requests?status=active']) {
      const response = await service.fetch(`/queue-board${path}`, as('root'));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-powered-by')).toBeNull();
      const policy = response.headers.get('content-security-policy');
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      const page = await response.text();
      expect(page).toContain('<base href="/tools/cachito/queue-board/" />');
      expect(page).not.toMatch(/<style|style="|https?:|<script>/);
      for (const [, file] of page.matchAll(/(?:src|href)="(static\/[^"]+)"/g)) {
        expect((await service.fetch(`/queue-board/${file}`, as('root'))).status).toBe(200);
      }
    }
    for (const path of ['/nonsense', '/static/../../package.json', '/static/%2e%2e/index.ejs', '/static/']) {
      expect((await service.fetch(`/queue-board${path}`, as('root'))).status).toBe(404);
    }
  });

  itUnless(NO_REDIS, 'changes nothing', async () => {
    const service = await start({ REDIS_URL: redis?.url });
    for (const [method, path] of [
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/requests/pause'],
      ['PUT', '/api/queues/requests/empty'],
      ['POST', '/api/queues/requests/add'],
    ] as const) {
      const response = await service.fetch(`/queue-board${path}`, { method, ...as('root') });
      expect(await response.json()).toEqual({ error: expect.any(String) });
      expect([404, 405]).toContain(response.status);
    }
    expect(await redis?.command('EXISTS', 'cachito:requests:meta-paused')).toBe('0');
  });

  it('is not there without Redis', async () => {
    const service = await start({});
    for (const path of ['', '/', '/api/queues']) {
      expect((await service.fetch(`/queue-board${path}`, as('root'))).status).toBe(404);
    }
  });
});
