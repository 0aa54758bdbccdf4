import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Certificate, makeCertificate, type Running, serve, serveTls } from './__fixtures__/servers.js';
import { AddressPolicy, AddressRefusedError } from './address-policy.js';
import { configuredEndpoints, endpointOf } from './endpoint.js';
import { HttpClient, type HttpClientOptions } from './http-client.js';

const NETRC = `Basic ${Buffer.from('n:secret').toString('base64')}`;

/** `ours` is configured as an upstream, `others` stands for the public internet. */
describe('HttpClient and upstreams', () => {
  let ours: Running;
  let others: Running;
  let secure: Running;
  let certificate: Certificate;
  let home: string;
  /** Path → where it redirects to. */
  const redirects = new Map<string, string>();
  const seen: string[] = [];
  const clients: HttpClient[] = [];

  beforeAll(async () => {
    certificate = makeCertificate('IP:127.0.0.1', 'DNS:localhost');
    const handler =
      (name: string): RequestListener =>
      ({ url = '', headers }, response) => {
        seen.push(`${name} ${url} ${headers.authorization ?? '-'}`);
        const location = redirects.get(`${name} ${url}`);
        if (location === undefined) response.end(name);
        else response.writeHead(302, { Location: location }).end();
      };
    ours = await serve(handler('ours'), '127.0.0.1');
    others = await serve(handler('others'), '127.0.0.2');
    secure = await serveTls(certificate, handler('secure'));
    home = await mkdtemp(join(tmpdir(), 'home-'));
    await writeFile(join(home, '.netrc'), 'machine 127.0.0.2 login n password secret\n');
  });
  afterEach(async () => {
    seen.length = 0;
    redirects.clear();
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    for (const server of [ours, others, secure]) await server.close();
    await rm(home, { recursive: true });
  });

  function open(options: Partial<HttpClientOptions> = {}): HttpClient {
    const client = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 2, timeout: 10_000, ...options });
    clients.push(client);
    return client;
  }

  async function get(client: HttpClient, url: string, options: Parameters<HttpClient['request']>[1] = {}): Promise<string> {
    return text((await client.request(url, options)).body);
  }

  describe('credentials', () => {
    const access = () => [
      { url: `${ours.url}/all/`, authorization: 'Bearer ours', ca: undefined },
      { url: `${ours.url}/all/deep/`, authorization: 'Bearer deep', ca: undefined },
    ];

    it.each<[string, string, string[]]>([
      ['below the base', '/all/kite', ['ours /all/kite Bearer ours']],
      ['below a deeper base', '/all/deep/kite', ['ours /all/deep/kite Bearer deep']],
      ['beside the base', '/all-else/kite', ['ours /all-else/kite -']],
    ])('%s', async (_name, path, expected) => {
      await get(open({ access: access() }), `${ours.url}${path}`);
      expect(seen).toEqual(expected);
    });

    it('are looked up anew at each redirect: away, back, up and down', async () => {
      redirects.set('ours /all/1', `${others.url}/2`);
      redirects.set('others /2', `${ours.url}/all/deep/3`);
      redirects.set('ours /all/deep/3', '/else/4');
      await get(open({ access: access() }), `${ours.url}/all/1`);
      expect(seen).toEqual(['ours /all/1 Bearer ours', 'others /2 -', 'ours /all/deep/3 Bearer deep', 'ours /else/4 -']);
    });

    it('come from .netrc where none are configured, and from the caller before all others', async () => {
      const client = open({ access: access(), home });
      redirects.set('ours /all/1', `${others.url}/2`);
      await get(client, `${ours.url}/all/1`);
      await get(client, `${ours.url}/all/1`, { authorize: (url) => (url.origin === ours.url ? 'Basic own' : undefined) });
      await get(client, `${others.url}/3`, { headers: { Authorization: 'Basic header' } });
      await get(client, `${others.url}/4`);
      expect(seen).toEqual([
        'ours /all/1 Bearer ours',
        'others /2 -',
        'ours /all/1 Basic own',
        'others /2 -',
        'others /3 Basic header',
        `others /4 ${NETRC}`,
      ]);
    });

    it('of a host are not for the redirects of others', async () => {
      redirects.set('others /1', `${ours.url}/all/2`);
      await get(open({ access: access(), home }), `${others.url}/1`);
      const configured = [others, ours].map(({ url }) => endpointOf(new URL(url)));
      await get(open({ access: access(), policy: new AddressPolicy([], configured) }), `${others.url}/1`);
      expect(seen).toEqual([`others /1 ${NETRC}`, 'ours /all/2 -', 'others /1 -', 'ours /all/2 Bearer ours']);
    });

    it('do not stay with a redirect to another scheme of the same host', async () => {
      redirects.set('ours /all/1', `${secure.url}/all/2`);
      await get(open({ access: [...access(), { url: `${secure.url}/`, authorization: undefined, ca: certificate.cert }] }), `${ours.url}/all/1`);
      expect(seen).toEqual(['ours /all/1 Bearer ours', 'secure /all/2 -']);
      redirects.set('secure /all/3', `${ours.url}/all/4`);
      const client = open({ access: [{ url: `${secure.url}/`, authorization: 'Bearer secure', ca: certificate.cert }] });
      await expect(get(client, `${secure.url}/all/3`)).rejects.toThrow(/from https to http, which is refused/);
      expect(seen).toEqual(expect.not.arrayContaining(['ours /all/4 Bearer secure']));
    });
  });

  it('does not follow redirects of others to a closed host', async () => {
    const closed = new Set(['127.0.0.1']);
    redirects.set('others /1', `${ours.url}/2`);
    redirects.set('ours /3', '/4');
    await expect(get(open({ closedHosts: closed }), `${others.url}/1`)).rejects.toThrow(/open to some users only/);
    await get(open({ closedHosts: closed }), `${ours.url}/3`);
    expect(seen).toEqual(['others /1 -', 'ours /3 -', 'ours /4 -']);
    const configured = new AddressPolicy(['127.0.0.0/8'], [endpointOf(new URL(others.url))]);
    expect(await get(open({ closedHosts: closed, policy: configured }), `${others.url}/1`)).toBe('ours');
  });

  describe('the address policy', () => {
    /** Only `others` is public. */
    const policy = (...trusted: string[]): AddressPolicy =>
      new AddressPolicy(['127.0.0.2/32'], trusted.map((url) => endpointOf(new URL(url))));

    it('exempts a configured host, by name too, for its port only', async () => {
      expect(await get(open({ policy: policy(ours.url) }), ours.url)).toBe('ours');
      const named = ours.url.replace('127.0.0.1', 'localhost');
      expect(await get(open({ policy: policy(named) }), named)).toBe('ours');
      for (const url of [secure.url, `http://localhost:${ours.port}`, 'http://127.0.0.1:1', 'http://10.0.0.1:1']) {
        await expect(get(open({ policy: policy(ours.url) }), url)).rejects.toThrow(AddressRefusedError);
      }
      await expect(get(open({ policy: policy() }), ours.url)).rejects.toThrow(AddressRefusedError);
    });

    it.each<[string, (ours: string, others: string, secure: string) => [string, string], RegExp | string]>([
      ['away to what may be reached', (own, other) => [own, other], 'others'],
      ['from a configured host to itself', (own) => [own, own], 'ours'],
      ['away to another private host', (own, _other, secure_) => [own, secure_], /private or special/],
      ['away to another port', (own) => [own, 'http://127.0.0.1:1'], /private or special/],
      ['from elsewhere to a configured host', (own, other) => [other, own], /private or special/],
    ])('at a redirect %s', async (_name, way, expected) => {
      const [from, to] = way(ours.url, others.url, secure.url);
      redirects.set(`${from === ours.url ? 'ours' : 'others'} /1`, `${to}/2`);
      const client = open({ policy: policy(ours.url) });
      // A connection that stands already must not help.
      expect(await get(client, ours.url)).toBe('ours');
      const outcome = await get(client, `${from}/1`).catch((error: Error) => error.message);
      if (typeof expected === 'string') expect(outcome).toBe(expected);
      else expect(outcome).toMatch(expected);
      expect(seen.some((line) => line.startsWith('ours /2'))).toBe(expected === 'ours');
    });

    it('follows redirects among configured hosts', async () => {
      redirects.set('ours /1', `${secure.url}/2`);
      const client = open({ policy: policy(ours.url, secure.url), access: [{ url: `${secure.url}/`, authorization: undefined, ca: certificate.cert }] });
      expect(await get(client, `${ours.url}/1`)).toBe('secure');
    });

    it('knows the operator’s hosts, and no public ones', () => {
      const registry = { scopes: [], fallback: 'next' as const };
      expect(
        configuredEndpoints({
          npm: [{ url: 'https://npm.acme.dev/a/', public: false, ...registry }, { url: 'https://registry.example/', public: true, ...registry }],
          gomod: [{ url: 'http://[fd00::1]:3000/', public: false, ...registry }],
          pip: [],
          git: [{ prefix: 'https://git.acme.dev/', mirror: 'ssh://git@MIRROR/' }, { prefix: 'https://other.acme.dev/', mirror: undefined }],
          access: [],
        }),
      ).toEqual([
        { host: 'npm.acme.dev', port: 443 },
        { host: 'fd00::1', port: 3000 },
        { host: 'mirror', port: 22 },
        { host: 'other.acme.dev', port: 443 },
      ]);
    });
  });

  describe('certificates', () => {
    it('are trusted for the host that they are configured for, and for no other', async () => {
      const client = open({ access: [{ url: `${secure.url}/below/`, authorization: undefined, ca: certificate.cert }] });
      expect(await get(client, `${secure.url}/x`)).toBe('secure');
      const named = `https://localhost:${secure.port}/`;
      await expect(get(client, named)).rejects.toThrow(/cannot be reached \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      await expect(get(open(), secure.url)).rejects.toThrow(/DEPTH_ZERO_SELF_SIGNED_CERT/);
      expect(await get(open({ access: [{ url: named, authorization: undefined, ca: certificate.cert }] }), named)).toBe('secure');
    });

    it('must fit the host', async () => {
      const wrong = makeCertificate('DNS:registry.test');
      const server = await serveTls(wrong, (_request, response) => response.end());
      const client = open({ access: [{ url: `${server.url}/`, authorization: undefined, ca: wrong.cert }] });
      await expect(get(client, server.url)).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID/);
      await server.close();
    });
  });
});
