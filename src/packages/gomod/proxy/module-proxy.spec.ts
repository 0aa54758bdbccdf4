import { get, request as sendRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestArchive } from '../../../dependencies/testing.js';
import { InvalidChecksum, NetworkError } from '../../../errors/index.js';
import { served, sumLines, type TestModule } from './__fixtures__/modules.js';
import { TestModuleProxy } from './__fixtures__/proxies.js';
import { TestChecksums, testStore, type TestStoreOptions } from './__fixtures__/test-store.js';
import { ModuleProxy } from './module-proxy.js';
import type { ModuleStore } from './module-store.js';

const KITE: TestModule = { path: 'github.com/Acme/kite', version: 'v1.2.3', files: { 'kite.go': 'package kite\n' } };
const SECRET: TestModule = { path: 'acme.dev/secret', version: 'v0.1.0' };
const KITE_FILES = 'github.com/!acme/kite/@v/v1.2.3';

let test: TestArchive;
let upstream: TestModuleProxy;
let proxy: ModuleProxy;
let store: ModuleStore;
let checksums: TestChecksums;
let ending: AbortController;

beforeAll(async () => {
  test = await TestArchive.open();
  upstream = await new TestModuleProxy().listen();
});
beforeEach(async () => {
  upstream.serve([KITE, SECRET]);
  await test.clear();
  await start();
});
afterEach(() => proxy.close());
afterAll(async () => {
  upstream?.close();
  await test?.close();
});

async function start(options: Partial<TestStoreOptions> = {}, sums = sumLines(KITE)): Promise<void> {
  checksums = new TestChecksums();
  ending = new AbortController();
  store = testStore(test, { upstreams: [upstream.entry()], sums, checksums, ...options }).store;
  await open(store);
}

async function open(from: ModuleStore): Promise<void> {
  await proxy?.close();
  proxy = await ModuleProxy.start(from, checksums, ending.signal);
}

interface Got {
  status: number | undefined;
  type: string | undefined;
  length: string | undefined;
  body: string;
}

async function call(path: string, options: RequestOptions = {}): Promise<Got> {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    sendRequest(proxy.url, { path: `${new URL(proxy.url).pathname}/${path}`, ...options }, resolve).on('error', reject).end(),
  );
  const { statusCode: status, headers } = response;
  return { status, type: headers['content-type'], length: headers['content-length'], body: String(await buffer(response)) };
}

describe('ModuleProxy', () => {
  it('speaks the protocol', async () => {
    const { info, mod, zip } = served(KITE);
    upstream.say('github.com/!acme/kite/@latest', '{"Version":"v1.2.3"}');
    upstream.say('github.com/!acme/kite/@v/main.info', '{"Version":"v1.2.4-0.20240506070809-0123456789ab"}');
    const text = 'text/plain; charset=utf-8';
    const answers: [string, string, Buffer | string][] = [
      [`${KITE_FILES}.info`, 'application/json', info],
      [`${KITE_FILES}.mod`, text, mod],
      [`${KITE_FILES}.zip`, 'application/zip', zip],
      ['github.com/%21acme/kite/@v/v1.2.3.zip', 'application/zip', zip],
      ['github.com/!acme/kite/@v/list', text, 'v1.2.3\n'],
      ['github.com/!acme/kite/@latest', 'application/json', '{"Version":"v1.2.3"}'],
      ['github.com/!acme/kite/@v/main.info', 'application/json', '{"Version":"v1.2.4-0.20240506070809-0123456789ab"}'],
      ['sumdb/sum.golang.org/supported', text, ''],
      ['sumdb/sum.golang.org/latest', 'application/octet-stream', 'signed tree head'],
    ];
    for (const [path, type, body] of answers) {
      const length = String(body.length);
      expect(await call(path)).toEqual({ status: 200, type, length, body: String(body) });
      expect(await call(path, { method: 'HEAD' })).toEqual({ status: 200, type, length, body: '' });
    }
    expect([proxy.failure, store.used.size]).toEqual([undefined, 3]);
  });

  it.each([
    ['github.com/!acme/kite/@v/v9.9.9.info', /^not found: .*github\.com\/Acme\/kite@v9\.9\.9$/],
    ['github.com/!acme/kite/@v/master.mod', /^not found/],
    ['github.com/!acme/unknown/@v/list', /^not found/],
    ['github.com/!acme/unknown/@latest', /^not found/],
    ['github.com/!acme/kite/@v/unknown.info', /^not found/],
    ['github.com/Acme/kite/@v/list', /no address of a module/],
    ['../../etc/passwd', /no address of a module/],
    ['..%2f..%2fetc%2fpasswd/@v/list', /no address of a module/],
    ['', /no address of a module/],
    ['sumdb/sum.golang.org/lookup/example.com/unknown@v1.0.0', /has no lookup/],
  ])('answers 404 to %s', async (path, message) => {
    expect(await call(path)).toEqual(expect.objectContaining({ status: 404, body: expect.stringMatching(message) }));
    expect(proxy.failure).toBeUndefined();
  });

  it('answers nothing to whom does not know its address', async () => {
    for (const path of ['/', `/${KITE_FILES}.zip`, `//${KITE_FILES}.zip`, `/${'0'.repeat(48)}/${KITE_FILES}.zip`])
      expect(await call('', { path })).toMatchObject({ status: 404, body: 'There is nothing here.' });
    expect(upstream.asked).toEqual([]);
    const other = await ModuleProxy.start(store, checksums, ending.signal);
    expect(new URL(other.url).pathname).not.toBe(new URL(proxy.url).pathname);
    await other.close();
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('does not take %s', async (method) => {
    expect(await call(`${KITE_FILES}.zip`, { method })).toMatchObject({ status: 405 });
  });

  it('tells why it cannot answer, and remembers the first reason', async () => {
    upstream.say(`${KITE_FILES}.zip`, served({ ...KITE, files: { 'kite.go': 'other' } }).zip);
    upstream.say(`${KITE_FILES}.info`, 403);
    const { status, type, body } = await call(`${KITE_FILES}.zip`);
    expect([status, type, body]).toEqual([502, 'text/plain; charset=utf-8', expect.stringMatching(/^github\.com\/Acme\/kite v1\.2\.3 does not have/)]);
    expect((await call(`${KITE_FILES}.info`)).status).toBe(502);
    expect(proxy.failure).toBeInstanceOf(InvalidChecksum);
  });

  it('does not tell what nobody foresaw', async () => {
    await open(Object.assign(Object.create(store), { list: () => Promise.reject(new Error('secret')) }));
    expect(await call('github.com/!acme/kite/@v/list')).toMatchObject({ status: 502, body: expect.not.stringMatching(/secret/) });
    expect(proxy.failure).toEqual(new Error('secret'));
  });

  it('names no private module to the checksum database, nor lets go ask another one', async () => {
    await start({ upstreams: [upstream.entry({ scopes: ['acme.dev'], fallback: 'never' })] });
    expect((await call('sumdb/sum.golang.org/lookup/acme.dev/secret@v0.1.0')).status).toBe(404);
    expect((await call('sumdb/sum.golang.org/lookup/nonsense')).status).toBe(404);
    expect((await call('sumdb/sum.example.org/supported')).status).toBe(403);
    expect(checksums.asked).toEqual([]);
    await call('sumdb/sum.golang.org/lookup/example.com/kite@v1.2.3');
    await call('sumdb/sum.golang.org/tile/8/0/000.p/1');
    expect(checksums.asked).toEqual(['lookup/example.com/kite@v1.2.3', 'tile/8/0/000.p/1']);
  });

  it('sends as fast as the client reads, and stops when that leaves', async () => {
    let read = 0;
    let destroyed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (destroyed = resolve));
    const endless = new Readable({
      read() {
        read += 65536;
        this.push(Buffer.alloc(65536));
      },
      destroy(error, done) {
        destroyed();
        done(error);
      },
    });
    const artifact = await store.file('zip', KITE, ending.signal);
    await open(Object.assign(Object.create(store), { file: async () => ({ ...artifact, size: 1e9 }), open: async () => endless }));
    const response = await new Promise<IncomingMessage>((resolve) => get(`${proxy.url}/${KITE_FILES}.zip`, resolve));
    await new Promise((resolve) => response.once('readable', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(read).toBeLessThan(50_000_000);
    response.destroy();
    await gone;
    expect(proxy.failure).toBeUndefined();
  });

  it('breaks off when the archive does, so that nobody takes half for the whole', async () => {
    const artifact = await store.file('zip', KITE, ending.signal);
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('PK');
        throw new NetworkError('gone');
      })(),
    );
    await open(Object.assign(Object.create(store), { file: async () => ({ ...artifact, size: 1000 }), open: async () => broken }));
    await expect(call(`${KITE_FILES}.zip`)).rejects.toThrow(/aborted|hang up/);
    expect(proxy.failure).toEqual(new NetworkError('gone'));
  });

  it('leaves the upstream when its client leaves', async () => {
    const left = new Promise<void>((resolve) => {
      upstream.say(`${KITE_FILES}.zip`, (response) => {
        response.once('close', resolve);
        client.destroy();
      });
    });
    const client = get(`${proxy.url}/${KITE_FILES}.zip`).on('error', () => undefined);
    await left;
    expect(proxy.failure).toBeUndefined();
  });

  it('ends with its signal, whatever is under way, and may be closed again', async () => {
    const asked = new Promise<void>((resolve) => upstream.say(`${KITE_FILES}.zip`, () => resolve()));
    const answer = call(`${KITE_FILES}.zip`);
    answer.catch(() => undefined);
    await asked;
    ending.abort();
    await expect(answer).rejects.toThrow();
    await proxy.close();
    await expect(call(`${KITE_FILES}.info`)).rejects.toThrow(/ECONNREFUSED/);
    expect(proxy.failure).toBeUndefined();
    await expect(ModuleProxy.start(store, checksums, ending.signal)).rejects.toThrow(/abort/i);
  });

  it('answers many at once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => call(`${KITE_FILES}.zip`)));
    expect(answers.every(({ status, body }) => status === 200 && body === String(served(KITE).zip))).toBe(true);
    expect(upstream.upstream.totalCalls).toBe(1);
  });
});
