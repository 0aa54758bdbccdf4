import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Certificate, makeCertificate, type ProxyServer, type Running, serve, serveProxy, serveTls } from './__fixtures__/servers.js';
import { AddressPolicy, AddressRefusedError } from './address-policy.js';
import { HttpClient, type HttpClientOptions } from './http-client.js';

/** Both have certificates that nobody trusts; the one of `wrong` is for another host besides. */
describe('HttpClient without a look at certificates', () => {
  let own: Running;
  let wrong: Running;
  let plain: Running;
  let proxy: ProxyServer;
  let certificate: Certificate;
  let home: string;
  /** Server and path → where it redirects to. */
  const redirects = new Map<string, string>();
  const seen: string[] = [];
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    certificate = makeCertificate('IP:127.0.0.1');
    const handler =
      (name: string): RequestListener =>
      ({ url = '', headers }, response) => {
        seen.push(`${name} ${url} ${headers.authorization ?? '-'}`);
        const location = redirects.get(`${name} ${url}`);
        if (location === undefined) response.end(name);
        else response.writeHead(302, { Location: location }).end();
      };
    own = await serveTls(certificate, handler('own'));
    wrong = await serveTls(makeCertificate('DNS:registry.test'), handler('wrong'));
    plain = await serve(handler('plain'));
    proxy = await serveProxy();
    home = await mkdtemp(join(tmpdir(), 'home-'));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.1 login n password secret\n');
  });
  afterEach(async () => {
    seen.length = 0;
    redirects.clear();
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    for (const server of [own, wrong, plain, proxy]) await server.close();
    await rm(home, { recursive: true });
  });

  function open(options: Partial<HttpClientOptions> = {}): HttpClient {
    const client = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 2, timeout: 10_000, ...options });
    clients.push(client);
    return client;
  }

  const get = async (client: HttpClient, url: string, insecureTls: boolean) =>
    text((await client.request(url, { insecureTls })).body);

  it('takes any certificate, for those who ask for it only, also over connections that stand', async () => {
    const client = open();
    expect(await get(client, `${own.url}/1`, true)).toBe('own');
    expect(await get(client, `${wrong.url}/1`, true)).toBe('wrong');
    for (const url of [own.url, wrong.url]) await expect(get(client, url, false)).rejects.toThrow(/SELF_SIGNED/);
    expect(await get(client, `${own.url}/2`, true)).toBe('own');
    expect(seen).toEqual(['own /1 -', 'wrong /1 -', 'own /2 -']);
  });

  it.each<[string, () => [string, string], string | RegExp]>([
    ['to another host or port', () => [own.url, wrong.url], /SELF_SIGNED/],
    ['to the same', () => [own.url, own.url], 'own'],
    ['from http to https', () => [plain.url, own.url], /SELF_SIGNED/],
    ['to http', () => [own.url, plain.url], /from https to http/],
  ])('ends at a redirect %s', async (_, way, expected) => {
    const [from, to] = way();
    redirects.set(`${from === own.url ? 'own' : 'plain'} /1`, `${to}/2`);
    const client = open();
    // A connection that stands already must not help.
    await get(client, `${wrong.url}/0`, true);
    const outcome = await get(client, `${from}/1`, true).catch(({ message }: Error) => message);
    if (typeof expected === 'string') expect(outcome).toBe(expected);
    else expect(outcome).toMatch(expected);
  });

  it('sends no credentials to nobody knows whom', async () => {
    const access = [{ url: `${own.url}/`, authorization: 'Bearer secret', ca: certificate.cert }];
    const client = open({ access, home });
    await get(client, `${own.url}/1`, true);
    await get(client, `${own.url}/2`, false);
    expect(seen).toEqual(['own /1 -', 'own /2 Bearer secret']);
    seen.length = 0;
    redirects.set('own /3', '/4');
    await get(client, `${own.url}/3`, true);
    expect(seen).toEqual(['own /3 -', 'own /4 -']);
    seen.length = 0;
    // Plain http has no certificate: nothing changes.
    await get(client, `${plain.url}/1`, true);
    expect(seen).toEqual([`plain /1 Basic ${Buffer.from('n:secret').toString('base64')}`]);
  });

  it('reaches no address that is refused', async () => {
    const client = open({ policy: new AddressPolicy([]) });
    for (const url of [own.url, own.url.replace('127.0.0.1', 'localhost')]) {
      await expect(get(client, url, true)).rejects.toThrow(AddressRefusedError);
    }
    expect(seen).toEqual([]);
  });

  it('goes through a proxy too', async () => {
    proxy.names.set('registry.test', own.port);
    const client = open({ proxies: { http: undefined, https: proxy.url, noProxy: '' } });
    expect(await get(client, 'https://registry.test/1', true)).toBe('own');
    await expect(get(client, 'https://registry.test/1', false)).rejects.toThrow(/SELF_SIGNED/);
  });
});
