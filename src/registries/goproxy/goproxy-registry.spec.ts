import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryEntry } from '../../packages/index.js';
import type { RegistryAccess } from '../index.js';
import { basic, digestOf, RegistryService } from '../testing.js';
import { escapeUpperCase, moduleFile } from './testing.js';

const KITE = 'example.org/Kite';
const SAIL = 'example.org/sail';
const PSEUDO = 'v0.0.0-20170915032832-14c0d48ead0c';

let service: RegistryService;
let access: RegistryAccess & { id: number };
let foreign: RegistryEntry;

const bytesOf = (kind: string, name: string, version: string): Buffer =>
  Buffer.from(
    kind === 'info' ? JSON.stringify({ Version: version, Name: name }) : `${kind} of ${name}@${version}, not a real one`,
  );

async function version(name: string, version: string): Promise<RegistryEntry[]> {
  const kinds = ['info', 'mod', 'zip'] as const;
  return Promise.all(kinds.map((kind) => moduleFile(service, kind, name, version, bytesOf(kind, name, version))));
}

beforeAll(async () => {
  service = await RegistryService.start();
  foreign = await moduleFile(service, 'zip', KITE, 'v3.0.0', bytesOf('zip', KITE, 'v3.0.0'));
  const chosenFrom = await moduleFile(service, 'mod', KITE, 'v1.8.0', bytesOf('mod', KITE, 'v1.8.0'));
  const versions = await Promise.all([
    version(KITE, 'v1.9.0'),
    version(KITE, 'v1.10.0'),
    version(KITE, 'v1.11.0-RC.1'),
    version(SAIL, PSEUDO),
    version('example.org/old', 'v2.0.0+incompatible'),
    version('constructor.org/__proto__', 'v1.0.0'),
  ]);
  access = await service.seal([chosenFrom, ...versions.flat()], { packageManager: 'gomod' });
});
afterAll(() => service?.close());

/** Sends a path as it is, which `fetch` would not. */
async function raw(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = new URL(service.origin);
  const authorization = basic(access.username, access.password);
  const options = { host: '127.0.0.1', port, method, path: `/${access.path}${path}` };
  const call = request({ ...options, headers: { authorization, ...headers } });
  call.end();
  const [response] = await once(call, 'response');
  return { status: Number(response.statusCode), headers: response.headers, body: await text(response) };
}

it('lies where the registry of the request is', () => {
  expect(access.path).toBe(`repository/cachito-gomod-${access.id}/`);
});

describe('documents', () => {
  it.each([
    ['example.org/!kite/@v/list', 'v1.9.0\nv1.10.0\nv1.11.0-RC.1\n'],
    ['example.org/%21kite/@v/list', 'v1.9.0\nv1.10.0\nv1.11.0-RC.1\n'],
    ['example.org/!kite/@v/list?cache=1', 'v1.9.0\nv1.10.0\nv1.11.0-RC.1\n'],
    ['example.org/old/@v/list', 'v2.0.0+incompatible\n'],
    ['example.org/sail/@v/list', ''],
    ['constructor.org/__proto__/@v/list', 'v1.0.0\n'],
    ['example.org/!kite/@latest', '{"Version":"v1.10.0"}'],
    ['example.org/sail/@latest', `{"Version":"${PSEUDO}"}`],
  ])('answer %s', async (path, body) => {
    const answer = await raw(path);
    expect(answer).toMatchObject({
      status: 200,
      body,
      headers: {
        'content-type': path.endsWith('@latest') ? 'application/json' : 'text/plain; charset=utf-8',
        'content-length': String(body.length),
        'cache-control': 'private, max-age=300',
        etag: `"${digestOf('sha256', Buffer.from(body))}"`,
      },
    });
  });
});

describe('files', () => {
  it.each([
    ['info', KITE, 'v1.10.0', 'application/json'],
    ['mod', KITE, 'v1.10.0', 'text/plain; charset=utf-8'],
    ['zip', KITE, 'v1.10.0', 'application/zip'],
    ['mod', KITE, 'v1.8.0', 'text/plain; charset=utf-8'],
    ['zip', KITE, 'v1.11.0-RC.1', 'application/zip'],
    ['info', SAIL, PSEUDO, 'application/json'],
    ['zip', 'example.org/old', 'v2.0.0+incompatible', 'application/zip'],
  ])('are served: %s of %s@%s', async (kind, name, versionName, type) => {
    const content = bytesOf(kind, name, versionName);
    const answer = await raw(`${escapeUpperCase(name)}/@v/${escapeUpperCase(versionName)}.${kind}`);
    expect(answer).toMatchObject({
      status: 200,
      body: content.toString(),
      headers: {
        'content-type': type,
        'content-length': String(content.length),
        'cache-control': 'private, max-age=31536000, immutable',
        vary: expect.stringContaining('Authorization'),
        etag: `"${digestOf('sha256', content)}"`,
        'x-content-type-options': 'nosniff',
      },
    });
  });

  it.each(['example.org/!kite/@v/v1.9.0.zip', 'example.org/!kite/@v/list', 'example.org/!kite/@latest'])(
    'answer 304 to whom has %s',
    async (path) => {
      const { headers } = await raw(path);
      const etag = headers.etag ?? '';
      for (const header of [etag, `"x", ${etag}`, '*']) {
        expect(await raw(path, { 'if-none-match': header })).toMatchObject({ status: 304, body: '', headers: { etag } });
      }
      expect((await raw(path, { 'if-none-match': '"x"' })).status).toBe(200);
    },
  );

  it('are not handed out when the store has lost them', async () => {
    const entry = await moduleFile(service, 'zip', 'example.org/lost', 'v1.0.0', Buffer.from('lost'));
    const sealed = await service.seal([entry], { packageManager: 'gomod' });
    await service.archive.delete(entry.artifact.sha256);
    const response = await service.call(sealed, 'example.org/lost/@v/v1.0.0.zip');
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('lost or damaged')]);
  });
});

describe('what is not locked', () => {
  it.each([
    ['example.org/nothing/@v/list', 'The module example.org/nothing'],
    ['example.org/nothing/@latest', 'The module example.org/nothing'],
    ['example.org/kite/@v/list', 'The module example.org/kite'],
    ['example.org/!kite/v2/@v/list', 'The module example.org/Kite/v2'],
    ['example.org/!kite/@v/v3.0.0.zip', 'example.org/Kite@v3.0.0 (zip)'],
    ['example.org/!kite/@v/v1.8.0.zip', 'example.org/Kite@v1.8.0 (zip)'],
    ['example.org/!kite/@v/v1.8.0.info', 'example.org/Kite@v1.8.0 (info)'],
    ['example.org/!kite/@v/v1.11.0-rc.1.zip', 'example.org/Kite@v1.11.0-rc.1 (zip)'],
    ['example.org/!kite/@v/main.info', 'example.org/Kite@main (info)'],
    ['golang.org/toolchain/@v/v0.0.1-go1.26.0.linux-amd64.zip', 'golang.org/toolchain@v0.0.1-go1.26.0.linux-amd64 (zip)'],
    ['sumdb/sum.golang.org/supported', 'This address'],
    ['sumdb/sum.golang.org/lookup/example.org/!kite@v1.9.0', 'This address'],
    ['', 'This address'],
    ['example.org/Kite/@v/list', 'This address'],
    ['../cachito-gomod-1/example.org/!kite/@v/list', 'This address'],
    [`${'a/'.repeat(4_000)}@v/list`, 'The module a/a/a'],
  ])('is not found: %s', async (path, what) => {
    const { status, headers, body } = await raw(path);
    expect([status, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(body.startsWith(what)).toBe(true);
    expect(body).toContain(`is not part of request ${access.id}`);
  });

  it('is found in no registry but the one that has it', async () => {
    const other = await service.seal([foreign], { packageManager: 'gomod' });
    expect((await service.call(other, 'example.org/!kite/@v/v3.0.0.zip')).status).toBe(200);
    expect((await service.call(other, 'example.org/!kite/@v/v1.9.0.zip')).status).toBe(404);
    expect(await (await service.call(other, 'example.org/!kite/@v/list')).text()).toBe('v3.0.0\n');
  });

  it('is counted, as is what is locked', async () => {
    const counts = () => Promise.all(['hit', 'miss'].map((result) => service.counted('gomod', result)));
    const before = await counts();
    const found = ['!kite/@v/list', '!kite/@latest', '!kite/@v/v1.9.0.mod'];
    for (const path of [...found, 'nothing/@v/list', '!kite/@v/v3.0.0.mod']) await raw(`example.org/${path}`);
    expect((await counts()).map((count, at) => count - (before[at] ?? 0))).toEqual([3, 2]);
  });
});

describe('methods', () => {
  it.each(['example.org/!kite/@v/list', 'example.org/!kite/@latest', 'example.org/!kite/@v/v1.9.0.zip'])(
    'HEAD of %s has the headers of GET',
    async (path) => {
      const [head, get] = [await raw(path, {}, 'HEAD'), await raw(path)];
      expect([head.status, head.body]).toEqual([200, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control', 'vary']) {
        expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
      }
    },
  );

  it.each(['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])('%s is not allowed', async (method) => {
    const body = method === 'PUT' ? 'x'.repeat(1_000_000) : undefined;
    const response = await service.call(access, 'example.org/!kite/@v/list', { method, body });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.text()).toContain(method);
  });
});

describe('access', () => {
  it('needs the credentials of the request, and says so in plain text', async () => {
    const path = 'example.org/!kite/@v/list';
    const other = await service.seal([foreign], { packageManager: 'gomod' });
    const npm = await service.seal([], { id: access.id });
    const table: [string, Record<string, string>, number, string][] = [
      ['none', { authorization: '' }, 401, 'needs the credentials'],
      ['a wrong password', { authorization: basic(access.username, 'wrong') }, 401, 'needs the credentials'],
      ['another request', { authorization: basic(other.username, other.password) }, 403, 'its own registry only'],
      ["the request's own npm", { authorization: basic(npm.username, npm.password) }, 403, 'its own registry only'],
    ];
    for (const [who, headers, status, message] of table) {
      const answer = await raw(path, headers);
      expect([who, answer.status, answer.headers['content-type']]).toEqual([who, status, 'text/plain; charset=utf-8']);
      expect(answer.body).toContain(message);
    }
  });

  it('ends with the request', async () => {
    const sealed = await service.seal([foreign], { packageManager: 'gomod' });
    expect((await service.call(sealed, 'example.org/!kite/@v/list')).status).toBe(200);
    await service.change(sealed.id, 'stale');
    const response = await service.call(sealed, 'example.org/!kite/@v/list');
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('ends with the request')]);
  });
});
