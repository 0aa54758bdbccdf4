import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { NetworkError } from '../errors/index.js';
import { type Certificate, makeCertificate, type ProxyServer, type Running, serve, serveProxy, serveTls } from './__fixtures__/servers.js';
import { AddressPolicy, AddressRefusedError } from './address-policy.js';
import { endpointOf } from './endpoint.js';
import { transientFailureOf } from './failures.js';
import { HttpClient, type HttpClientOptions } from './http-client.js';

describe('HttpClient behind a proxy', () => {
  let proxy: ProxyServer;
  let plain: Running;
  let secure: Running;
  let certificate: Certificate;
  const seen: { url: string | undefined; host: string | undefined; headers: object }[] = [];
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    certificate = makeCertificate('DNS:registry.test', 'IP:127.0.0.1');
    proxy = await serveProxy();
    plain = await serve(({ url, headers }, response) => {
      seen.push({ url, host: headers.host, headers });
      if (url === '/to-private') response.writeHead(302, { Location: 'http://10.0.0.1/' }).end();
      else response.end('plain');
    });
    secure = await serveTls(certificate, ({ url, headers }, response) => {
      seen.push({ url, host: headers.host, headers });
      response.end('secure');
    });
    proxy.names.set('plain.test', plain.port);
    proxy.names.set('registry.test', secure.port);
  });
  afterEach(async () => {
    seen.length = 0;
    proxy.seen.length = 0;
    proxy.refuse = undefined;
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    for (const server of [proxy, plain, secure]) await server.close();
  });

  function open(noProxy = '', options: Partial<HttpClientOptions> = {}, address = `http://user:s%3acret@127.0.0.1:${proxy.port}/`): HttpClient {
    const client = new HttpClient({
      policy: new AddressPolicy([]),
      connections: 2,
      timeout: 10_000,
      access: [{ url: 'https://registry.test/', authorization: 'Bearer registry', ca: certificate.cert }],
      proxies: { http: address, https: address, noProxy },
      ...options,
    });
    clients.push(client);
    return client;
  }

  async function get(client: HttpClient, url: string): Promise<string> {
    return text((await client.request(url)).body);
  }

  const PROXY_CREDENTIALS = `Basic ${Buffer.from('user:s:cret').toString('base64')}`;

  it('tunnels https: the proxy resolves, and sees its own credentials only', async () => {
    expect(await get(open(), 'https://registry.test/kite?x=y')).toBe('secure');
    expect(proxy.seen).toMatchObject([{ line: 'CONNECT registry.test:443', authorization: PROXY_CREDENTIALS }]);
    expect(JSON.stringify(proxy.seen)).not.toContain('Bearer');
    expect(seen).toMatchObject([{ url: '/kite?x=y', host: 'registry.test', headers: { authorization: 'Bearer registry' } }]);
    expect(JSON.stringify(seen)).not.toMatch(/proxy-auth/i);
  });

  it('forwards http', async () => {
    expect(await get(open(), 'http://plain.test/kite?x=y')).toBe('plain');
    expect(proxy.seen).toMatchObject([{ line: 'GET http://plain.test/kite?x=y', authorization: PROXY_CREDENTIALS }]);
    expect(seen).toMatchObject([{ url: '/kite?x=y', host: 'plain.test' }]);
  });

  it('speaks TLS with a proxy that wants it, and sends no credentials where it has none', async () => {
    // The test cannot add an authority for all; that the proxy is asked for its certificate is what counts.
    const tls = await serveProxy(certificate);
    await expect(get(open('', {}, tls.url), 'https://registry.test/')).rejects.toThrow(/HTTP proxy cannot be reached \(DEPTH_ZERO/);
    await tls.close();
    await get(open('', {}, proxy.url), 'https://registry.test/');
    expect(proxy.seen).toMatchObject([{ authorization: undefined }]);
  });

  it('uses a tunnel again, and many at once', async () => {
    const client = open();
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(Array.from({ length: 5 }, () => get(client, 'https://registry.test/')));
    }
    expect(proxy.seen).toHaveLength(2);
  });

  it('goes past the proxy for hosts of NO_PROXY, under the policy then', async () => {
    expect(await get(open('127.0.0.1', { policy: new AddressPolicy(['127.0.0.0/8']) }), plain.url)).toBe('plain');
    expect(proxy.seen).toEqual([]);
    await expect(get(open('127.0.0.1'), plain.url)).rejects.toThrow(AddressRefusedError);
  });

  it.each(['http://10.0.0.1/', 'https://10.0.0.1/', 'http://2130706433/', 'http://[::1]/', 'https://169.254.169.254/', 'http://localhost/', 'https://LOCALHOST./', 'http://x.localhost/', 'http://localhost.localdomain/', 'http://plain.test/to-private'])(
    'does not even ask the proxy for %s',
    async (url) => {
      await expect(get(open(), url)).rejects.toThrow(AddressRefusedError);
      expect(proxy.seen.filter(({ line }) => !line.includes('plain.test'))).toEqual([]);
    },
  );

  it('asks it for private addresses that are allowed or configured', async () => {
    const url = `https://127.0.0.1:${secure.port}/`;
    const access = [{ url, authorization: undefined, ca: certificate.cert }];
    expect(await get(open('', { access, policy: new AddressPolicy(['127.0.0.1/32']) }), url)).toBe('secure');
    expect(await get(open('', { access, policy: new AddressPolicy([], [endpointOf(new URL(url))]) }), url)).toBe('secure');
    await expect(get(open('', { access }), url)).rejects.toThrow(AddressRefusedError);
  });

  it.each<[number, boolean, RegExp]>([
    [407, false, /HTTP proxy refuses to connect \(status 407\): it needs other credentials/],
    [403, false, /HTTP proxy refuses to connect \(status 403\)/],
    [502, true, /HTTP proxy refuses to connect \(status 502\)/],
    [503, true, /HTTP proxy refuses to connect \(status 503\)/],
  ])('says when the proxy answers with %i', async (status, isTransient, message) => {
    proxy.refuse = status;
    const error = await get(open(), 'https://registry.test/').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(transientFailureOf(error) !== undefined).toBe(isTransient);
    expect(String(error)).not.toContain('cret');
  });

  it('says when a forwarding proxy wants credentials, and passes other statuses on', async () => {
    proxy.refuse = 407;
    await expect(get(open(), 'http://plain.test/')).rejects.toThrow(/status 407\): it needs other credentials/);
    proxy.refuse = 503;
    expect((await open().request('http://plain.test/')).status).toBe(503);
  });

  it('does not wait for ever', async () => {
    proxy.refuse = 0;
    const error = await get(open('', { connectTimeout: 100 }), 'https://registry.test/').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'The HTTP proxy took too long.' });
    expect(transientFailureOf(error)).toBeDefined();
    await expect(open().request('http://plain.test/', { timeout: 200 })).rejects.toThrow(/took too long/);
    const abort = new AbortController();
    const waiting = open().request('https://registry.test/', { signal: abort.signal });
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });

  it('says when there is no proxy', async () => {
    const gone = await serveProxy();
    await gone.close();
    const error = await get(open('', {}, gone.url), 'https://registry.test/').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: 'The HTTP proxy cannot be reached (ECONNREFUSED).' });
    expect(transientFailureOf(error)).toBeDefined();
  });
});
