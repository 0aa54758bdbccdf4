import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testConfiguration } from '../config/testing.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { AddressPolicy, configuredEndpoints, HttpClient } from '../download/index.js';
import { type Running, serve } from '../download/__fixtures__/servers.js';
import { UpstreamsStatus } from './upstreams-status.js';

Logger.overrideLogger(false);

describe('upstreams', () => {
  let server: Running;
  let answer: RequestListener;
  let client: HttpClient;
  let status: UpstreamsStatus;
  let calls: string[];

  beforeAll(async () => {
    server = await serve((request, response) => {
      calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      answer(request, response);
    });
  });
  beforeEach(() => {
    calls = [];
    answer = (_, response) => void response.end();
    const registry = { public: false, scopes: [], fallback: 'next' as const };
    const upstreams = {
      ...PUBLIC_UPSTREAMS,
      gomod: [],
      npm: [{ ...registry, url: `${server.url}/npm/` }, { ...registry, url: 'http://127.0.0.1:1/' }],
      pip: [{ ...registry, url: `${server.url}/pip/` }],
      access: [{ url: `${server.url}/npm/`, authorization: 'Basic c2VjcmV0', ca: undefined }],
    };
    const configuration = testConfiguration({ upstreams, requests: { enabledPackageManagers: ['gomod', 'npm'] } });
    const policy = new AddressPolicy([], configuredEndpoints(upstreams));
    client = new HttpClient({ policy, connections: 2, timeout: 60_000, access: upstreams.access });
    status = new UpstreamsStatus(configuration, client);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await client.close();
  });
  afterAll(() => server.close());

  it.each<[string, RequestListener, string | undefined]>([
    ['all is well', (_, response) => void response.end(), undefined],
    ['nothing is there', (_, response) => void response.writeHead(404).end(), undefined],
    ['strangers get nothing', (_, response) => void response.writeHead(401).end(), undefined],
    ['only other methods are known', (_, response) => void response.writeHead(405).end(), undefined],
    ['it is out of order', (_, response) => void response.writeHead(503).end(), '503: Service Unavailable'],
    ['the connection breaks', (_, response) => void response.destroy(), 'connection failed'],
    ['there is no answer', () => undefined, 'no answer within 5 seconds'],
  ])('tell that %s', async (_, listener, reason) => {
    answer = listener;
    const ok = reason === undefined;
    expect(await status.list()).toEqual([
      { name: `${server.url}/npm/`, package_manager: 'npm', ok, ...(ok ? {} : { reason }) },
      { name: 'http://127.0.0.1:1/', package_manager: 'npm', ok: false, reason: 'connection failed' },
    ]);
    expect(calls[0]).toBe('HEAD /npm/ Basic c2VjcmV0');
  });

  it('are asked once however many want to know, and again after a while', async () => {
    await Promise.all([status.list(), status.list()]);
    await status.list();
    expect(calls).toHaveLength(1);
    const later = performance.now() + 16_000;
    jest.spyOn(performance, 'now').mockReturnValue(later);
    await status.list();
    expect(calls).toHaveLength(2);
  });
});
