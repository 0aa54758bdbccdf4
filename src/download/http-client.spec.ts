import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { NetworkError } from '../errors/index.js';
import { AddressPolicy, AddressRefusedError } from './address-policy.js';
import { BodyTooLargeError } from './body.js';
import { errorCode } from './failures.js';
import { HttpClient } from './http-client.js';

async function listen(host: string, handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { server, url: `http://${host}:${(server.address() as AddressInfo).port}` };
}

describe('HttpClient', () => {
  let first: { server: Server; url: string };
  let second: { server: Server; url: string };
  let handler: RequestListener;
  const seen: { url: string | undefined; method: string | undefined; authorization: string | undefined; token: unknown }[] = [];
  const client = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 5, timeout: 20_000 });

  beforeAll(async () => {
    const record: RequestListener = (request, response) => {
      const { url, method, headers } = request;
      seen.push({ url, method, authorization: headers.authorization, token: headers['private-token'] });
      handler(request, response);
    };
    first = await listen('127.0.0.1', record);
    second = await listen('127.0.0.2', record);
  });
  afterEach(() => {
    seen.length = 0;
  });
  afterAll(async () => {
    await client.close();
    for (const { server } of [first, second]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('gives status, headers and body', async () => {
    handler = (_request, response) => response.writeHead(404, { 'X-Kind': 'test' }).end('nothing here');
    const response = await client.request(`${first.url}/a?b=c`);
    expect(response).toMatchObject({ status: 404, headers: { 'x-kind': 'test' }, url: `${first.url}/a` });
    expect(await text(response.body)).toBe('nothing here');
    expect(seen[0]?.url).toBe('/a?b=c');
  });

  it('keeps credentials with their host along redirects', async () => {
    handler = (request, response) => {
      if (request.url === '/start') response.writeHead(302, { Location: '/same' }).end();
      else if (request.url === '/same') response.writeHead(307, { Location: `${second.url}/other` }).end();
      else response.end('done');
    };
    const response = await client.request(`${first.url}/start`, {
      headers: { 'Private-Token': 'secret' },
      authorize: (url) => (url.origin === first.url ? 'Basic secret' : undefined),
    });
    expect(await text(response.body)).toBe('done');
    expect(response.url).toBe(`${second.url}/other`);
    expect(seen.map(({ authorization, token }) => [authorization, token])).toEqual([
      ['Basic secret', 'secret'],
      ['Basic secret', 'secret'],
      [undefined, undefined],
    ]);
  });

  const REDIRECTS: [string, string, RegExp][] = [
    ['to a private address', 'http://10.0.0.1/', /private or special network/],
    ['to the metadata address', 'http://169.254.169.254/latest/meta-data', /private or special network/],
    ['to a decimal address', 'http://3232235521/', /private or special network/],
    ['to IPv6 loopback', 'http://[::1]:9/', /private or special network/],
    ['to a file', 'file:///etc/passwd', /not allowed/],
    ['to nonsense', 'http://', /no address/],
    ['for ever', '/', /more than 5 times/],
  ];
  it.each(REDIRECTS)('refuses a redirect %s', async (_name, location, message) => {
    handler = (_request, response) => response.writeHead(302, { Location: location }).end();
    const failure = await client.request(`${first.url}/`).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NetworkError);
    expect(failure).toMatchObject({ errorType: 'NetworkError', message: expect.stringMatching(message) });
  });

  it.each(['http://127.0.0.1:1/', 'http://localhost:1/', 'http://0x7f.1:1/', 'http://[::ffff:127.0.0.1]:1/'])(
    'refuses to connect to %s',
    async (url) => {
      const strict = new HttpClient({ policy: new AddressPolicy([]), connections: 1, timeout: 5000 });
      await expect(strict.request(url)).rejects.toThrow(AddressRefusedError);
      await strict.close();
    },
  );

  it('passes redirects on when asked to', async () => {
    handler = (_request, response) => response.writeHead(301, { Location: '/x' }).end();
    const response = await client.request(first.url, { maxRedirects: 0 });
    expect(response).toMatchObject({ status: 301, headers: { location: '/x' } });
    response.body.destroy();
  });

  it('limits size', async () => {
    handler = (_request, response) => response.end(Buffer.alloc(200_000));
    await expect(client.request(first.url, { maxSize: 100_000 })).rejects.toThrow(BodyTooLargeError);
    handler = (_request, response) => {
      response.write(Buffer.alloc(200_000));
      response.end();
    };
    const response = await client.request(first.url, { maxSize: 100_000 });
    await expect(text(response.body)).rejects.toThrow(BodyTooLargeError);
  });

  it('limits time: no answer, and a body that trickles', async () => {
    handler = () => undefined;
    await expect(client.request(first.url, { timeout: 200 })).rejects.toThrow(/too long/);
    handler = (_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    };
    const response = await client.request(first.url, { timeout: 300 });
    await expect(text(response.body)).rejects.toThrow(/too long/);
  });

  it('stops at the signal', async () => {
    const abort = new AbortController();
    handler = () => abort.abort(new Error('cancelled'));
    await expect(client.request(first.url, { signal: abort.signal })).rejects.toThrow('cancelled');
  });

  it('fails on a body shorter than announced, and on no server', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'Content-Length': '1000' });
      response.write('short');
      setTimeout(() => response.destroy(), 20);
    };
    const response = await client.request(first.url);
    await expect(text(response.body)).rejects.toThrow(NetworkError);
    const failure = await client.request('http://user:secret@127.0.0.1:1/x?token=t').catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: 'http://127.0.0.1:1/x cannot be reached (ECONNREFUSED).' });
    expect(errorCode(failure)).toBe('ECONNREFUSED');
  });
});
