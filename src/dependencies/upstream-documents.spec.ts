import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidRequestData, NetworkError } from '../errors/index.js';
import { TestArchive, TestUpstream } from './testing.js';

const { signal } = new AbortController();

let test: TestArchive;
let upstream: TestUpstream;
beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestUpstream(() => undefined).listen();
});
afterEach(() => upstream.calls.clear());
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

const fetch = (maxSize = 1000) =>
  test.documents.forRequest({ offline: false }).fetch(upstream.url('/kite?token=secret'), { accept: 'application/json', maxSize, signal });

describe('a document of a registry', () => {
  it('is returned whole, asked for with its type, once for all who want it now', async () => {
    upstream.answer = (_, request, response) => void response.end(JSON.stringify({ accept: request.headers.accept }));
    const answers = await Promise.all([fetch(), fetch(), fetch()]);
    for (const answer of answers) expect(String(answer)).toBe('{"accept":"application/json"}');
    expect(upstream.totalCalls).toBe(1);
  });

  it.each([404, 410])('may be absent: %i', async (status) => {
    upstream.answer = (_, __, response) => void response.writeHead(status).end('{}');
    expect(await fetch()).toBeUndefined();
  });

  it('comes though the upstream fails for the moment', async () => {
    upstream.answer = (_, request, response) => {
      if (upstream.totalCalls === 1) response.writeHead(429, { 'Retry-After': '0' }).end();
      else if (upstream.totalCalls === 2) request.socket.destroy();
      else response.end('{}');
    };
    expect(String(await fetch())).toBe('{}');
  });

  it.each<[string, (response: import('node:http').ServerResponse) => void, RegExp, number]>([
    ['a web page', (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'), /web page/, 1],
    ['one that is too large', (response) => response.end('x'.repeat(1001)), /larger than 1000 bytes/, 1],
    ['status 401', (response) => response.writeHead(401).end(), /CACHITO_UPSTREAMS_FILE/, 1],
    ['no content', (response) => response.writeHead(204).end(), /status 204/, 1],
    ['status 500 for long', (response) => response.writeHead(500).end(), /status 500/, 3],
  ])('is refused: %s', async (_, respond, message, calls) => {
    upstream.answer = (_path, _request, response) => respond(response);
    const refused = fetch();
    await expect(refused).rejects.toBeInstanceOf(NetworkError);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(upstream.totalCalls).toBe(calls);
  });

  it('is not fetched offline', async () => {
    const refused = test.documents.forRequest({ offline: true }).fetch(upstream.url('/kite?token=secret'), { maxSize: 1, signal });
    await expect(refused).rejects.toThrow(new InvalidRequestData(`${upstream.url('/kite')} is needed, and the request forbids to fetch anything.`));
    expect(upstream.totalCalls).toBe(0);
  });
});
