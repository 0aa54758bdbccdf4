import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readUpstreams } from '../config/upstreams/read-upstreams.js';
import { type Running, serve } from './__fixtures__/servers.js';
import { AddressPolicy } from './address-policy.js';
import { HttpClient } from './http-client.js';

/** What an upstreams file with Python indexes makes the client send where. */
describe('credentials of Python indexes', () => {
  let ours: Running;
  let others: Running;
  let folder: string;
  let client: HttpClient;
  /** Path → where it redirects to. */
  const redirects = new Map<string, string>();
  const seen: string[] = [];

  beforeAll(async () => {
    const handler =
      (name: string): RequestListener =>
      ({ url = '', headers }, response) => {
        const [, pair = '-'] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
        seen.push(`${name} ${url} ${Buffer.from(pair, 'base64').toString() || '-'}`);
        const location = redirects.get(url);
        if (location === undefined) response.end();
        else response.writeHead(302, { Location: location }).end();
      };
    ours = await serve(handler('ours'), '127.0.0.1');
    others = await serve(handler('others'), '127.0.0.2');
    folder = await mkdtemp(join(tmpdir(), 'upstreams-'));
    await writeFile(join(folder, 'password'), 'p');
    const entry = (key: string, path: string, username: string) =>
      `  - {${key}: "${ours.url}${path}", username: ${username}, password_file: password}`;
    await writeFile(
      join(folder, 'upstreams.yaml'),
      [
        'pip:',
        ...[entry('url', '/nexus/all/simple/', 'nexus'), entry('url', '/root/pypi/+simple/', 'devpi')],
        ...[entry('url', '/two/simple/', 'one'), entry('url', '/two/+simple/', 'other')],
        'npm:',
        ...[entry('url', '/nexus/all/npm/', 'npm'), entry('url', '/npm/simple/', 'simple')],
        'git:',
        entry('prefix', '/', 'git'),
      ].join('\n'),
    );
    const { upstreams, problems } = readUpstreams(join(folder, 'upstreams.yaml'));
    expect(problems).toEqual([]);
    client = new HttpClient({ policy: new AddressPolicy(['127.0.0.0/8']), connections: 2, timeout: 10_000, access: upstreams.access });
  });
  afterEach(() => {
    seen.length = 0;
    redirects.clear();
  });
  afterAll(async () => {
    await client.close();
    for (const server of [ours, others]) await server.close();
    await rm(folder, { recursive: true });
  });

  const get = async (url: string) => text((await client.request(url)).body);

  it.each([
    ['pages', '/nexus/all/simple/kite/', 'nexus:p'],
    ['files beside them', '/nexus/all/packages/kite/1.0/kite-1.0.tar.gz', 'nexus:p'],
    ['pages of devpi', '/root/pypi/+simple/kite/', 'devpi:p'],
    ['files of devpi', '/root/pypi/+f/ab1/kite-1.0.tar.gz', 'devpi:p'],
    ['a sibling of the parent', '/nexus/other/kite', 'git:p'],
    ['what begins like the parent', '/nexus/all-else/kite', 'git:p'],
    ['what is above the parent', '/nexus/kite', 'git:p'],
    ['an entry of its own below the parent', '/nexus/all/npm/kite', 'npm:p'],
    ['pages of one of two indexes', '/two/simple/kite/', 'one:p'],
    ['pages of the other', '/two/+simple/kite/', 'other:p'],
    ['what is beside both', '/two/packages/kite', 'git:p'],
    ['what is beside a registry of npm', '/npm/kite', 'git:p'],
    ['an encoded way out', '/nexus/all/packages/..%2f..%2fother/kite', '-'],
  ])('for %s', async (_, path, expected) => {
    await get(`${ours.url}${path}`);
    expect(seen).toEqual([`ours ${path} ${expected}`]);
  });

  it('reach no other host, and do not survive a redirect', async () => {
    await get(`${others.url}/nexus/all/packages/kite`);
    redirects.set('/nexus/all/packages/1', `${others.url}/nexus/all/packages/2`);
    redirects.set('/nexus/all/packages/2', `${ours.url}/nexus/other/3`);
    await get(`${ours.url}/nexus/all/packages/1`);
    expect(seen).toEqual([
      'others /nexus/all/packages/kite -',
      'ours /nexus/all/packages/1 nexus:p',
      'others /nexus/all/packages/2 -',
      'ours /nexus/other/3 git:p',
    ]);
  });
});
