import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegistryUpstream } from '../../../config/index.js';
import { testConfiguration } from '../../../config/testing.js';
import { TestArchive, TestUpstream } from '../../../dependencies/testing.js';
import { chooseFiles, type IndexJob } from './choose-files.js';
import type { ChosenFile, ReleaseQuery } from './chosen-file.js';
import { heldFindings } from './held-findings.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

type Page = { type?: string; body: string | Buffer; headers?: Record<string, string>; status?: number };
type ListedFile = string | { filename: string; [key: string]: unknown };

function jsonPage(...files: ListedFile[]): Page {
  const listed = files.map((file) => (typeof file === 'string' ? { filename: file } : file));
  const complete = listed.map((file) => ({ url: `/files/${file.filename}`, hashes: { sha256: A }, ...file }));
  return { body: JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'kite', files: complete }) };
}

function htmlPage(...names: string[]): Page {
  return { type: 'text/html', body: names.map((name) => `<a href="/files/${name}#sha256=${A}">${name}</a>`).join('\n') };
}

const query = (name: string, version = '1.0', overrides: Partial<ReleaseQuery> = {}): ReleaseQuery => ({ name, version, hashes: [], wheels: undefined, ...overrides });

describe('chooseFiles', () => {
  let test: TestArchive;
  let server: TestUpstream;
  let pages: Map<string, Page>;
  let logged: string[];
  let seen: { accept: string | undefined; conditional: boolean }[];

  beforeAll(async () => {
    test = await TestArchive.open();
    server = await new TestUpstream((path, request, response) => {
      seen.push({ accept: request.headers.accept, conditional: request.headers['if-none-match'] !== undefined });
      if (path.includes('/silent/')) return;
      const page = pages.get(path);
      if (page === undefined) return void response.writeHead(404).end('no such page');
      const etag = `"${Buffer.from(page.body).length}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      response.writeHead(page.status ?? 200, { 'content-type': page.type ?? JSON_TYPE, etag, ...page.headers }).end(page.body);
    }).listen();
  });
  afterAll(async () => {
    server.close();
    await test.close();
  });
  beforeEach(async () => {
    await test.database.dataSource.query('TRUNCATE "finding", "kept_document"');
    [pages, logged, seen] = [new Map(), [], []];
    server.calls.clear();
  });

  const index = (name: string, overrides: Partial<RegistryUpstream> = {}): RegistryUpstream => ({ url: server.url(`/${name}/`), public: false, scopes: [], fallback: 'next', ...overrides });

  interface Options {
    indexes?: RegistryUpstream[];
    allowYanked?: boolean;
    offline?: boolean;
    signal?: AbortSignal;
  }
  function job({ indexes = [index('pypi')], allowYanked = false, offline = false, signal = new AbortController().signal }: Options = {}): IndexJob {
    const defaults = testConfiguration();
    const settings = { ...defaults, pip: { ...defaults.pip, allowYanked }, upstreams: { ...defaults.upstreams, pip: indexes } };
    const log = (message: string): void => void logged.push(message);
    return { keptDocuments: test.keptDocuments.forRequest({ offline }), findings: test.findings, settings, log: { debug: log, info: log, warn: log, error: log }, signal };
  }
  const choose = (queries: ReleaseQuery[], options: Options = {}): Promise<ChosenFile[][]> => chooseFiles(queries, job(options));
  const namesOf = (chosen: ChosenFile[][]): string[][] => chosen.map((files) => files.map(({ fileName }) => fileName));

  it('tells everything of a file', async () => {
    pages.set('/pypi/storm-kit/', jsonPage({ filename: 'Storm_Kit-1.0.tar.gz', url: '../../files/x.tar.gz?a=b#sha256=' + A, 'requires-python': '>=3.8', yanked: 'old' }));
    await expect(choose([query('Storm.Kit')], { allowYanked: true })).resolves.toEqual([
      [{ kind: 'sdist', fileName: 'Storm_Kit-1.0.tar.gz', name: 'Storm_Kit', version: '1.0', url: server.url('/files/x.tar.gz?a=b'), digests: { sha256: A }, requiresPython: '>=3.8', yanked: 'old', index: server.url('/pypi/') }],
    ]);
    expect(logged).toEqual(['"Storm.Kit==1.0" was yanked: its publisher has withdrawn it, saying "old". It is taken all the same.']);
    expect(seen).toEqual([{ accept: 'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.1, text/html;q=0.01', conditional: false }]);
  });

  it('asks for a page once, whatever number of its releases is wanted, and keeps the order', async () => {
    pages.set('/pypi/kite/', htmlPage('kite-1.0.tar.gz', 'kite-2.0.zip', 'kite-2.0.tar.gz'));
    pages.set('/pypi/spar/', jsonPage('spar-1.tar.gz'));
    const counts: number[] = [];
    const queries = [query('kite', '2'), query('spar'), query('Kite'), query('kite', '2.0.0')];
    const chosen = await chooseFiles(queries, job(), (count) => counts.push(count));
    expect(namesOf(chosen)).toEqual([['kite-2.0.tar.gz'], ['spar-1.tar.gz'], ['kite-1.0.tar.gz'], ['kite-2.0.tar.gz']]);
    expect([counts, server.totalCalls]).toEqual([[1, 2, 3, 4], 2]);
  });

  it('has nothing to do without queries', async () => {
    await expect(choose([])).resolves.toEqual([]);
  });

  it('resolves addresses against where the page came from', async () => {
    pages.set('/pypi/kite/', { body: '', status: 302, headers: { location: '/mirror/a/b/' } });
    pages.set('/mirror/a/b/', { type: 'text/html', body: '<a href="../kite-1.0.tar.gz">kite-1.0.tar.gz</a>' });
    const [[file]] = await choose([query('kite')]);
    expect([file.url, file.index]).toEqual([server.url('/mirror/a/kite-1.0.tar.gz'), server.url('/pypi/')]);
  });

  describe('with several indexes', () => {
    const two = (first: Partial<RegistryUpstream> = {}): Options => ({ indexes: [index('acme', first), index('pypi')] });
    type Row = [name: string, first: Partial<RegistryUpstream>, acme: Page | undefined, expected: string | RegExp];
    it.each<Row>([
      ['the first one that has the project', {}, jsonPage('kite-1.0.tar.gz'), 'acme'],
      ['the next one when the first says 404', {}, undefined, 'pypi'],
      ['the next one when the first says 410', {}, { status: 410, body: '' }, 'pypi'],
      ['not the next one when the first has other versions', {}, jsonPage('kite-0.9.tar.gz'), /acme\/kite\/ has no file of this version.*"0\.9"/],
      ['not the next one when the first has no files', {}, jsonPage(), /acme\/kite\/ has no file of this version.*no version at all/],
      ['not the next one when the first wants a login', {}, { status: 401, body: '' }, /status 401/],
      ['not the next one when the first is broken', {}, { status: 500, body: '' }, /status 500/],
      ['not the next one when the first shows a login page', {}, { type: 'text/html', body: '<form>' }, /acme\/kite\/ does not answer as a page/],
      ['not the next one when there is no fallback', { fallback: 'never' }, undefined, /no package index has a project of this name \(asked: [^,]*acme\/kite\/\)/],
      ['the next one when the first is for other names', { scopes: ['acme-*'], fallback: 'never' }, jsonPage('kite-1.0.tar.gz'), 'pypi'],
    ])('%s', async (_name, first, acme, expected) => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz'));
      if (acme !== undefined) pages.set('/acme/kite/', acme);
      const chosen = choose([query('kite')], two(first));
      if (expected instanceof RegExp) return expect(chosen).rejects.toThrow(expected);
      expect((await chosen)[0][0].index).toBe(server.url(`/${expected}/`));
      server.calls.clear();
      // Again, without any index.
      expect((await choose([query('kite')], { ...two(first), offline: true }))[0][0].index).toBe(server.url(`/${expected}/`));
      expect(server.totalCalls).toBe(0);
    });

    it('does not take the record of one list of indexes for another list', async () => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz'));
      await choose([query('kite')]);
      pages.set('/acme/kite/', jsonPage('kite-1.0.tar.gz'));
      expect((await choose([query('kite')], two()))[0][0].index).toBe(server.url('/acme/'));
    });

    it('says that no index serves a name', async () => {
      await expect(choose([query('kite')], { indexes: [index('acme', { scopes: ['acme-*'] })] })).rejects.toMatchObject({ name: 'NetworkError', message: expect.stringContaining('No configured package index serves "kite"') });
    });
  });

  describe('what is recorded', () => {
    it('is enough for a repeated request', async () => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz', 'kite-1.0-py3-none-any.whl'));
      const first = await choose([query('kite'), query('kite', '1.0.0')]);
      pages.clear();
      server.calls.clear();
      await expect(choose([query('kite'), query('kite', '1.0.0')])).resolves.toEqual(first);
      expect(server.totalCalls).toBe(0);
    });

    it('is enough for other files of the same release', async () => {
      pages.set('/pypi/kite/', jsonPage({ filename: 'kite-1.0.tar.gz' }, { filename: 'kite-1.0.zip', hashes: { sha256: B } }));
      await choose([query('kite')]);
      server.calls.clear();
      expect(namesOf(await choose([query('kite', '1', { hashes: [{ algorithm: 'sha256', digest: B }] })]))).toEqual([['kite-1.0.zip']]);
      expect(server.totalCalls).toBe(0);
    });

    it.each<[string, Page, Partial<ReleaseQuery>, Options, Page]>([
      ['has no file that will do', jsonPage('kite-1.0.tar.gz'), { hashes: [{ algorithm: 'sha256', digest: B }] }, {}, jsonPage({ filename: 'kite-1.0.zip', hashes: { sha256: B } })],
      ['is yanked', jsonPage({ filename: 'kite-1.0.tar.gz', yanked: true }), {}, {}, jsonPage('kite-1.0.zip')],
    ])('is asked for anew when it %s', async (_name, before, overrides, options, after) => {
      pages.set('/pypi/kite/', before);
      await choose([query('kite')], { ...options, allowYanked: true });
      pages.set('/pypi/kite/', after);
      expect(namesOf(await choose([query('kite', '1.0', overrides)], options))).toEqual([['kite-1.0.zip']]);
      server.calls.clear();
      await choose([query('kite', '1.0', overrides)], options);
      expect(server.totalCalls).toBe(0);
    });

    it('is another version: the page is asked for with its validator, or taken as it is kept', async () => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz', 'kite-2.0.tar.gz', 'kite-3.0.tar.gz'));
      await choose([query('kite')]);
      expect(namesOf(await choose([query('kite'), query('kite', '2.0')]))).toEqual([['kite-1.0.tar.gz'], ['kite-2.0.tar.gz']]);
      expect(seen.map(({ conditional }) => conditional)).toEqual([false, true]);
      pages.clear();
      expect(namesOf(await choose([query('kite', '3.0')], { offline: true }))).toEqual([['kite-3.0.tar.gz']]);
      await expect(choose([query('spar')], { offline: true })).rejects.toMatchObject({ name: 'InvalidRequestData' });
      expect(seen).toHaveLength(2);
    });

    it.each([
      ['no JSON', 'x'],
      ['null', 'null'],
      ['another index', JSON.stringify({ index: 'https://evil.example/', files: [] })],
      ['a name that leads elsewhere', JSON.stringify({ index: '%', files: [{ fileName: '../kite-1.0.tar.gz', url: 'https://evil.example/', digests: {} }] })],
      ['another project', JSON.stringify({ index: '%', files: [{ fileName: 'spar-1.0.tar.gz', url: 'https://evil.example/', digests: {} }] })],
      ['another scheme', JSON.stringify({ index: '%', files: [{ fileName: 'kite-1.0.tar.gz', url: 'file:///etc/passwd', digests: {} }] })],
      ['a malformed digest', JSON.stringify({ index: '%', files: [{ fileName: 'kite-1.0.tar.gz', url: 'https://evil.example/', digests: { sha256: '../x' } }] })],
    ])('is left aside when it is %s', async (_name, content) => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz'));
      const expected = await choose([query('kite')]);
      await test.database.dataSource.query('UPDATE "finding" SET "content" = $1', [content.replace('%', server.url('/pypi/'))]);
      await expect(choose([query('kite')])).resolves.toEqual(expected);
      expect(server.totalCalls).toBe(2);
    });

    it('may be held back until the files are archived', async () => {
      pages.set('/pypi/kite/', jsonPage('kite-1.0.tar.gz'));
      const findings = heldFindings(test.findings);
      await chooseFiles([query('kite')], { ...job(), findings });
      await chooseFiles([query('kite')], { ...job(), findings });
      expect(server.totalCalls).toBe(2);
      await findings.settle();
      await choose([query('kite')]);
      expect(server.totalCalls).toBe(2);
    });
  });

  describe('refuses', () => {
    const hashes = [{ algorithm: 'sha256', digest: B }];
    const wheels = { packages: undefined, arch: ['x86_64'], os: undefined, pythonVersion: undefined, implementation: undefined, abi: undefined, platform: undefined };
    const [WHEEL, ARM] = ['kite-1.0-py3-none-any.whl', 'kite-1.0-cp312-cp312-linux_aarch64.whl'];
    type Row = [name: string, page: Page | undefined, query: Partial<ReleaseQuery>, error: string, message: RegExp];
    it.each<Row>([
      ['no project', undefined, {}, 'InvalidRequestData', /^"kite==1\.0" cannot be had: no package index has a project of this name.*Correct the name/],
      ['no such version', jsonPage('kite-1.1.tar.gz', 'kite-1.2-py3-none-any.whl'), {}, 'InvalidRequestData', /It has "1\.2", "1\.1": pin one that exists/],
      ['a prefix of versions', jsonPage('kite-1.1.tar.gz'), { version: '1.*' }, 'InvalidRequestData', /^"kite==1\.\*" cannot be had/],
      ['no version at all', jsonPage(), {}, 'InvalidRequestData', /It has no version at all/],
      ['wheels only', jsonPage(WHEEL, 'kite-0.9.tar.gz'), {}, 'InvalidRequestData', /has no source distribution: .* has only "kite-1\.0-py3-none-any\.whl"\. Pin a version that has one \(there is one of "0\.9"\), or allow wheels by `binary`/],
      ['no wheel that fits', jsonPage(ARM), { wheels }, 'InvalidRequestData', /neither a source distribution nor a wheel that fits/],
      ['no wheel of a name that is to have one', jsonPage(ARM, 'kite-1.0.tar.gz'), { wheels: { ...wheels, packages: ['kite'] } }, 'InvalidRequestData', /no wheel that fits: .* Widen `binary`/],
      ['only yanked', jsonPage({ filename: 'kite-1.0.tar.gz', yanked: 'it "leaks"' }), {}, 'InvalidRequestData', /was yanked: .*saying "it \\"leaks\\"".*CACHITO_PIP_ALLOW_YANKED/],
      ['no demanded checksum', jsonPage('kite-1.0.tar.gz'), { hashes }, 'InvalidChecksum', /The index has "kite-1\.0\.tar\.gz"/],
      ['the checksum of a wheel', jsonPage('kite-1.0.tar.gz', { filename: WHEEL, hashes: { sha256: B } }), { hashes }, 'InvalidChecksum', /those of "kite-1\.0-py3-none-any\.whl", which would not be taken/],
      ['a malformed checksum', jsonPage({ filename: 'kite-1.0.tar.gz', hashes: { sha256: '../..' } }), {}, 'InvalidRequestData', /no file that can be used \("kite-1\.0\.tar\.gz" is left out: its checksum is malformed\)/],
      ['a hostile name of a file', jsonPage({ filename: 'kite-1.0/../../x.tar.gz' }, 'kite-1.0\n.tar.gz'), {}, 'InvalidRequestData', /has no file of this version/],
      ['a web page', { type: 'text/html', body: '<form action="/login">' }, {}, 'NetworkError', /login page/],
      ['another type', { type: 'text/plain', body: 'kite-1.0.tar.gz' }, {}, 'NetworkError', /its type is "text\/plain"/],
      ['a later interface', { type: 'application/vnd.pypi.simple.v2+json', body: '{}' }, {}, 'NetworkError', /version 2 of its interface/],
      ['a broken index', { status: 503, body: '' }, {}, 'NetworkError', /status 503/],
      ['a page that is longer than it says', { body: '{"files": []}', headers: { 'content-length': '5' } }, {}, 'NetworkError', /./],
      ['a page that is shorter than it says', { body: '{"files": []}', headers: { 'content-length': '500', connection: 'close' } }, {}, 'NetworkError', /./],
      ['a compressed bomb', { body: gzipSync(Buffer.alloc(100 << 20, ' ')), headers: { 'content-encoding': 'gzip' } }, {}, 'NetworkError', /./],
      ['deep JSON', { body: `{"files": ${'['.repeat(1 << 20)}` }, {}, 'NetworkError', /no JSON document/],
      ['deep HTML', { type: 'text/html', body: '<b>'.repeat(1 << 18) }, {}, 'NetworkError', /nested too deeply/],
      ['very many files of one version', jsonPage(...Array<string>(3000).fill('kite-1.0.tar.gz')), {}, 'NetworkError', /more than 2000 files/],
    ])('%s', async (_name, page, overrides, error, message) => {
      if (page !== undefined) pages.set('/pypi/kite/', page);
      await expect(choose([query('kite', '1.0', overrides)])).rejects.toMatchObject({ name: error, message: expect.stringMatching(message) });
    });

    it('an index that is not there', async () => {
      await expect(choose([query('kite')], { indexes: [{ ...index('x'), url: 'http://127.0.0.1:1/simple/' }] })).rejects.toMatchObject({ name: 'NetworkError' });
    });

    it.each([['../kite'], ['kite/..'], ['kite%2f'], ['ki te'], ['-kite'], ['kite.'], ['\u212aite'], ['a'.repeat(201)], ['']])('the name %p', async (name) => {
      await expect(choose([query(name)])).rejects.toMatchObject({ name: 'ValidationError' });
      expect(server.totalCalls).toBe(0);
    });
  });

  it('reads very large pages aside', async () => {
    const files = Array.from({ length: 100_000 }, (_, at) => `kite-1.${at}.tar.gz`);
    pages.set('/pypi/kite/', jsonPage(...files));
    pages.set('/pypi/spar/', htmlPage(...files.map((name) => name.replace('kite', 'spar'))));
    const chosen = await choose([query('kite', '1.99999'), query('spar', '1.5')]);
    expect(namesOf(chosen)).toEqual([['kite-1.99999.tar.gz'], ['spar-1.5.tar.gz']]);
    await expect(choose([query('kite', '2')])).rejects.toThrow(/It has "1\.99999", .*"1\.99995"/);
  });

  it('logs files that cannot be taken', async () => {
    pages.set('/pypi/kite/', jsonPage({ filename: 'kite-1.0.tar.gz', hashes: { sha256: 'x' } }, 'kite-1.0.zip'));
    expect(namesOf(await choose([query('kite')]))).toEqual([['kite-1.0.zip']]);
    expect(logged).toEqual([expect.stringMatching(/kite\/ names the file "kite-1\.0\.tar\.gz", which cannot be taken: its checksum is malformed\.$/)]);
  });

  it('ends everything with the first failure', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `kite${at}`);
    for (const name of names.slice(1)) pages.set(`/pypi/${name}/`, jsonPage(`${name}-1.0.tar.gz`));
    await expect(choose(names.map((name) => query(name)))).rejects.toThrow(/"kite0==1\.0" cannot be had/);
    expect(server.totalCalls).toBeLessThan(60);
  });

  it('stops when it is told to, and so do pages that nobody answers after a failure', async () => {
    const abort = new AbortController();
    const chosen = choose([query('silent')], { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('cancelled')), 50);
    await expect(chosen).rejects.toThrow('cancelled');
    await expect(choose([query('silent')], { signal: abort.signal })).rejects.toThrow('cancelled');
    await expect(choose([query('silent'), query('kite')])).rejects.toThrow(/"kite==1\.0" cannot be had/);
  });
});
