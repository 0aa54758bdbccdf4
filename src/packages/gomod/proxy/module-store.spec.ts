import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestArchive } from '../../../dependencies/testing.js';
import { InvalidChecksum, InvalidFileFormat, InvalidRequestData, NetworkError } from '../../../errors/index.js';
import { served, sumLines, type TestModule } from './__fixtures__/modules.js';
import { type Answer, TestModuleProxy } from './__fixtures__/proxies.js';
import { TestChecksums, testStore, type TestStoreOptions } from './__fixtures__/test-store.js';
import type { ModuleFileKind, ModuleStore } from './module-store.js';

const KITE: TestModule = { path: 'example.com/kite', version: 'v1.2.3', files: { 'kite.go': 'package kite\n' } };
const OTHER_KITE: TestModule = { ...KITE, files: { 'kite.go': 'package kite // by somebody else\n', 'go.mod': 'module example.com/other\n' } };
const DIAL: TestModule = { path: 'github.com/Acme/dial/v2', version: 'v2.0.0-20240506070809-0123456789ab' };
const SECRET: TestModule = { path: 'acme.dev/secret', version: 'v0.1.0' };
const KINDS: readonly ModuleFileKind[] = ['info', 'mod', 'zip'];
const { signal } = new AbortController();

let test: TestArchive;
let proxy: TestModuleProxy;
let team: TestModuleProxy;

beforeAll(async () => {
  test = await TestArchive.open();
  proxy = await new TestModuleProxy().listen();
  team = await new TestModuleProxy().listen();
});
beforeEach(async () => {
  proxy.serve([KITE, DIAL]);
  team.serve([SECRET]);
  await test.clear();
});
afterAll(async () => {
  proxy?.close();
  team?.close();
  await test?.close();
});

function storeOf(options: Partial<TestStoreOptions> = {}) {
  return testStore(test, { upstreams: [proxy.entry()], ...options });
}

async function all(store: ModuleStore, module: TestModule) {
  const artifacts = await Promise.all(KINDS.map((kind) => store.file(kind, module, signal)));
  return artifacts.map((artifact) => artifact?.verifiedBy);
}

describe('one file', () => {
  it('is fetched, checked against go.sum, recorded with its h1, and served for ever', async () => {
    const { store } = storeOf({ sums: sumLines(DIAL) });
    expect(await all(store, DIAL)).toEqual(['none', 'go.sum', 'go.sum']);
    const zip = await store.file('zip', DIAL, signal);
    expect(zip).toMatchObject({
      ecosystem: 'gomod',
      name: DIAL.path,
      version: DIAL.version,
      upstream: `${proxy.entry().url}github.com/!acme/dial/v2/@v/${DIAL.version}.zip`,
      digests: { h1: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(zip && (await buffer(await store.open(zip)))).toEqual(served(DIAL).zip);
    expect([...store.used.keys()].sort()).toEqual(KINDS.map((kind) => `${kind} ${DIAL.path}@${DIAL.version}`));
    expect(store.used.get(`zip ${DIAL.path}@${DIAL.version}`)).toEqual({ kind: 'zip', path: DIAL.path, version: DIAL.version, artifact: zip });
    expect(proxy.asked).toHaveLength(3);

    const offline = storeOf({ offline: true, sums: sumLines(DIAL) }).store;
    expect(await all(offline, DIAL)).toEqual(['none', 'go.sum', 'go.sum']);
    expect(proxy.upstream.totalCalls).toBe(3);
  });

  it('is checked against the checksum database when no go.sum names it, once', async () => {
    const checksums = new TestChecksums([KITE]);
    expect(await all(storeOf({ checksums }).store, KITE)).toEqual(['none', 'checksum database', 'checksum database']);
    expect(checksums.asked).toEqual(['example.com/kite@v1.2.3', 'example.com/kite@v1.2.3']);
    const later = new TestChecksums();
    expect(await all(storeOf({ checksums: later }).store, KITE)).toEqual(['none', 'checksum database', 'checksum database']);
    expect([later.asked, proxy.upstream.totalCalls]).toEqual([[], 3]);
  });

  it('is fetched once by two requests that want it at once', async () => {
    const stores = [1, 2].map(() => storeOf({ sums: sumLines(KITE) }).store);
    await Promise.all(stores.flatMap((store) => [store.prefetch(signal), all(store, KITE)]));
    expect([proxy.asked, proxy.upstream.totalCalls]).toEqual([KINDS.map((kind) => `example.com/kite/@v/v1.2.3.${kind}`), 3]);
  });

  it.each<[string, ModuleFileKind, string]>([
    ['a branch', 'info', 'master'],
    ['half a version', 'zip', 'v1'],
    ['latest', 'mod', 'latest'],
    ['build metadata', 'zip', 'v1.2.3+meta'],
    ['a way out', 'zip', '../../v1.2.3'],
  ])('is none for %s, and nobody is asked', async (_, kind, version) => {
    const { store } = storeOf();
    expect(await store.file(kind, { path: KITE.path, version }, signal)).toBeUndefined();
    expect([store.used.size, proxy.asked]).toEqual([0, []]);
  });

  it.each([404, 410])('is none when all say %i, who are asked once', async (status) => {
    const second = await new TestModuleProxy().listen();
    try {
      const { store } = storeOf({ upstreams: [proxy.entry(), second.entry()], sums: sumLines(KITE) });
      proxy.say('example.com/kite/@v/v1.2.3.zip', status);
      second.say('example.com/kite/@v/v1.2.3.zip', status);
      expect(await store.file('zip', KITE, signal)).toBeUndefined();
      expect(await store.file('zip', KITE, signal)).toBeUndefined();
      expect([store.used.size, proxy.upstream.totalCalls, second.upstream.totalCalls]).toEqual([0, 1, 1]);
    } finally {
      second.close();
    }
  });

  it('comes from the next proxy when one does not have it', async () => {
    team.serve([KITE]);
    proxy.serve([]);
    const { store } = storeOf({ upstreams: [proxy.entry(), team.entry()], sums: sumLines(KITE) });
    expect(await all(store, KITE)).toEqual(['none', 'go.sum', 'go.sum']);
  });

  it('comes after a while from a proxy that has trouble', async () => {
    proxy.say('example.com/kite/@v/v1.2.3.zip', (response, call) => {
      if (call === 1) response.writeHead(500).end('no');
      else if (call === 2) response.writeHead(200, { 'Content-Length': 1000 }).write('PK', () => response.destroy());
      else response.writeHead(200).end(served(KITE).zip);
    });
    expect(await all(storeOf({ sums: sumLines(KITE) }).store, KITE)).toEqual(['none', 'go.sum', 'go.sum']);
  });

  type Refusal = [string, ModuleFileKind, Answer, new (message: string) => Error, RegExp];
  it.each<Refusal>([
    ['another zip', 'zip', served(OTHER_KITE).zip, InvalidChecksum, /^example\.com\/kite v1\.2\.3 .*h1:\S+ that go\.sum names/],
    ['another go.mod', 'mod', served(OTHER_KITE).mod, InvalidChecksum, /^example\.com\/kite v1\.2\.3 .*that go\.sum \(in its \/go\.mod line\) names/],
    ['half a zip', 'zip', served(KITE).zip.subarray(0, 100), InvalidFileFormat, /kite/],
    ['no zip', 'zip', 'a text', InvalidFileFormat, /kite/],
    ['a login page as zip', 'zip', '<!doctype html><title>Log in</title>', NetworkError, /web page/],
    ['a login page as go.mod', 'mod', '<html>', NetworkError, /web page/],
    ['a login page as .info', 'info', '<html>', NetworkError, /web page/],
    ['.info of another version', 'info', '{"Version":"v1.2.4","Time":"2024-05-06T07:08:09Z"}', NetworkError, /makes no sense/],
    ['no access', 'zip', 403, NetworkError, /status 403, so it wants credentials/],
    ['a server that is down', 'zip', 500, NetworkError, /status 500/],
  ])('is refused, and not stored: %s', async (_, kind, answer, error, message) => {
    proxy.say(`example.com/kite/@v/v1.2.3.${kind}`, answer);
    const { store } = storeOf({ sums: sumLines(KITE) });
    await expect(store.file(kind, KITE, signal)).rejects.toThrow(error);
    await expect(store.file(kind, KITE, signal)).rejects.toThrow(message);
    expect([await test.rows(), store.used.size]).toEqual([[], 0]);
  });

  it('is refused when the checksum database says otherwise, or does not know it', async () => {
    const wrong = storeOf({ checksums: new TestChecksums([OTHER_KITE]) }).store;
    await expect(wrong.file('zip', KITE, signal)).rejects.toThrow(/that the checksum database names/);
    await expect(wrong.file('mod', KITE, signal)).rejects.toThrow(InvalidChecksum);
    await expect(storeOf().store.file('zip', KITE, signal)).rejects.toThrow(/^Nothing vouches for example\.com\/kite v1\.2\.3: .*go mod tidy/);
    expect(await test.rows()).toEqual([]);
  });

  it('is refused when it is archived and go.sum names another one', async () => {
    await all(storeOf({ sums: sumLines(KITE) }).store, KITE);
    const { store } = storeOf({ sums: sumLines(OTHER_KITE) });
    await expect(store.file('zip', KITE, signal)).rejects.toThrow(InvalidChecksum);
  });

  it('is refused offline when it is not archived, by name', async () => {
    const { store } = storeOf({ offline: true });
    await expect(store.file('zip', KITE, signal)).rejects.toThrow(new InvalidRequestData('example.com/kite v1.2.3 is not archived, and the request forbids to fetch anything.'));
  });

  it('is refused when no proxy is for it', async () => {
    const { store } = storeOf({ upstreams: [team.entry({ scopes: ['acme.dev'], fallback: 'never' })] });
    await expect(store.file('mod', KITE, signal)).rejects.toThrow('No configured module proxy serves example.com/kite');
    expect(await store.list(KITE.path, signal)).toBeUndefined();
    expect(team.asked).toEqual([]);
  });

  it('is not waited for when the caller leaves', async () => {
    const leaver = new AbortController();
    const asked = new Promise<void>((resolve) => proxy.say('example.com/kite/@v/v1.2.3.zip', () => resolve()));
    const { store } = storeOf({ sums: sumLines(KITE) });
    const left = store.file('zip', KITE, leaver.signal);
    await asked;
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
  });
});

describe('a private module', () => {
  const upstreams = () => [proxy.entry(), team.entry({ scopes: ['acme.dev'], fallback: 'never' })];

  it('is known to its own proxy only, and to no checksum database', async () => {
    const checksums = new TestChecksums();
    const { store } = storeOf({ upstreams: upstreams(), checksums });
    expect(await all(store, SECRET)).toEqual(['none', 'none', 'none']);
    expect([store.isPublic(SECRET.path), store.isPublic(KITE.path)]).toEqual([false, true]);
    await store.list(SECRET.path, signal);
    await store.latest(SECRET.path, signal);
    await store.query(SECRET.path, 'main', signal);
    expect(await store.file('zip', { path: 'acme.dev/unknown', version: 'v1.0.0' }, signal)).toBeUndefined();
    expect(await store.list('acme.dev/unknown', signal)).toBeUndefined();
    team.say('acme.dev/down/@v/list', 500);
    await expect(store.list('acme.dev/down', signal)).rejects.toThrow(NetworkError);
    expect([proxy.asked, checksums.asked]).toEqual([[], []]);
  });

  it('is checked against go.sum, and prefetched from there', async () => {
    const { store } = storeOf({ upstreams: upstreams(), sums: sumLines(SECRET) + sumLines(KITE) });
    await store.prefetch(signal);
    expect(await all(store, SECRET)).toEqual(['none', 'go.sum', 'go.sum']);
    expect(proxy.asked).toEqual(KINDS.map((kind) => `example.com/kite/@v/v1.2.3.${kind}`));
    expect(team.asked).toEqual(KINDS.map((kind) => `acme.dev/secret/@v/v0.1.0.${kind}`));
  });
});

describe('prefetch', () => {
  const SPARE: TestModule = { path: 'example.com/spare', version: 'v1.0.0' };
  const graphOnly = (module: TestModule): string => sumLines(module).split('\n')[1] + '\n';

  it('archives what go.sum names, which is not used thereby', async () => {
    proxy.serve([KITE, DIAL, SPARE]);
    const progress: [number, number][] = [];
    const { store } = storeOf({ sums: sumLines(KITE) + sumLines(DIAL) + graphOnly(SPARE) });
    await store.prefetch(signal, (done, total) => progress.push([done, total]));
    expect(await test.rows()).toHaveLength(7);
    expect([store.used.size, progress.length, progress.at(-1)]).toEqual([0, 7, [7, 7]]);
    expect(proxy.asked).toContain('example.com/spare/@v/v1.0.0.mod');
    expect(proxy.asked).not.toContain('example.com/spare/@v/v1.0.0.zip');
    proxy.upstream.calls.clear();
    expect(await all(store, KITE)).toEqual(['none', 'go.sum', 'go.sum']);
    expect(store.used.size).toBe(3);
    const again = storeOf({ sums: sumLines(KITE), offline: true }).store;
    await again.prefetch(signal);
    expect(proxy.asked).toEqual([]);
  });

  it.each<[string, string, RegExp | undefined]>([
    ['nobody has', sumLines({ path: 'example.com/gone', version: 'v1.2.3' }), undefined],
    ['is another one', sumLines({ path: 'example.com/gone', version: 'v1.2.3', files: { x: 'y' } }), /^example\.com\/gone v1\.2\.3 does not have/],
  ])('gets by when go.sum names what %s: only who asks for it hears of it', async (name, gone, failure) => {
    const served = name === 'nobody has' ? [] : [{ path: 'example.com/gone', version: 'v1.2.3' }];
    proxy.serve([KITE, DIAL, SPARE, ...served]);
    const progress: [number, number][] = [];
    const { store, log } = storeOf({ sums: sumLines(KITE) + gone + sumLines(DIAL) + sumLines(SPARE) });
    await store.prefetch(signal, (done, total) => progress.push([done, total]));
    expect([progress.at(-1), log]).toEqual([[12, 12], []]);
    proxy.upstream.calls.clear();
    for (const module of [KITE, DIAL, SPARE]) expect(await all(store, module)).toEqual(['none', 'go.sum', 'go.sum']);
    const asked = store.file('zip', { path: 'example.com/gone', version: 'v1.2.3' }, signal);
    if (failure === undefined) expect(await asked).toBeUndefined();
    else await expect(asked).rejects.toThrow(failure);
    expect(proxy.asked).toEqual([]);
  });

  it('gives up when a proxy does not answer, and says so; a later call still tries', async () => {
    proxy.say('example.com/kite/@v/v1.2.3.zip', 500);
    const { store, log } = storeOf({ sums: sumLines(KITE) });
    await store.prefetch(signal);
    expect(log).toEqual([expect.stringMatching(/^Modules are not fetched ahead: .*status 500/)]);
    proxy.serve([KITE]);
    expect(await all(store, KITE)).toEqual(['none', 'go.sum', 'go.sum']);
  });

  it('is quiet when the request is offline', async () => {
    const { store, log } = storeOf({ sums: sumLines(KITE), offline: true });
    await store.prefetch(signal);
    expect([log, proxy.asked]).toEqual([[], []]);
  });

  it('passes over toolchains, and what is no module', async () => {
    const toolchain = { path: 'golang.org/toolchain', version: 'v0.0.1-go1.22.3.linux-amd64' };
    const { store } = storeOf({ sums: [toolchain, { ...KITE, version: 'master' }, { ...KITE, path: 'kite' }].map(sumLines).join('') });
    await store.prefetch(signal);
    expect(proxy.asked).toEqual([]);
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    proxy.say('example.com/kite/@v/v1.2.3.zip', () => stop.abort(new Error('enough')));
    const { store } = storeOf({ sums: sumLines(KITE) });
    await expect(store.prefetch(stop.signal)).rejects.toThrow('enough');
  });

  it('gives up when too much of go.sum is stale', async () => {
    const stale = Array.from({ length: 1000 }, (_, at) => sumLines({ path: `example.com/m${at}`, version: 'v1.0.0' }));
    const { store, log } = storeOf({ sums: stale.join('') + sumLines(KITE) });
    await store.prefetch(signal);
    expect(log).toEqual([expect.stringMatching(/^Modules are not fetched ahead: More than 100 of the files/)]);
    expect(proxy.asked.length).toBeLessThan(300);
    expect(await all(store, KITE)).toEqual(['none', 'go.sum', 'go.sum']);
  });
});

describe('what is not archived', () => {
  it('is passed on: lists, latest versions, queries', async () => {
    proxy.say('example.com/kite/@latest', '{"Version":"v1.2.3"}');
    proxy.say('example.com/kite/@v/feature#1.info', '{"Version":"v1.2.4-0.20240506070809-0123456789ab"}');
    const { store } = storeOf();
    expect(await store.list(KITE.path, signal)).toBe('v1.2.3\n');
    expect(await store.latest(KITE.path, signal)).toBe('{"Version":"v1.2.3"}');
    expect(await store.query(KITE.path, 'feature#1', signal)).toContain('v1.2.4-0');
    expect(await store.list('example.com/unknown', signal)).toBeUndefined();
    expect(await store.latest('example.com/unknown', signal)).toBeUndefined();
    expect(await store.query(KITE.path, 'unknown', signal)).toBeUndefined();
    expect([await test.rows(), store.used.size]).toEqual([[], 0]);
  });

  it('is what is archived when it comes to versions and no proxy answers', async () => {
    const versions = ['v1.10.0', 'v1.2.3', 'v1.2.3-rc.1', 'v2.0.0+incompatible', 'v1.11.0-0.20240506070809-0123456789ab'];
    const modules = versions.map((version) => ({ ...KITE, version }));
    proxy.serve(modules);
    await storeOf({ sums: modules.map(sumLines).join('') }).store.prefetch(signal);
    const archived = 'v1.2.3-rc.1\nv1.2.3\nv1.10.0\nv2.0.0+incompatible\n';
    proxy.say('example.com/kite/@v/list', 500);
    const { store, log } = storeOf();
    expect(await store.list(KITE.path, signal)).toBe(archived);
    expect(log).toEqual([expect.stringMatching(/^No module proxy answers for the versions of example\.com\/kite/)]);
    proxy.upstream.calls.clear();
    const offline = storeOf({ offline: true }).store;
    expect(await offline.list(KITE.path, signal)).toBe(archived);
    expect(await offline.list('example.com/unknown', signal)).toBeUndefined();
    await expect(offline.latest(KITE.path, signal)).rejects.toThrow(InvalidRequestData);
    await expect(offline.query(KITE.path, 'main', signal)).rejects.toThrow(InvalidRequestData);
    expect(proxy.asked).toEqual([]);
  });

  it('fails where nothing is archived and no proxy answers', async () => {
    proxy.say('example.com/kite/@v/list', 500);
    proxy.say('example.com/kite/@latest', '<html>');
    const { store } = storeOf();
    await expect(store.list(KITE.path, signal)).rejects.toThrow(NetworkError);
    await expect(store.latest(KITE.path, signal)).rejects.toThrow(/web page/);
  });
});
