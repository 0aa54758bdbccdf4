import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Parser } from 'htmlparser2';
import type { PipRepository, RegistryEntry } from '../../packages/index.js';
import type { RegistryAccess } from '../index.js';
import { basic, digestOf, RegistryService } from '../testing.js';
import { hostedFile, rawFile } from './testing.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';
const PLAIN_HTML = 'text/html; charset=utf-8';
const SDIST = Buffer.from('a source distribution, 26 bytes');
const WHEEL = Buffer.from('a wheel');
const METADATA = Buffer.from('Metadata-Version: 2.1\nName: storm-kit\nVersion: 1.10\n');
const EEL = Buffer.from('an eel');
const HOSTILE = `"><script>alert('&1')</script>`;
const HOSTILE_FILE = `hostile-1!2+b#?%20"><svg onload='alert(1)'>&.zip`;
const REVISION = 'f'.repeat(40);

let service: RegistryService;
let access: RegistryAccess & { id: number };
let foreign: RegistryEntry;

beforeAll(async () => {
  service = await RegistryService.start();
  const wheelFacts = { requiresPython: '<4,>=3.8', metadata: METADATA };
  foreign = await hostedFile(service, 'foreign', '1', 'foreign-1.tar.gz', Buffer.from('foreign'));
  access = await service.seal(
    await Promise.all([
      hostedFile(service, 'storm-kit', '1.2', 'Storm_Kit-1.2.tar.gz', SDIST, { requiresPython: '>=3.8' }),
      hostedFile(service, 'storm-kit', '1.10', 'storm_kit-1.10-py3-none-any.whl', WHEEL, wheelFacts),
      hostedFile(service, 'storm-kit', '1.10', 'storm_kit-1.10.tar.gz', Buffer.from('1.10'), { yanked: '' }),
      hostedFile(service, 'hostile', '1!2+b', HOSTILE_FILE, Buffer.from('hostile'), {
        requiresPython: HOSTILE,
        yanked: HOSTILE,
      }),
      rawFile(service, '/git.acme.dev:8443/team/eel', `eel-external-gitcommit-${REVISION}.tar.gz`, EEL),
      rawFile(service, '/storm-kit', 'raw.zip', Buffer.from('raw')),
    ]),
    { packageManager: 'pip' },
  );
});
afterAll(() => service?.close());

const INDEX = ['simple/', 'simple/storm-kit/'];
const FILE = 'packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz';
const METADATA_FILE = 'packages/storm-kit/1.10/storm_kit-1.10-py3-none-any.whl.metadata';

interface Call {
  headers?: Record<string, string>;
  method?: string;
  repository?: PipRepository;
  /** Instead of a path below the repository. */
  path?: string;
}

/** Sends a path as it is, which `fetch` would not. */
async function call(below: string, { headers = {}, method = 'GET', repository = 'hosted', path }: Call = {}) {
  const { port } = new URL(service.origin);
  const authorization = basic(access.username, access.password);
  const whole = path ?? `/${access.repositoryPaths[repository]}${below}`;
  const sent = request({ host: '127.0.0.1', port, method, path: whole, headers: { authorization, ...headers } });
  sent.end();
  const [response] = await once(sent, 'response');
  return { status: Number(response.statusCode), headers: response.headers, body: await text(response) };
}

async function pageOf(path: string, accept?: string) {
  return call(path, { headers: accept === undefined ? {} : { accept } });
}

/** What a browser makes of a page. */
function elementsOf(html: string) {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const parser = new Parser({
    onopentag: (name, attributes) => void elements.push({ name, attributes, text: '' }),
    ontext: (part) => {
      const last = elements.at(-1);
      if (last !== undefined) last.text += part.trim();
    },
  });
  parser.end(html);
  return elements;
}

const anchorsOf = (html: string) => elementsOf(html).filter(({ name }) => name === 'a');

describe('the page of a project', () => {
  it('has JSON', async () => {
    const { status, headers, body } = await pageOf('simple/storm-kit/', JSON_TYPE);
    const hashes = { sha256: digestOf('sha256', METADATA) };
    expect([status, headers['content-type']]).toEqual([200, JSON_TYPE]);
    expect(JSON.parse(body)).toEqual({
      meta: { 'api-version': '1.1' },
      name: 'storm-kit',
      versions: ['1.2', '1.10'],
      files: [
        {
          filename: 'Storm_Kit-1.2.tar.gz',
          url: '../../packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz',
          hashes: { sha256: digestOf('sha256', SDIST) },
          size: SDIST.length,
          'requires-python': '>=3.8',
          yanked: false,
        },
        {
          filename: 'storm_kit-1.10-py3-none-any.whl',
          url: '../../packages/storm-kit/1.10/storm_kit-1.10-py3-none-any.whl',
          hashes: { sha256: digestOf('sha256', WHEEL) },
          size: WHEEL.length,
          'requires-python': '<4,>=3.8',
          yanked: false,
          'core-metadata': hashes,
          'dist-info-metadata': hashes,
        },
        {
          filename: 'storm_kit-1.10.tar.gz',
          url: '../../packages/storm-kit/1.10/storm_kit-1.10.tar.gz',
          hashes: { sha256: digestOf('sha256', Buffer.from('1.10')) },
          size: 4,
          yanked: true,
        },
      ],
    });
  });

  it('has HTML', async () => {
    const { body } = await pageOf('simple/storm-kit/');
    expect(body.startsWith('<!DOCTYPE html>\n')).toBe(true);
    const metadata = `sha256=${digestOf('sha256', METADATA)}`;
    const sdist = `../../packages/storm-kit/1.2/Storm_Kit-1.2.tar.gz#sha256=${digestOf('sha256', SDIST)}`;
    const wheel = '../../packages/storm-kit/1.10/storm_kit-1.10-py3-none-any.whl';
    const digest = digestOf('sha256', Buffer.from('1.10'));
    const yanked = `../../packages/storm-kit/1.10/storm_kit-1.10.tar.gz#sha256=${digest}`;
    expect(anchorsOf(body)).toEqual([
      { name: 'a', text: 'Storm_Kit-1.2.tar.gz', attributes: { href: sdist, 'data-requires-python': '>=3.8' } },
      {
        name: 'a',
        text: 'storm_kit-1.10-py3-none-any.whl',
        attributes: {
          href: `${wheel}#sha256=${digestOf('sha256', WHEEL)}`,
          'data-requires-python': '<4,>=3.8',
          'data-core-metadata': metadata,
          'data-dist-info-metadata': metadata,
        },
      },
      { name: 'a', text: 'storm_kit-1.10.tar.gz', attributes: { href: yanked, 'data-yanked': '' } },
    ]);
  });

  it('leads to its files', async () => {
    const base = `${service.origin}/${access.repositoryPaths.hosted}simple/storm-kit/`;
    const { files } = JSON.parse((await pageOf('simple/storm-kit/', JSON_TYPE)).body);
    const { files: odd } = JSON.parse((await pageOf('simple/hostile/', JSON_TYPE)).body);
    const hrefs = anchorsOf((await pageOf('simple/hostile/')).body).map(({ attributes }) => attributes.href ?? '');
    const urls = [...files, ...odd].map(({ url }: { url: string }) => url);
    for (const url of [...urls, ...hrefs]) {
      const { pathname } = new URL(url, base);
      expect([url, (await call('', { path: pathname })).status]).toEqual([url, 200]);
    }
  });

  it('cannot become active in a browser', async () => {
    const { headers, body } = await pageOf('simple/hostile/');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none';.*sandbox$/);
    expect([headers['x-content-type-options'], headers['x-frame-options']]).toEqual(['nosniff', 'DENY']);
    const names = elementsOf(body).map(({ name }) => name);
    expect(names).toEqual(['html', 'head', 'meta', 'meta', 'title', 'body', 'a', 'br']);
    expect(anchorsOf(body)).toEqual([
      {
        name: 'a',
        text: HOSTILE_FILE,
        attributes: {
          href: expect.not.stringMatching(/[<>" ]|#.*#|\?/),
          'data-requires-python': HOSTILE,
          'data-yanked': HOSTILE,
        },
      },
    ]);
    const { files } = JSON.parse((await pageOf('simple/hostile/', JSON_TYPE)).body);
    expect(files).toEqual([expect.objectContaining({ 'requires-python': HOSTILE, yanked: HOSTILE })]);
    const refused = await call(`simple/${encodeURIComponent(HOSTILE)}/`);
    expect(refused.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' });
  });
});

it('lists projects and no other archives', async () => {
  const [json, html] = [await pageOf('simple/', JSON_TYPE), await pageOf('simple/')];
  expect(JSON.parse(json.body)).toEqual({
    meta: { 'api-version': '1.1' },
    projects: [{ name: 'hostile' }, { name: 'storm-kit' }],
  });
  expect(anchorsOf(html.body).map(({ attributes, text: name }) => [attributes.href, name])).toEqual([
    ['hostile/', 'hostile'],
    ['storm-kit/', 'storm-kit'],
  ]);
  const empty = await service.seal([], { packageManager: 'pip' });
  const response = await service.call({ ...empty, path: empty.repositoryPaths.hosted }, 'simple/');
  expect([response.status, anchorsOf(await response.text())]).toEqual([200, []]);
});

describe.each(INDEX)('the format of %s', (path) => {
  it.each<[string | undefined, string]>([
    [undefined, PLAIN_HTML],
    ['', PLAIN_HTML],
    ['*/*', PLAIN_HTML],
    ['text/html', PLAIN_HTML],
    ['text/*', PLAIN_HTML],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', PLAIN_HTML],
    [JSON_TYPE, JSON_TYPE],
    [JSON_TYPE.toUpperCase(), JSON_TYPE],
    ['application/vnd.pypi.simple.latest+json', JSON_TYPE],
    [HTML_TYPE, HTML_TYPE],
    ['application/vnd.pypi.simple.latest+html', HTML_TYPE],
    ['application/*', JSON_TYPE],
    // pip, and uv
    [`${JSON_TYPE}, ${HTML_TYPE}; q=0.1, text/html; q=0.01`, JSON_TYPE],
    [`${JSON_TYPE}, ${HTML_TYPE};q=0.2, text/html`, JSON_TYPE],
    [`${JSON_TYPE};q=0.1, ${HTML_TYPE};q=0.5, text/html;q=0.2`, HTML_TYPE],
    [`${JSON_TYPE};q=0, */*`, PLAIN_HTML],
    [`${JSON_TYPE};q=0, application/*`, HTML_TYPE],
    [`application/vnd.pypi.simple.v2+json, ${JSON_TYPE};q=0.1`, JSON_TYPE],
  ])('for %s', async (accept, type) => {
    const { status, headers, body } = await pageOf(path, accept);
    expect([status, headers['content-type'], headers.vary]).toEqual([200, type, 'Accept, Authorization']);
    expect(body[0]).toBe(type === JSON_TYPE ? '{' : '<');
  });

  it.each(['application/json', 'application/vnd.pypi.simple.v2+json', 'text/html;q=0', 'image/*'])(
    'that is not to be had: %s',
    async (accept) => {
      const { status, headers, body } = await pageOf(path, accept);
      expect([status, headers['content-type'], headers.vary]).toEqual([
        406,
        'text/plain; charset=utf-8',
        'Accept, Authorization',
      ]);
      expect(body).toContain(JSON_TYPE);
    },
  );
});

describe('other addresses of a page', () => {
  const base = 'https://host.example/prefix/repository/cachito-pip-hosted-1/';
  it.each([
    ['simple', 'simple/'],
    ['simple/storm-kit', 'simple/storm-kit/'],
    ['simple/Storm_Kit', 'simple/storm-kit/'],
    ['simple/Storm_Kit/', 'simple/storm-kit/'],
    ['simple/storm.kit/?a=b/c&d', 'simple/storm-kit/?a=b/c&d'],
    ['simple/unknown__name/', 'simple/unknown-name/'],
  ])('%s is %s', async (path, right) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await call(path, { method });
      expect([status, headers.location]).toEqual([301, expect.not.stringMatching(/^[/]|:/)]);
      expect(new URL(headers.location ?? '', base + path).href).toBe(base + right);
    }
  });
});

describe('files', () => {
  const type = 'application/octet-stream';
  it.each<[PipRepository, string, Buffer]>([
    ['hosted', FILE, SDIST],
    ['hosted', 'packages/storm-kit/1.2/Storm%5FKit-1.2.tar.gz', SDIST],
    ['hosted', 'packages/storm-kit/1.10/storm_kit-1.10-py3-none-any.whl', WHEEL],
    ['hosted', METADATA_FILE, METADATA],
    ['raw', `git.acme.dev:8443/team/eel/eel-external-gitcommit-${REVISION}.tar.gz`, EEL],
    ['raw', `git.acme.dev%3a8443/team/eel/eel-external-gitcommit-${REVISION}.tar.gz?x=y`, EEL],
    ['raw', 'storm-kit/raw.zip', Buffer.from('raw')],
  ])('of %s: %s', async (repository, path, content) => {
    const { status, headers, body } = await call(path, { repository, headers: { 'accept-encoding': 'gzip, br' } });
    expect([status, body]).toEqual([200, content.toString()]);
    expect(headers).toMatchObject({
      'content-type': type,
      'content-length': String(content.length),
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=300',
      vary: 'Authorization',
      etag: `"${digestOf('sha256', content)}"`,
    });
    expect(headers['content-encoding']).toBeUndefined();
  });

  it('are served in ranges', async () => {
    const etag = `"${digestOf('sha256', SDIST)}"`;
    const size = SDIST.length;
    const table: [Record<string, string>, number, string | undefined, unknown][] = [
      [{ range: 'bytes=2-7' }, 206, `bytes 2-7/${size}`, SDIST.toString().slice(2, 8)],
      [{ range: 'bytes=28-' }, 206, `bytes 28-${size - 1}/${size}`, SDIST.toString().slice(28)],
      [{ range: 'bytes=-4' }, 206, `bytes ${size - 4}-${size - 1}/${size}`, SDIST.toString().slice(-4)],
      // Longer than the file: uv asks for the end of small wheels like this.
      [{ range: 'bytes=-16384' }, 206, `bytes 0-${size - 1}/${size}`, SDIST.toString()],
      [{ range: 'bytes=2-7', 'if-range': etag }, 206, `bytes 2-7/${size}`, SDIST.toString().slice(2, 8)],
      [{ range: 'bytes=2-7', 'if-range': '"other"' }, 200, undefined, SDIST.toString()],
      [{ range: 'bytes=0-1,4-5' }, 200, undefined, SDIST.toString()],
      [{ range: 'pages=1-2' }, 200, undefined, SDIST.toString()],
      [{ range: `bytes=${size}-` }, 416, `bytes */${size}`, expect.stringContaining(`has ${size} bytes`)],
      [{ range: 'bytes=2-7', 'if-none-match': etag }, 304, undefined, ''],
    ];
    for (const [headers, status, range, body] of table) {
      const answer = await call(FILE, { headers });
      const received = [answer.status, answer.headers['content-range'], answer.body];
      expect([headers, ...received]).toEqual([headers, status, range, body]);
      if (status < 300) expect(answer.headers['content-length']).toBe(String(answer.body.length));
    }
    const head = await call(FILE, { method: 'HEAD', headers: { range: 'bytes=2-7' } });
    expect([head.status, head.headers['content-length']]).toEqual([200, String(size)]);
  });

  it('are not handed out when the store has lost them', async () => {
    const facts = { metadata: Buffer.from('lost metadata') };
    const entry = await hostedFile(service, 'lost', '1', 'lost-1-py3-none-any.whl', Buffer.from('lost'), facts);
    const sealed = await service.seal([entry], { packageManager: 'pip' });
    await service.archive.delete(entry.artifact.sha256);
    await service.archive.delete(digestOf('sha256', facts.metadata));
    for (const path of ['lost-1-py3-none-any.whl', 'lost-1-py3-none-any.whl.metadata']) {
      const own = { ...sealed, path: sealed.repositoryPaths.hosted };
      const response = await service.call(own, `packages/lost/1/${path}`);
      expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('lost or damaged')]);
    }
  });
});

describe.each([...INDEX, FILE, METADATA_FILE])('%s', (path) => {
  it('answers HEAD as GET, without the body', async () => {
    for (const accept of ['*/*', JSON_TYPE]) {
      const calls = ['HEAD', 'GET'].map((method) => call(path, { method, headers: { accept } }));
      const [head, get] = await Promise.all(calls);
      expect([head?.status, head?.body]).toEqual([200, '']);
      for (const name of ['content-type', 'content-length', 'etag', 'cache-control', 'vary', 'accept-ranges']) {
        expect([name, head?.headers[name]]).toEqual([name, get?.headers[name]]);
      }
      expect(head?.headers['content-length']).toBe(String(Buffer.byteLength(get?.body ?? '')));
    }
  });

  it('answers 304 to whom has it', async () => {
    const { etag = '', vary } = (await call(path)).headers;
    expect(await call(path, { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
      body: '',
      headers: { etag, vary, 'cache-control': 'private, max-age=300' },
    });
    expect((await call(path, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });

  it.each(['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])('does not allow %s', async (method) => {
    const own = { ...access, path: access.repositoryPaths.hosted };
    const body = method === 'POST' ? 'x'.repeat(1_000_000) : undefined;
    const response = await service.call(own, path, { method, body });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await response.text()).toContain(method);
  });
});

it('tags each format of a page on its own', async () => {
  const pages = await Promise.all(['*/*', JSON_TYPE].map((type) => pageOf('simple/storm-kit/', type)));
  expect(new Set(pages.map(({ headers }) => headers.etag)).size).toBe(2);
});

describe('what is not locked', () => {
  it.each<[PipRepository, string, string]>([
    ['hosted', '', 'This address'],
    ['hosted', 'simple/foreign/', 'The project foreign'],
    ['hosted', 'simple/constructor/', 'The project constructor'],
    ['hosted', 'simple/eel/', 'The project eel'],
    ['hosted', 'simple/../simple/storm-kit/', 'This address'],
    ['hosted', 'packages/foreign/1/foreign-1.tar.gz', 'The file foreign-1.tar.gz'],
    ['hosted', 'packages/storm-kit/1.3/Storm_Kit-1.2.tar.gz', 'The file Storm_Kit-1.2.tar.gz'],
    ['hosted', 'packages/Storm_Kit/1.2/Storm_Kit-1.2.tar.gz', 'The file Storm_Kit-1.2.tar.gz'],
    ['hosted', 'packages/storm-kit/1.2/storm_kit-1.2.tar.gz', 'The file storm_kit-1.2.tar.gz'],
    ['hosted', `${FILE}.metadata`, 'The file Storm_Kit-1.2.tar.gz.metadata'],
    ['hosted', `${FILE}.asc`, 'The file Storm_Kit-1.2.tar.gz.asc'],
    ['hosted', `${METADATA_FILE}.metadata`, 'The file storm_kit'],
    ['hosted', 'packages/%2Fstorm-kit/raw.zip/raw.zip', 'This address'],
    ['hosted', `git.acme.dev:8443/team/eel/eel-external-gitcommit-${REVISION}.tar.gz`, 'This address'],
    ['raw', '', 'This address'],
    ['raw', 'simple/', 'This address'],
    ['raw', 'simple/storm-kit/', 'This address'],
    ['raw', 'storm-kit/Storm_Kit-1.2.tar.gz', 'The file Storm_Kit-1.2.tar.gz'],
    ['raw', `eel/eel-external-gitcommit-${REVISION}.tar.gz`, 'The file eel'],
    ['raw', `${'a/'.repeat(4_000)}b`, 'The file b'],
  ])('is not found in %s: %s', async (repository, path, what) => {
    const { status, headers, body } = await call(path, { repository });
    expect([status, headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(body.startsWith(what)).toBe(true);
    expect(body).toContain(`is not part of request ${access.id}, whose registry serves what it has locked and`);
  });

  it.each(['', 'simple/', 'simple/storm-kit/'])('is not found where neither part lies: %s', async (path) => {
    expect((await call('', { path: `/${access.path}${path}` })).status).toBe(404);
  });

  it('is counted, as is what is locked, and logged with its request', async () => {
    const logged = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    const counts = () => Promise.all(['hit', 'miss'].map((result) => service.counted('pip', result)));
    const before = await counts();
    for (const path of [...INDEX, FILE, METADATA_FILE, 'simple/foreign/', `${FILE}x`]) await call(path);
    await call('x/y', { repository: 'raw', headers: { authorization: '' } });
    await call('simple/', { headers: { authorization: basic(access.username, 'wrong') } });
    expect((await counts()).map((count, at) => count - (before[at] ?? 0))).toEqual([4, 2]);
    const [hosted, raw] = [access.repositoryPaths.hosted, access.repositoryPaths.raw];
    expect(logged.mock.calls.map(([message]) => message)).toEqual([
      `Request ${access.id}: GET "/${hosted}simple/foreign/" was refused, it is not locked`,
      expect.stringContaining(`Request ${access.id}: GET "/${hosted}packages/storm-kit/1.2/`),
      `Request ${access.id}: GET "/${raw}x/y" was refused, no credentials`,
      `Request ${access.id}: GET "/${hosted}simple/" was refused, wrong credentials`,
    ]);
    logged.mockRestore();
  });
});

describe('access', () => {
  it('needs the credentials of the request, for either part', async () => {
    const other = await service.seal([foreign], { packageManager: 'pip' });
    const npm = await service.seal([], { id: access.id });
    const { hosted, raw } = access.repositoryPaths;
    const table: [string, string, number, string][] = [
      ['none', '', 401, 'needs the credentials'],
      ['a wrong password', basic(access.username, 'wrong'), 401, 'needs the credentials'],
      ['the name of one part as user', basic(`cachito-pip-hosted-${access.id}`, access.password), 401, 'needs'],
      ['another request', basic(other.username, other.password), 403, 'its own registry only'],
      ["the request's own npm", basic(npm.username, npm.password), 403, 'its own registry only'],
    ];
    const paths = [hosted, `${hosted}simple/`, `${hosted}simple`, `${raw}storm-kit/raw.zip`, `${raw}x`];
    for (const path of paths.map((each) => `/${each}`)) {
      for (const [who, authorization, status, message] of table) {
        const { headers, body, ...answer } = await call('', { path, headers: { authorization } });
        expect([who, answer.status, body]).toEqual([who, status, expect.stringContaining(message)]);
        const challenge = status === 401 ? expect.stringMatching(/^Basic realm=/) : undefined;
        expect(headers['www-authenticate']).toEqual(challenge);
      }
    }
    expect((await call('', { path: `/${other.repositoryPaths.hosted}simple/foreign/` })).status).toBe(403);
  });

  it('ends with the request', async () => {
    const sealed = await service.seal([foreign], { packageManager: 'pip' });
    const own = { ...sealed, path: sealed.repositoryPaths.hosted };
    expect((await service.call(own, 'simple/foreign/')).status).toBe(200);
    await service.change(sealed.id, 'stale');
    const response = await service.call(own, 'simple/foreign/');
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('ends with the request')]);
  });
});
