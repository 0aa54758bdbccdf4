import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { NetworkError } from '../errors/index.js';
import { type Running, serve, serveBytes } from './__fixtures__/servers.js';
import { AddressPolicy } from './address-policy.js';
import { transientFailureOf } from './failures.js';
import { HttpClient } from './http-client.js';

const OK = 'HTTP/1.1 200 OK\r\n';

describe('Limits of HttpClient', () => {
  let server: Running;
  let handler: RequestListener;
  const timers = new Set<NodeJS.Timeout>();
  const client = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 2, timeout: 20_000 });

  beforeAll(async () => {
    server = await serve((request, response) => handler(request, response));
  });
  afterEach(() => timers.forEach(clearInterval));
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  /** Writes `size` bytes again and again. */
  function trickle(size: number, pause: number, count = Infinity): RequestListener {
    return (_request, response) => {
      let written = 0;
      const timer = setInterval(() => {
        written += 1;
        if (written <= count) response.write(Buffer.alloc(size));
        else response.end();
      }, pause);
      timers.add(timer);
    };
  }

  async function failureOf(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => 'no failure',
      (error: unknown) => error,
    );
  }

  it.each<[string, RequestListener, number | undefined]>([
    ['no answer', () => undefined, undefined],
    ['a head and no body', (_request, response) => response.writeHead(200).flushHeaders(), undefined],
    ['a body that stops', (_request, response) => void response.write(Buffer.alloc(1e6)), 1e9],
    ['a body that trickles', trickle(1, 5), 1e9],
    ['a body without a limit of its size, which need not end', trickle(10_000, 5), undefined],
  ])('gives up: %s', async (_name, listener, maxSize) => {
    handler = listener;
    const error = await failureOf(
      client.request(server.url, { timeout: 400, maxSize }).then(({ body }) => buffer(body)),
    );
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ message: `${server.url}/ took too long to answer.` });
    expect(transientFailureOf(error)).toBeDefined();
  });

  it('lets a large body take longer than the limit', async () => {
    handler = trickle(200_000, 100, 25);
    const begun = performance.now();
    const response = await client.request(server.url, { timeout: 1500, maxSize: 1e9 });
    expect(await buffer(response.body)).toHaveLength(5_000_000);
    expect(performance.now() - begun).toBeGreaterThan(1500);
  });

  it('gives up a connection that does not come about', async () => {
    const silent = await serveBytes(() => ({ bytes: '', close: false }));
    const hasty = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 1, timeout: 20_000, connectTimeout: 100 });
    const error = await failureOf(hasty.request(silent.url.replace('http:', 'https:')));
    expect(error).toMatchObject({ message: expect.stringMatching(/cannot be reached \(UND_ERR_CONNECT_TIMEOUT\)/) });
    expect(transientFailureOf(error)).toBeDefined();
    await hasty.close();
    await silent.close();
  });

  it('does not blame a server for the wait for a free connection, which can be called off', async () => {
    const one = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 1, timeout: 700 });
    // The first one is in no hurry, and no slower than allowed.
    const slow = trickle(100_000, 100, 15);
    handler = (request, response) => (request.url === '/slow' ? slow(request, response) : response.end('quick'));
    const first = one.request(`${server.url}/slow`, { maxSize: 1e9 }).then(({ body }) => buffer(body));
    const second = one.request(`${server.url}/quick`).then(({ body }) => text(body));
    const abort = new AbortController();
    const third = one.request(`${server.url}/quick`, { signal: abort.signal });
    abort.abort(new Error('cancelled'));
    const order: string[] = [];
    await Promise.all([
      first.then(() => order.push('first')),
      third.catch(({ message }: Error) => order.push(message)),
    ]);
    expect(order).toEqual(['cancelled', 'first']);
    expect(await first).toHaveLength(1_500_000);
    expect(await second).toBe('quick');
    await one.close();
  });

  it.each<[string, string, string | RegExp]>([
    ['whole', `${OK}Content-Length: 5\r\n\r\nhello`, 'hello'],
    ['whole, in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, 'hello'],
    ['shorter than announced', `${OK}Content-Length: 50\r\n\r\nhello`, /broke off \(UND_ERR_SOCKET\)/],
    ['cut off in a chunk', `${OK}Transfer-Encoding: chunked\r\n\r\n50\r\nhello`, /broke off/],
    ['cut off between chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`, /broke off/],
    ['with a broken chunk', `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n`, /(broke off|reached) \(HPE_INVALID\)/],
    ['with two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`, /LENGTH_MISMATCH/],
    ['with a length and chunks', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`, /LENGTH_MISMATCH/],
    ['of a negative length', `${OK}Content-Length: -5\r\n\r\nhello`, /HPE_INVALID/],
    ['no answer at all', '', /cannot be reached \(UND_ERR_SOCKET\)/],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', /HPE_INVALID/],
  ])('a body that is %s', async (_name, bytes, expected) => {
    const raw = await serveBytes(() => ({ bytes, close: true }));
    const outcome = await client
      .request(raw.url)
      .then(({ body }) => text(body))
      .catch((error: unknown) => error);
    if (typeof expected === 'string') expect(outcome).toBe(expected);
    else {
      expect(outcome).toMatchObject({ message: expect.stringMatching(expected) });
      expect(transientFailureOf(outcome)).toBeDefined();
    }
    await raw.close();
  });

  it('never looks at what comes after the announced length, not for the next answer either', async () => {
    const one = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 1, timeout: 20_000 });
    const raw = await serveBytes((path) => ({
      bytes: path === '/long' ? `${OK}Content-Length: 5\r\n\r\nhello${OK}Content-Length: 4\r\n\r\nevil` : `${OK}Content-Length: 4\r\n\r\ngood`,
      close: false,
    }));
    expect(await text((await one.request(`${raw.url}/long`)).body)).toBe('hello');
    expect(await text((await one.request(`${raw.url}/next`)).body)).toBe('good');
    await one.close();
    await raw.close();
  });

  it('refuses a body that is announced as too large, but not an error page or the head alone', async () => {
    let status = 200;
    handler = (_request, response) => response.writeHead(status, { 'Content-Length': '1000' }).end(Buffer.alloc(1000));
    const error = await failureOf(client.request(server.url, { maxSize: 999 }));
    expect(error).toMatchObject({ errorType: 'NetworkError', message: `The answer of ${server.url}/ is larger than 999 bytes.` });
    expect(transientFailureOf(error)).toBeUndefined();
    expect((await client.request(server.url, { maxSize: 999, method: 'HEAD' })).headers['content-length']).toBe('1000');
    status = 404;
    const missing = await client.request(server.url, { maxSize: 999 });
    expect(missing.status).toBe(404);
    missing.body.destroy();
  });

  it.each([
    ['identity', true],
    ['Identity', true],
    ['gzip', false],
    ['x-gzip', false],
    ['gzip, gzip, gzip', false],
    ['br', false],
    ['<odd>', false],
  ])('content encoding %s: %p', async (encoding, passes) => {
    const bytes = gzipSync('content');
    let asked: unknown;
    handler = (request, response) => {
      asked = request.headers['accept-encoding'];
      response.writeHead(request.url === '/missing' ? 404 : 200, { 'Content-Encoding': encoding }).end(bytes);
    };
    const outcome = await client.request(server.url).then(({ body }) => buffer(body), (error: unknown) => error);
    expect(asked).toBe('identity');
    if (passes) expect(outcome).toEqual(bytes);
    else expect(outcome).toMatchObject({ errorType: 'NetworkError', message: expect.stringMatching(/content encoding( \([\w, -]+\))? that was not asked for/) });
    expect(await buffer((await client.request(server.url, { identity: false })).body)).toEqual(bytes);
    expect(await buffer((await client.request(`${server.url}/missing`)).body)).toEqual(bytes);
  });

  it('opens no more connections than it may, and uses them again', async () => {
    const open = new Set<unknown>();
    handler = (request, response) => {
      open.add(request.socket);
      setImmediate(() => response.end('x'));
    };
    const answers = Array.from({ length: 20 }, () => client.request(server.url).then(({ body }) => text(body)));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, () => 'x'));
    expect(open.size).toBe(2);
  });
});
