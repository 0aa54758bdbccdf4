import { setTimeout } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { Service } from './support/service.js';

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');
const REF = 'a'.repeat(40);
const BODY = { repo: 'https://git.invalid/team/a.git', ref: REF, pkg_managers: [] };
const JSON_TYPE = { 'content-type': 'application/json' };
const as = (user: string): Record<string, string> => ({ ...JSON_TYPE, 'x-remote-user': user });

let service: Service;
beforeAll(async () => {
  service = await Service.start({
    CACHITO_TRUSTED_PROXIES: '127.0.0.1',
    CACHITO_WORKER_USERNAMES: '["worker"]',
    CACHITO_USER_REPRESENTATIVES: '["rep"]',
    // The lines of the audit log come nevertheless.
    CACHITO_LOG_LEVEL: 'error',
  });
});
afterAll(() => service?.close());

interface Line {
  [key: string]: unknown;
  path?: string;
}

/** The lines of the audit log so far. */
function lines(): Line[] {
  const whole = service.log.split('\n').slice(0, -1);
  return whole.filter((line) => line.includes('"audit":true')).map((line) => JSON.parse(line) as Line);
}

/** Waits for the line of a call. */
async function lineOf(path: string, status: number): Promise<Line> {
  for (;;) {
    const found = lines().find((line) => line.path === path && line.status === status);
    if (found !== undefined) return found;
    await setTimeout(5);
  }
}

describe('the audit log', () => {
  it.each<[string, string, Record<string, string>, unknown, number, object]>([
    ['POST', '/api/v1/requests', as('alice'), BODY, 201, { user: 'alice', login: 'proxy', roles: [], made: 1, repo: BODY.repo, ref: REF, route: '/api/v1/requests' }],
    ['POST', '/api/v1/requests?x=1', as('alice'), BODY, 400, { user: null }],
    ['POST', '/api/v1/requests', JSON_TYPE, BODY, 401, { user: null, login: null, repo: BODY.repo }],
    ['POST', '/api/v1/requests', as('alice'), { ...BODY, user: 'bob' }, 403, { user: 'alice', onBehalfOf: 'bob' }],
    ['POST', '/api/v1/requests', as('alice'), 'repo=x', 415, { user: null }],
    ['POST', '/api/v1/requests/1/resubmit', as('rep'), {}, 201, { user: 'rep', roles: ['representative'], request: 1, made: 2 }],
    ['POST', '/api/v1/requests/999/resubmit', as('rep'), {}, 404, { user: 'rep', request: 999 }],
    ['PATCH', '/api/v1/requests/2', as('alice'), { state: 'stale', state_reason: 'x' }, 403, { user: 'alice', request: 2, state: 'stale' }],
    ['PATCH', '/api/v1/requests/2', as('worker'), { state: 'stale', state_reason: 'x' }, 200, { user: 'worker', roles: ['worker'], request: 2, state: 'stale', route: '/api/v1/requests/:id' }],
    ['POST', '/api/v1/requests/1/configuration-files', as('worker'), [], 204, { user: 'worker', request: 1 }],
    ['DELETE', '/api/v1/requests/1', as('alice'), undefined, 405, { user: null }],
    ['POST', '/api/v1/nothing', as('alice'), undefined, 404, { user: null }],
    ['POST', '/api/v1/requests/', as('alice'), BODY, 404, { user: null }],
  ])('%s %s %j %j → %d', async (method, path, headers, body, status, expected) => {
    const isForm = typeof body === 'string';
    const answer = await service.fetch(path, {
      method,
      headers: { ...headers, ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }), authorization: 'Basic UzNDUkVUOlMzQ1JFVA==' },
      body: isForm ? body : JSON.stringify(body),
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.anything()]);
    const common = { level: 'info', audit: true, method, from: '127.0.0.1', call: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    expect(await lineOf(path.replace(/\?.*/, ''), status)).toMatchObject({ ...common, ...expected });
  });

  it('has a line for each call that may change something, none for others, and no secrets', async () => {
    for (const path of ['/', '/api/v1/requests', '/healthz']) await service.fetch(path);
    await service.fetch('/api/v1/requests', { method: 'OPTIONS' });
    await service.fetch('/the-last', { method: 'POST' });
    await lineOf('/the-last', 404);
    expect(lines()).toHaveLength(14);
    expect(service.log).not.toMatch(/S3CRET|UzNDUkVU|authorization/i);
  });

  it('has a line for a command', async () => {
    const environment = { PATH: process.env.PATH, CACHITO_DATA_DIR: service.dataDirectory, CACHITO_LOG_LEVEL: 'error' };
    const run = (...argv: string[]): Promise<{ exitCode?: number; stderr: string }> =>
      execa(process.execPath, [MAIN, ...argv], { env: environment, extendEnv: false, reject: false });
    const { exitCode, stderr } = await run('collect-blobs', '--execute');
    expect(exitCode).toBe(0);
    const [line] = stderr.split('\n').filter((each) => each.includes('"audit":true'));
    expect(JSON.parse(line)).toMatchObject({
      login: 'command line',
      command: 'collect-blobs',
      arguments: ['--execute'],
      status: 0,
      user: expect.stringMatching(/./),
    });
    expect((await run('collect-blobs', '--help')).stderr).not.toContain('audit');
  });
});
