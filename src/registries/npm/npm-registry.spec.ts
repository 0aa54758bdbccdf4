import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, readdir, readlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/support/until.js';
import { Configuration } from '../../config/index.js';
import type { RegistryEntry } from '../../packages/index.js';
import type { RegistryAccess } from '../index.js';
import { basic, digestOf, RegistryService } from '../testing.js';
import { packageOf, tarballOf } from './testing.js';

const ABBREVIATED = 'application/vnd.npm.install-v1+json';
const INSTALL = { accept: `${ABBREVIATED}; q=1.0, application/json; q=0.8, */*` };

let service: RegistryService;
let access: RegistryAccess & { id: number };
let foreign: RegistryEntry;
const bytes = new Map<string, Buffer>();

beforeAll(async () => {
  service = await RegistryService.start({ server: { publicUrl: 'https://cachito.example.org/base' } });
  const add = async (name: string, version: string, packageJson: object, more = {}): Promise<RegistryEntry> => {
    const content = await packageOf({ name, version, ...packageJson });
    bytes.set(`${name}@${version}`, content);
    return service.entry({ name, version, bytes: content, ...more });
  };
  const kite = {
    dependencies: { '@acme/dial': '^4.0.0' },
    bin: './cli.js',
    description: 'Flies',
    scripts: { test: 'x' },
  };
  foreign = await add('kite', '3.0.0', {});
  access = await service.seal([
    await add('kite', '1.10.0', kite, { published: '2020-02-03 04:05:06' }),
    await add('kite', '1.9.0', {}, { published: '2019-02-03 04:05:06' }),
    await add('@acme/dial', '4.6.0', { description: 'x'.repeat(3_000) }),
    await add('__proto__', '1.0.0', {}),
    await add('constructor', '1.0.0', {}),
    await add('odd', '1.0.0+build.1', {}, { upstream: 'https://registry.example/odd/-/odd-v1.tgz' }),
    await add('dial', '1.4.0-external-gitcommit-a1b2', { version: '1.4.0' }),
  ]);
});
afterAll(() => service?.close());

async function json(path: string, init: RequestInit = {}): Promise<Record<string, never>> {
  const response = await service.call(access, path, init);
  expect([path, response.status]).toEqual([path, 200]);
  return Object(await response.json());
}

/** Sends a path as it is, which `fetch` would not. */
async function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(service.origin);
  const authorization = basic(access.username, access.password);
  const call = request({
    host: '127.0.0.1',
    port,
    method,
    path: `/${access.path}${path}`,
    headers: { authorization, ...headers },
  });
  call.end();
  const [response] = await once(call, 'response');
  return { status: Number(response.statusCode), headers: response.headers, body: await text(response) };
}

describe('packuments', () => {
  it('have the locked versions and nothing else, abbreviated', async () => {
    const response = await service.call(access, 'kite', { headers: INSTALL });
    expect(response.headers.get('content-type')).toBe(ABBREVIATED);
    const content = bytes.get('kite@1.10.0') ?? Buffer.of();
    const dist = {
      tarball: `https://cachito.example.org/base/repository/cachito-npm-${access.id}/kite/-/kite-1.10.0.tgz`,
      shasum: digestOf('sha1', content),
      integrity: `sha512-${digestOf('sha512', content, 'base64')}`,
    };
    expect(await response.json()).toEqual({
      name: 'kite',
      'dist-tags': { latest: '1.10.0' },
      modified: '2020-02-03T04:05:06.000Z',
      versions: {
        '1.9.0': { name: 'kite', version: '1.9.0', dist: expect.any(Object) },
        '1.10.0': {
          name: 'kite',
          version: '1.10.0',
          dependencies: { '@acme/dial': '^4.0.0' },
          bin: { kite: 'cli.js' },
          dist,
        },
      },
    });
  });

  it('have everything in full, when nobody asks for less', async () => {
    const packument = await json('kite');
    expect(packument.time).toEqual({
      created: '2019-02-03T04:05:06.000Z',
      modified: '2020-02-03T04:05:06.000Z',
      '1.9.0': '2019-02-03T04:05:06.000Z',
      '1.10.0': '2020-02-03T04:05:06.000Z',
    });
    expect(packument.versions['1.10.0']).toMatchObject({
      _id: 'kite@1.10.0',
      description: 'Flies',
      scripts: { test: 'x' },
    });
  });

  it('say when a version was archived when nobody knows when it was published', async () => {
    const { time } = await json('@acme/dial');
    const age = Date.now() - Date.parse(time['4.6.0']);
    expect(age).toBeGreaterThanOrEqual(-1_000);
    expect(age).toBeLessThan(3_600_000);
  });

  it.each(['@acme/dial', '@acme%2fdial', '@acme%2Fdial', '%40acme%2fdial', '%40acme/dial'])(
    'are found as %s',
    async (path) => {
      const { status, body } = await raw(path);
      expect([status, JSON.parse(body).name]).toEqual([200, '@acme/dial']);
      expect(JSON.parse(body).versions['4.6.0'].dist.tarball).toMatch(/\/@acme\/dial\/-\/dial-4\.6\.0\.tgz$/);
    },
  );

  it('name the version that the lock file has, whatever the package says', async () => {
    const { versions } = await json('dial');
    expect(Object.entries(versions)).toEqual([
      ['1.4.0-external-gitcommit-a1b2', expect.objectContaining({ version: '1.4.0-external-gitcommit-a1b2' })],
    ]);
  });

  it.each(['__proto__', 'constructor'])('work for %s', async (name) => {
    expect(Object.keys((await json(name)).versions)).toEqual(['1.0.0']);
  });

  it('take addresses from the call when no public one is configured', async () => {
    const local = await RegistryService.start();
    try {
      const entry = await local.entry({ name: 'kite', version: '1.0.0', bytes: await packageOf({ name: 'kite' }) });
      const sealed = await local.seal([entry]);
      const packument = Object(await (await local.call(sealed, 'kite')).json());
      const { tarball } = packument.versions['1.0.0'].dist;
      expect(tarball.startsWith(`${local.origin}/${sealed.path}`)).toBe(true);
      const authorization = basic(sealed.username, sealed.password);
      expect((await fetch(tarball, { headers: { authorization } })).status).toBe(200);
    } finally {
      await local.close();
    }
  });

  it('are made once for many who ask at the same time', async () => {
    const entries = await Promise.all(
      Array.from({ length: 12 }, async (_, at) =>
        service.entry({ name: 'many', version: `1.${at}.0`, bytes: await packageOf({ name: 'many', version: at }) }),
      ),
    );
    const sealed = await service.seal(entries);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => (await service.call(sealed, 'many')).text()));
    expect(new Set(answers).size).toBe(1);
    expect(Object.keys(JSON.parse(answers[0] ?? '').versions)).toHaveLength(12);
  });
});

describe('other documents', () => {
  it.each<[string, unknown]>([
    ['', {}],
    ['-/ping', {}],
    ['-/ping?write=true', {}],
    ['-/package/kite/dist-tags', { latest: '1.10.0' }],
    ['-/package/@acme%2fdial/dist-tags', { latest: '4.6.0' }],
    ['kite/1.9.0', expect.objectContaining({ name: 'kite', version: '1.9.0' })],
    ['kite/latest', expect.objectContaining({ version: '1.10.0' })],
    ['@acme/dial/latest', expect.objectContaining({ version: '4.6.0' })],
    ['@acme%2fdial/4.6.0', expect.objectContaining({ name: '@acme/dial' })],
    ['odd/1.0.0+build.1', expect.objectContaining({ version: '1.0.0+build.1' })],
  ])('answer %s', async (path, document) => {
    expect(await json(path)).toEqual(document);
  });

  it('tell who asks', async () => {
    expect(await json('-/whoami')).toEqual({ username: access.username });
  });

  it('answer without the slash behind the name of the registry', async () => {
    const { username, password } = access;
    const response = await fetch(`${service.origin}/${access.path.replace(/\/$/, '')}`, {
      headers: { authorization: basic(username, password) },
    });
    expect([response.status, await response.json()]).toEqual([200, {}]);
  });
});

describe('tarballs', () => {
  it.each([
    ['kite/-/kite-1.10.0.tgz', 'kite@1.10.0'],
    ['@acme/dial/-/dial-4.6.0.tgz', '@acme/dial@4.6.0'],
    ['@acme%2fdial/-/dial-4.6.0.tgz', '@acme/dial@4.6.0'],
    ['@acme%2Fdial/-/dial-4.6.0.tgz?cache=1', '@acme/dial@4.6.0'],
    ['dial/-/dial-1.4.0-external-gitcommit-a1b2.tgz', 'dial@1.4.0-external-gitcommit-a1b2'],
    ['odd/-/odd-1.0.0+build.1.tgz', 'odd@1.0.0+build.1'],
    ['odd/-/odd-1.0.0%2Bbuild.1.tgz', 'odd@1.0.0+build.1'],
    ['odd/-/odd-v1.tgz', 'odd@1.0.0+build.1'],
  ])('are served at %s', async (path, key) => {
    const content = bytes.get(key) ?? Buffer.of();
    // As yarn and pnpm do it.
    const response = await service.call(access, path, { headers: INSTALL });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(content.length),
      'cache-control': 'private, max-age=300',
      etag: `"${digestOf('sha256', content)}"`,
      'x-content-type-options': 'nosniff',
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
  });

  it('answer 304 to whom has them', async () => {
    const first = await service.call(access, 'kite/-/kite-1.9.0.tgz');
    const etag = first.headers.get('etag') ?? '';
    await first.arrayBuffer();
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await service.call(access, 'kite/-/kite-1.9.0.tgz', { headers: { 'if-none-match': header } });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    }
    const other = await service.call(access, 'kite/-/kite-1.9.0.tgz', { headers: { 'if-none-match': '"x"' } });
    expect(other.status).toBe(200);
    await other.arrayBuffer();
  });

  it.each<[string, (sha256: string) => Promise<void>]>([
    ['lost', (sha256) => service.archive.delete(sha256)],
    ['damaged', damage],
  ])('are not handed out when the store has %s them', async (name, harm) => {
    const entry = await service.entry({ name, version: '1.0.0', bytes: await packageOf({ name }) });
    const sealed = await service.seal([entry]);
    await harm(entry.artifact.sha256);
    for (const path of [`${name}/-/${name}-1.0.0.tgz`, name]) {
      const response = await service.call(sealed, path);
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({ error: expect.stringContaining('lost or damaged') });
    }
  });

  /** Replaces the file of a blob by other bytes of the same length. */
  async function damage(sha256: string): Promise<void> {
    const { sources } = service.app.get(Configuration, { strict: false }).directories;
    const path = join(sources, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
    const { size = 0 } = (await service.archive.stat(sha256)) ?? {};
    await chmod(path, 0o644);
    await writeFile(path, Buffer.alloc(size, 'damage'));
  }

  it('are not read when the client has gone away', async () => {
    const name = 'large';
    const noise = await tarballOf({
      'package/package.json': JSON.stringify({ name }),
      'package/noise': randomBytes(20_000_000),
    });
    const sealed = await service.seal([await service.entry({ name, version: '1.0.0', bytes: noise })]);
    const { port } = new URL(service.origin);
    const headers = { authorization: basic(sealed.username, sealed.password) };
    const call = request({ host: '127.0.0.1', port, path: `/${sealed.path}${name}/-/${name}-1.0.0.tgz`, headers });
    call.end();
    const [response] = await once(call, 'response');
    response.on('error', () => undefined);
    await once(response, 'readable');
    call.destroy();
    await until(async () => (await openBlobs()) === 0);
  });

  /** Files of the store that this process has open, by Linux' own account. */
  async function openBlobs(): Promise<number> {
    const { sources } = service.app.get(Configuration, { strict: false }).directories;
    const names = await readdir('/proc/self/fd').catch(() => []);
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
    return targets.filter((target) => target.startsWith(sources)).length;
  }
});

describe('what is not locked', () => {
  it.each([
    'nothing',
    '@acme/nothing',
    '@other%2fdial',
    'Kite',
    'kite/3.0.0',
    'kite/beta',
    'kite/^1.0.0',
    'kite/-/kite-3.0.0.tgz',
    'kite/-/dial-1.10.0.tgz',
    'kite/-/kite-1.10.0.tar.gz',
    'kite/-/KITE-1.10.0.tgz',
    'dial/-/dial-4.6.0.tgz',
    '-/package/nothing/dist-tags',
    '-/npm/v1/attestations/kite@1.10.0',
    '-/npm/v1/keys',
    '-/npm/v1/security/audits',
    '-/v1/search?text=kite&size=20',
    '-/all',
    '../cachito-npm-2/kite',
    'kite/../../../../etc/passwd',
    '%2e%2e%2fkite',
    '..%2f..%2f',
    'kite/-/..%2fkite-1.10.0.tgz',
    'kite%00',
    'kite/-/kite-1.10.0.tgz%00.png',
    'kite/%00',
    '%zz',
    'kite/%',
    '%c0%ae%c0%ae',
    '%ed%a0%80',
    '@acme%252fdial',
    'hasOwnProperty',
    'kite/__proto__',
    'kite/constructor',
    'a'.repeat(215),
    'a'.repeat(8_000),
    `kite/-/${'a'.repeat(8_000)}.tgz`,
    '%F0%9F%AA%81',
    'kite/',
    '/kite',
    '//',
  ])('is not found: %s', async (path) => {
    const { status, headers, body } = await raw(path);
    expect([status, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
    expect(JSON.parse(body)).toEqual({ error: expect.any(String) });
  });

  it('is found in no registry but the one that has it', async () => {
    const other = await service.seal([foreign]);
    expect((await service.call(other, 'kite/-/kite-3.0.0.tgz')).status).toBe(200);
    expect((await service.call(other, 'kite/-/kite-1.10.0.tgz')).status).toBe(404);
    expect(Object.keys(Object(await (await service.call(other, 'kite')).json()).versions)).toEqual(['3.0.0']);
    expect((await service.call(other, '@acme%2fdial')).status).toBe(404);
  });

  it('is counted, as is what is locked', async () => {
    const before = [await service.counted('npm', 'hit'), await service.counted('npm', 'miss')];
    for (const path of ['kite', 'kite/1.9.0', 'kite/-/kite-1.9.0.tgz', 'nothing', '-/npm/v1/keys']) {
      await (await service.call(access, path)).arrayBuffer();
    }
    const after = [await service.counted('npm', 'hit'), await service.counted('npm', 'miss')];
    expect(after.map((count, at) => count - (before[at] ?? 0))).toEqual([3, 2]);
  });
});

describe('methods', () => {
  it.each(['kite', 'kite/1.9.0', 'kite/-/kite-1.9.0.tgz', '', '-/ping', '-/whoami', '-/package/kite/dist-tags'])(
    'HEAD of %s has the headers of GET',
    async (path) => {
      const [head, get] = [await raw(path, {}, 'HEAD'), await raw(path)];
      expect([head.status, head.body]).toEqual([200, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control', 'vary']) {
        expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
      }
    },
  );

  it('HEAD of what is not locked is 404', async () => {
    expect(await raw('nothing', {}, 'HEAD')).toMatchObject({ status: 404, body: '' });
  });

  it.each([
    ['PUT', 'kite'],
    ['PUT', '-/user/org.couchdb.user:a'],
    ['PUT', '-/package/kite/dist-tags/latest'],
    ['DELETE', 'kite/-/kite-1.9.0.tgz/-rev/1'],
    ['PATCH', 'kite'],
    ['POST', 'kite'],
    ['POST', '-/v1/login'],
    ['POST', ''],
    ['OPTIONS', 'kite'],
  ])('%s %s is not allowed', async (method, path) => {
    const body = method === 'PUT' ? JSON.stringify({ name: 'kite' }) : undefined;
    const response = await service.call(access, path, { method, body });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.json()).toEqual({ error: expect.stringContaining(method) });
  });

  it.each([
    ['-/npm/v1/security/advisories/bulk', '{"kite":["1.9.0"]}', {}],
    ['-/npm/v1/security/audits/quick', gzipSync('{"requires":{}}'), { 'content-encoding': 'gzip' }],
    ['-/npm/v1/security/audits', gzipSync('x'.repeat(1_000_000)), { 'content-encoding': 'gzip' }],
    ['-/npm/v1/security/audits', Buffer.alloc(3_000_000, 'x'), { 'content-encoding': 'gzip' }],
    ['-/npm/v1/security/audits', '', {}],
  ])('an audit at %s is 404, and the connection can be used again', async (path, body, headers) => {
    const response = await service.call(access, path, { method: 'POST', body, headers });
    expect([response.status, response.headers.get('connection')]).toEqual([404, 'keep-alive']);
    expect(await response.json()).toEqual({ error: expect.any(String) });
  });
});

describe('caching', () => {
  it('has a tag that changes with the content only', async () => {
    const tags = await Promise.all(
      [{}, {}, INSTALL].map(async (headers) => {
        const response = await service.call(access, 'kite', { headers: { ...headers, 'accept-encoding': 'identity' } });
        const body = await response.text();
        expect(response.headers.get('vary')?.split(', ')).toEqual(expect.arrayContaining(['Accept', 'Authorization']));
        expect(response.headers.get('cache-control')).toBe('private, max-age=300');
        expect(response.headers.get('etag')).toBe(`"${createHash('sha512').update(body).digest('base64url')}"`);
        return response.headers.get('etag');
      }),
    );
    expect(tags[0]).toBe(tags[1]);
    expect(tags[0]).not.toBe(tags[2]);
  });

  it('answers 304 to whom has the document, compressed or not', async () => {
    const tags = await Promise.all(
      ['gzip', 'identity'].map(
        async (encoding) => (await raw('@acme%2fdial', { 'accept-encoding': encoding })).headers.etag ?? '',
      ),
    );
    expect(new Set(tags).size).toBe(2);
    for (const tag of tags) {
      const { status, headers, body } = await raw('@acme%2fdial', { 'if-none-match': tag });
      expect([status, body, headers['content-length']]).toEqual([304, '', undefined]);
    }
    expect((await raw('@acme%2fdial', { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it.each([
    ['gzip', 'gzip'],
    ['deflate, gzip;q=0.5', 'gzip'],
    ['gzip;q=0', undefined],
    ['br', undefined],
    ['', undefined],
  ])('sends with Accept-Encoding "%s": %s', async (accepted, encoding) => {
    const { port } = new URL(service.origin);
    const call = request({
      host: '127.0.0.1',
      port,
      path: `/${access.path}@acme%2fdial`,
      headers: { authorization: basic(access.username, access.password), 'accept-encoding': accepted },
    });
    call.end();
    const [response] = await once(call, 'response');
    expect(response.headers['content-encoding']).toBe(encoding);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    expect(response.headers['content-length']).toBe(String(body.length));
    expect(JSON.parse((encoding === 'gzip' ? gunzipSync(body) : body).toString()).name).toBe('@acme/dial');
  });

  it('compresses neither small documents nor tarballs', async () => {
    for (const path of ['-/ping', 'kite/-/kite-1.9.0.tgz']) {
      expect((await raw(path, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
    }
  });
});

it('serves yarn from a registry of its own', async () => {
  const yarn = await service.seal([foreign], { packageManager: 'yarn' });
  expect(yarn.path).toBe(`repository/cachito-yarn-${yarn.id}/`);
  expect((await service.call(yarn, 'kite/-/kite-3.0.0.tgz')).status).toBe(200);
  const { versions } = Object(await (await service.call(yarn, 'kite')).json());
  expect(versions['3.0.0'].dist.tarball).toContain(`/${yarn.path}kite/-/`);
});
