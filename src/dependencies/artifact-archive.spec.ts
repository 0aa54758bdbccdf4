import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import { testConfiguration } from '../config/testing.js';
import { openTestDatabase, type TestDatabase } from '../database/testing.js';
import { DownloadModule, Retries } from '../download/index.js';
import { InvalidChecksum, InvalidRequestData, NetworkError, UnsupportedFeature } from '../errors/index.js';
import { ArchiveStore } from '../store/index.js';
import { StoreModule } from '../store/store.module.js';
import { ArtifactArchive } from './artifact-archive.js';
import type { ArtifactSpec } from './artifact.js';
import { ArtifactReferences } from './artifact-references.js';
import { Global, Module } from '@nestjs/common';

const CONTENT = Buffer.from('an archive '.repeat(1000));
const digest = (algorithm: string, content = CONTENT) => createHash(algorithm).update(content).digest('hex');
const configuration = testConfiguration({});

@Global()
@Module({ providers: [{ provide: Configuration, useValue: { ...configuration, outbound: { ...configuration.outbound, maxArtifactSize: 100_000 } } }], exports: [Configuration] })
class TestConfigurationModule {}

describe('ArtifactArchive', () => {
  let database: TestDatabase;
  let server: Server;
  let module: TestingModule;
  let archive: ArtifactArchive;
  let store: ArchiveStore;
  let handler: RequestListener;
  let calls = 0;
  const { signal } = new AbortController();

  beforeAll(async () => {
    database = await openTestDatabase();
    server = createServer((request, response) => {
      calls++;
      handler(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    module = await Test.createTestingModule({
      imports: [TestConfigurationModule, StoreModule, DownloadModule],
      providers: [ArtifactArchive, ArtifactReferences, { provide: DataSource, useValue: database.dataSource }],
    })
      .overrideProvider(Retries)
      .useValue(new Retries({ attempts: 3, firstDelay: 1, maxDelay: 5 }))
      .compile();
    await module.init();
    archive = module.get(ArtifactArchive);
    store = module.get(ArchiveStore);
  });
  afterEach(async () => {
    calls = 0;
    await database.dataSource.query('TRUNCATE "artifact" CASCADE');
    for await (const { sha256 } of store.list()) await store.delete(sha256);
  });
  afterAll(async () => {
    await module?.close();
    server?.closeAllConnections();
    server?.close();
    await database?.close();
  });

  const serve = (content: Buffer = CONTENT, headers: Record<string, string> = {}): RequestListener => (_, response) =>
    response.writeHead(200, headers).end(content);

  function spec(overrides: Partial<ArtifactSpec> = {}): ArtifactSpec {
    const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kite.tgz`;
    return { ecosystem: 'npm', name: 'kite', version: '2.1.3', upstream, digests: { sha512: digest('sha512') }, verifiedBy: 'package-lock.json', ...overrides };
  }

  async function blobs(): Promise<number> {
    let count = 0;
    for await (const blob of store.list()) count += blob.size > 0 ? 1 : 0;
    return count;
  }

  it('fetches once, checks, stores and records; later calls cost no network', async () => {
    handler = serve();
    const first = await archive.get(spec(), signal);
    expect(first).toMatchObject({ name: 'kite', sha256: digest('sha256'), size: CONTENT.length, verifiedBy: 'package-lock.json' });
    expect(first.digests).toEqual({ sha256: digest('sha256'), sha512: digest('sha512') });
    expect(await buffer(await store.read(first.sha256))).toEqual(CONTENT);
    expect(await archive.get(spec(), signal)).toEqual(first);
    // A digest that was not recorded is computed from the store.
    expect(await archive.get(spec({ digests: { sha1: digest('sha1') } }), signal)).toEqual(first);
    expect(await archive.forRequest({ offline: true }).get(spec(), signal)).toEqual(first);
    expect(calls).toBe(1);
    const references: string[] = [];
    for await (const sha256 of module.get(ArtifactReferences).references('archive')) references.push(sha256);
    expect(references).toEqual([first.sha256]);
  });

  it('lets everybody who asks at once share one fetch, one of whom may leave', async () => {
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      handler = (_, response) => {
        answer = () => void response.end(CONTENT);
        resolve();
      };
    });
    const leaver = new AbortController();
    const left = archive.get(spec(), leaver.signal);
    const all = Array.from({ length: 20 }, () => archive.get(spec(), signal));
    await asked;
    leaver.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    answer();
    expect(new Set((await Promise.all(all)).map(({ id }) => id)).size).toBe(1);
    expect(calls).toBe(1);
  });

  it('fetches a lost blob again, which must be the same', async () => {
    handler = serve();
    const first = await archive.get(spec(), signal);
    await store.delete(first.sha256);
    expect(await archive.get(spec(), signal)).toEqual(first);
    await store.delete(first.sha256);
    handler = serve(Buffer.from('something else'));
    await expect(archive.get(spec({ digests: {} }), signal)).rejects.toBeInstanceOf(InvalidChecksum);
  });

  const REFUSED: [string, RequestListener, Partial<ArtifactSpec>, new (...args: never[]) => Error, number][] = [
    ['another digest', serve(), { digests: { sha512: digest('sha512', Buffer.from('x')) } }, InvalidChecksum, 1],
    ['one wrong digest among several', serve(), { digests: { sha256: digest('sha256'), sha1: digest('sha1', Buffer.from('x')) } }, InvalidChecksum, 1],
    ['a malformed digest', serve(), { digests: { sha256: 'abc' } }, InvalidChecksum, 0],
    ['a digest that nobody knows', serve(), { digests: { crc: 'abc' } }, UnsupportedFeature, 0],
    ['a web page by its type', serve(CONTENT, { 'Content-Type': 'text/html; charset=utf-8' }), { digests: {} }, NetworkError, 1],
    ['a web page by its content', serve(Buffer.from('\n<!DOCTYPE html><title>Log in</title>')), { digests: {} }, NetworkError, 1],
    ['a web page behind a byte order mark and a comment', serve(Buffer.from('\ufeff<!-- a --> <html>')), { digests: {} }, NetworkError, 1],
    ['a missing file', (_, response) => response.writeHead(404).end('no'), {}, NetworkError, 1],
    ['a server that is down for long', (_, response) => response.writeHead(503).end('no'), {}, NetworkError, 3],
    ['a connection that breaks each time', (_, response) => response.writeHead(200, { 'Content-Length': '50' }).write('x', () => response.destroy()), {}, NetworkError, 3],
    ['a file that is too large', serve(Buffer.alloc(200_000, 1)), { digests: {} }, Error, 1],
  ];
  it.each(REFUSED)('refuses %s and stores nothing', async (_, listener, overrides, error, expectedCalls) => {
    handler = listener;
    await expect(archive.get(spec(overrides), signal)).rejects.toBeInstanceOf(error);
    expect(calls).toBe(expectedCalls);
    expect(await blobs()).toBe(0);
    expect(await database.dataSource.query('SELECT 1 FROM "artifact"')).toEqual([]);
  });

  it('archives what begins with many comments and is no web page', async () => {
    handler = serve(Buffer.from('<!---->'.repeat(100)));
    expect((await archive.get(spec({ digests: {} }), signal)).size).toBe(700);
  });

  it('repeats what failed for the moment', async () => {
    handler = (request, response) => (calls < 3 ? response.writeHead(429, { 'Retry-After': '0' }).end() : serve()(request, response));
    expect((await archive.get(spec(), signal)).size).toBe(CONTENT.length);
    expect(calls).toBe(3);
  });

  it('fetches nothing offline', async () => {
    handler = serve();
    await expect(archive.get(spec(), signal, { offline: true })).rejects.toBeInstanceOf(InvalidRequestData);
    expect(calls).toBe(0);
  });
});
