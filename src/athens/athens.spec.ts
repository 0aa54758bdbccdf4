import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { testConfiguration } from '../config/testing.js';
import { AddressPolicy, configuredEndpoints, HttpClient } from '../download/index.js';
import { PUBLIC_UPSTREAMS } from '../config/upstreams/upstreams.js';
import { Athens } from './athens.js';

Logger.overrideLogger(false);

describe('Athens', () => {
  let server: Server;
  let origin: string;
  let answer: RequestListener;
  const seen: string[] = [];
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization ?? '-'}`);
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    seen.length = 0;
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** No private network is allowed: the operator has configured this very address. */
  function athensAt(athensUrl: string | undefined): Athens {
    const gomod = athensUrl === undefined ? [] : [`${athensUrl}/`];
    const upstreams = {
      ...PUBLIC_UPSTREAMS,
      gomod: gomod.map((url) => ({ url, public: false, scopes: [], fallback: 'next' as const })),
      access: gomod.map((url) => ({ url, authorization: 'Basic c2VjcmV0', ca: undefined })),
    };
    const configuration = testConfiguration({ gomod: { athensUrl }, upstreams });
    const policy = new AddressPolicy([], configuredEndpoints(upstreams));
    const client = new HttpClient({ policy, connections: 2, timeout: 60_000, access: upstreams.access });
    clients.push(client);
    return new Athens(configuration, client);
  }

  /** Answers with a status at the start page, another at `readyz`, and 404 elsewhere. */
  function statuses(base: string, start: number, ready: number): void {
    answer = ({ url }, response) => {
      const status = url === `${base}/` ? start : url === `${base}/readyz` ? ready : 404;
      response.writeHead(status).end('Welcome to The Athens Proxy');
    };
  }

  it.each<[string, number, number, string | undefined]>([
    ['', 200, 200, undefined],
    ['', 200, 404, undefined],
    ['', 404, 200, undefined],
    ['/go/proxy', 200, 200, undefined],
    ['', 401, 200, '401: Unauthorized'],
    ['', 403, 404, '403: Forbidden'],
    ['', 200, 500, '500: Internal Server Error'],
    ['', 503, 503, '503: Service Unavailable'],
    ['', 404, 404, '404: Not Found'],
    ['', 599, 200, '599: unknown status'],
  ])('below "%s", with %s at its start and %s when asked whether it is ready: %s', async (base, start, ready, problem) => {
    statuses(base, start, ready);
    const athens = athensAt(`${origin}${base}`);
    expect([athens.isConfigured, await athens.problem()]).toEqual([true, problem]);
    expect(seen.sort()).toEqual([`${base}/ Basic c2VjcmV0`, `${base}/readyz Basic c2VjcmV0`]);
  });

  it('is no problem when there is none', async () => {
    const athens = athensAt(undefined);
    expect([athens.isConfigured, await athens.problem(), seen]).toEqual([false, undefined, []]);
  });

  it.each<[string, RequestListener, string]>([
    ['breaks connections', (_, response) => void response.destroy(), 'connection failed'],
    ['redirects to where it may not', (_, response) => void response.writeHead(302, { Location: 'http://10.0.0.1/' }).end(), 'connection failed'],
    ['never answers', () => undefined, 'no answer within 5 seconds'],
  ])('is a problem when it %s', async (_, listener, problem) => {
    answer = listener;
    expect(await athensAt(origin).problem()).toBe(problem);
  });

  it('is a problem when nobody is there', async () => {
    expect(await athensAt('http://127.0.0.1:1').problem()).toBe('connection failed');
    expect(await athensAt('http://athens.invalid:3000').problem()).toBe('connection failed');
  });

  it('does not wait for the rest of an endless answer', async () => {
    answer = (_, response) => void response.writeHead(200).write('x');
    expect(await athensAt(origin).problem()).toBeUndefined();
  });
});
