import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3_SERVER_BUILD_TIMEOUT, startS3Server, type TestS3Server } from '../../../test/support/s3-server.js';
import { itUnless, missingTool } from '../../../test/support/tools.js';
import type { S3Settings } from '../../config/index.js';
import { FileAccessError } from '../../errors/index.js';
import { describeBlobStore, sha256Of, type StoreUnderTest } from '../blob-store.compliance.js';
import { StoreUnavailable } from '../store-unavailable.js';
import { type Fate, type FaultyProxy, startFaultyProxy } from './__fixtures__/faulty-proxy.js';
import { Bucket } from './bucket.js';
import { createS3Client, type Patience } from './client.js';
import { S3BlobStore } from './s3-blob-store.js';

/** The server is built here. */
const NO_S3_SERVER = missingTool('go');
const LARGE = 20 * 1024 * 1024 + 17;

let server: TestS3Server;
let proxy: FaultyProxy;
let scratch: string;
const clients: S3Client[] = [];
let stores = 0;

function newClient(endpoint: string, patience?: Patience, credentials: S3Settings['credentials'] = server): S3Client {
  const client = createS3Client(
    {
      bucket: server.bucket,
      endpoint,
      region: 'us-east-1',
      prefix: undefined,
      pathStyle: true,
      // Frozen, as all of the configuration is.
      credentials: credentials && Object.freeze({ ...credentials }),
      caCertificates: undefined,
      directDownloads: false,
    },
    patience,
  );
  clients.push(client);
  return client;
}

interface OpenStore extends StoreUnderTest {
  store: S3BlobStore;
  client: S3Client;
  /** Key of a blob. */
  keyOf(sha256: string): string;
  uploads: string;
}

/** An empty store: a prefix of its own. */
async function openStore({ endpoint, patience }: { endpoint?: string; patience?: Patience } = {}): Promise<OpenStore> {
  const prefix = `store-${(stores += 1)}`;
  const client = newClient(server.endpoint);
  const uploads = await mkdtemp(join(scratch, 'uploads-'));
  const bucket = new Bucket(endpoint === undefined ? client : newClient(endpoint, patience), server.bucket);
  const keyOf = (sha256: string): string => `${prefix}/archive/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: server.bucket, Prefix: `${prefix}/` })) {
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    }
    return found;
  };
  return {
    store: new S3BlobStore({ bucket, prefix, name: 'archive', uploads }),
    client,
    keyOf,
    uploads,
    damage: async (sha256) => {
      const at = { Bucket: server.bucket, Key: keyOf(sha256) };
      const content = await (await client.send(new GetObjectCommand(at))).Body?.transformToByteArray();
      if (content === undefined) throw new Error('Nothing to damage');
      content[content.length >> 1] ^= 1;
      await client.send(new PutObjectCommand({ ...at, Body: content }));
    },
    leftovers: async () => {
      const present = await keys();
      const markOf = (key: string): string => key.replace('/archive/', '/touched/archive/');
      const blobs = present.filter((key) => /^[^/]+\/archive\/[0-9a-f]{2}\/[0-9a-f]{62}$/.test(key));
      const expected = new Set([...blobs, ...blobs.map(markOf)]);
      const list = new ListMultipartUploadsCommand({ Bucket: server.bucket, Prefix: `${prefix}/` });
      const uploading = await client.send(list);
      return [
        ...present.filter((key) => !expected.has(key)),
        ...(uploading.Uploads ?? []).map(({ Key = '' }) => `unfinished: ${Key}`),
        ...(await readdir(uploads)),
      ];
    },
  };
}

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

async function keysOf(store: S3BlobStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { sha256 } of store.list()) keys.push(sha256);
  return keys;
}

const withServer = NO_S3_SERVER === undefined ? describe : describe.skip;

describe('the S3 server of these tests', () => {
  itUnless(NO_S3_SERVER, 'is there', async () => undefined);
});

withServer('S3BlobStore', () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-s3-store-'));
    server = await startS3Server();
    proxy = await startFaultyProxy(server.endpoint);
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await proxy?.close();
    await server?.close();
    if (scratch) await rm(scratch, { recursive: true, force: true });
  });
  afterEach(() => {
    proxy.fate = () => 'pass';
  });

  describeBlobStore('as a BlobStore', () => openStore());

  describe('in the bucket', () => {
    it('writes a large blob in parts, whole or not at all', async () => {
      const { store, client, keyOf, leftovers } = await openStore();
      const content = randomBytes(LARGE);
      const { sha256 } = await store.put(of(content));
      const at = { Bucket: server.bucket, Key: keyOf(sha256) };
      const { ETag } = await client.send(new GetObjectCommand({ ...at, Range: 'bytes=0-0' }));
      expect(ETag).toMatch(/-3"$/);
      expect((await collect(await store.read(sha256))).equals(content)).toBe(true);
      expect(await store.verify(sha256)).toBe(true);
      expect(await leftovers()).toEqual([]);
    });

    it('does not read again what it has written or found good', async () => {
      const { store } = await openStore({ endpoint: proxy.endpoint });
      const { sha256 } = await store.put(of(randomBytes(1000)));
      await store.touch(sha256);
      let reads = 0;
      proxy.fate = ({ method }) => {
        if (method === 'GET') reads += 1;
        return 'pass';
      };
      expect(await store.verify(sha256)).toBe(true);
      expect(reads).toBe(0);
    });

    it('lists what was touched with its new time, and nothing but blobs', async () => {
      const { store, client, keyOf } = await openStore();
      const blobs = [];
      for (let at = 0; at < 6; at += 1) blobs.push(await store.put(of(Buffer.from(`blob ${at}`))));
      const other = { Bucket: server.bucket, Key: `${keyOf(blobs[0].sha256)}.txt`, Body: 'x' };
      await client.send(new PutObjectCommand(other));
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const touched = blobs.map(({ sha256 }) => sha256).filter((_, at) => at % 2 === 0);
      for (const sha256 of touched) await store.touch(sha256);
      const found = [];
      for await (const { sha256, modified } of store.list()) found.push({ sha256, modified });
      expect(found.map(({ sha256 }) => sha256)).toEqual(blobs.map(({ sha256 }) => sha256).sort());
      const oldest = Math.min(...found.map(({ modified }) => modified.getTime()));
      const newer = found.filter(({ modified }) => modified.getTime() > oldest).map(({ sha256 }) => sha256);
      expect(newer).toEqual(expect.arrayContaining(touched));
      for (const { sha256 } of blobs) await store.delete(sha256);
      expect(await keysOf(store)).toEqual([]);
    });

    it('gives addresses of blobs only where that is allowed', async () => {
      const { store, client, uploads } = await openStore();
      const bucket = new Bucket(client, server.bucket);
      const open = new S3BlobStore({ bucket, prefix: undefined, name: 'bundles', uploads, directDownloads: true });
      const { sha256 } = await open.put(of(Buffer.from('content')));
      expect(await store.directLink(sha256, { name: 'x', type: 'text/plain' })).toBeUndefined();
      const answer = await fetch((await open.directLink(sha256, { name: 'cachito-1".tar.gz', type: 'application/gzip' })) ?? '');
      expect(await answer.text()).toBe('content');
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename=cachito-1_.tar.gz');
      expect(answer.headers.get('content-type')).toBe('application/gzip');
      const other = sha256Of(Buffer.from('other'));
      const forged = (await open.directLink(sha256, { name: 'x', type: 'text/plain' }))?.replace(sha256.slice(2), other.slice(2));
      expect((await fetch(forged ?? '')).status).toBe(403);
    });

    it('removes uploads that nobody ends, when they are old', async () => {
      const { store, client, keyOf, leftovers } = await openStore();
      const begin = new CreateMultipartUploadCommand({ Bucket: server.bucket, Key: keyOf(sha256Of(Buffer.of())) });
      await client.send(begin);
      expect(await store.removeAbandoned(new Date(Date.now() - 60_000))).toBe(0);
      expect(await leftovers()).toHaveLength(1);
      expect(await store.removeAbandoned(new Date(Date.now() + 60_000))).toBe(1);
      expect(await leftovers()).toEqual([]);
    });
  });

  describe('when the server has trouble', () => {
    /** That many calls which `which` picks suffer; the others pass. */
    const suffer = (count: number, fate: Fate, which: (url: string) => boolean = () => true) => {
      let left = count;
      proxy.fate = ({ url = '' }) => (which(url) && (left -= 1) >= 0 ? fate : 'pass');
    };
    const opened = () => openStore({ endpoint: proxy.endpoint, patience: { attempts: 4, silence: 2_000 } });

    it.each<[string, Fate]>([
      ['that it is asked too much', { status: 503 }],
      ['that it has failed', { status: 500 }],
      ['nothing, and breaks the connection', 'break'],
    ])('tries again when it says %s', async (_, fate) => {
      const { store, leftovers } = await opened();
      const content = randomBytes(LARGE);
      suffer(2, fate);
      const { sha256 } = await store.put(of(content));
      suffer(2, fate);
      expect((await store.readWhole(sha256, LARGE)).equals(content)).toBe(true);
      suffer(2, fate);
      expect(await store.touch(sha256)).toBe(true);
      suffer(2, fate);
      expect(await keysOf(store)).toEqual([sha256]);
      expect(await leftovers()).toEqual([]);
    });

    it('tells that it is unavailable when that does not help, without addresses and secrets', async () => {
      const { store, leftovers } = await opened();
      const content = randomBytes(LARGE);
      const { sha256 } = await store.put(of(content));
      proxy.fate = () => ({ status: 503 });
      const calls = [
        () => store.put(of(Buffer.from('other'))),
        () => store.read(sha256),
        () => store.stat(sha256),
        () => store.touch(sha256),
        () => store.verify(sha256),
        () => keysOf(store),
        () => store.check(),
      ];
      for (const call of calls) {
        const error = await call().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(StoreUnavailable);
        expect(error).toMatchObject({
          errorType: 'FileAccessError',
          message: expect.stringMatching(/cannot be used now/),
        });
        expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('127.0.0.1');
      }
      proxy.fate = () => 'pass';
      expect(await leftovers()).toEqual([]);
      expect(await store.verify(sha256)).toBe(true);
    });

    it('gives up an upload whose parts it cannot write, and leaves nothing of it', async () => {
      const { store, leftovers } = await opened();
      proxy.fate = ({ url = '' }) => (url.includes('partNumber=2') ? { status: 503 } : 'pass');
      await expect(store.put(of(randomBytes(LARGE)))).rejects.toThrow(StoreUnavailable);
      expect(await keysOf(store)).toEqual([]);
      expect(await leftovers()).toEqual([]);
    });

    it('finds out whether an upload was finished when the answer to that is lost', async () => {
      const { store, leftovers } = await opened();
      const content = randomBytes(LARGE);
      suffer(1, 'lose the answer', (url) => /[?&]uploadId=/.test(url) && !url.includes('partNumber'));
      const { sha256 } = await store.put(of(content));
      expect((await store.readWhole(sha256, LARGE)).equals(content)).toBe(true);
      expect(await leftovers()).toEqual([]);
    });

    it('goes on reading where the connection broke', async () => {
      const { store } = await opened();
      const content = randomBytes(LARGE);
      const { sha256 } = await store.put(of(content));
      suffer(3, { cutAfter: 3_000_000 });
      expect((await collect(await store.read(sha256))).equals(content)).toBe(true);
      suffer(3, { cutAfter: 3_000_000 });
      const range = { start: 5, end: LARGE - 7 };
      expect((await collect(await store.read(sha256, range))).equals(content.subarray(5, LARGE - 6))).toBe(true);
      suffer(Infinity, { cutAfter: 0 });
      await expect(store.readWhole(sha256, LARGE)).rejects.toThrow(StoreUnavailable);
    });

    it('lets a reader go before and while it reads', async () => {
      const { store } = await opened();
      const { sha256 } = await store.put(of(randomBytes(LARGE)));
      for (const begin of [false, true]) {
        const stream = await store.read(sha256);
        if (begin) await stream[Symbol.asyncIterator]().next();
        stream.destroy(new Error('gone'));
        await expect(collect(stream)).rejects.toThrow();
      }
      await expect(store.copy(sha256, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
      expect(await store.verify(sha256)).toBe(true);
    });

    it('goes on when the server comes back', async () => {
      const { store } = await openStore();
      const content = randomBytes(LARGE);
      await server.kill();
      const put = store.put(of(content));
      await server.start();
      const { sha256 } = await put;
      expect((await store.readWhole(sha256, LARGE)).equals(content)).toBe(true);
    });

    it('does not wait for ever for one that keeps silent', async () => {
      const { store } = await openStore({ endpoint: server.endpoint, patience: { attempts: 100, silence: 2_000 } });
      await store.check();
      server.freeze();
      await expect(store.stat(sha256Of(Buffer.of(1)))).rejects.toThrow(StoreUnavailable);
      server.thaw();
      expect(await store.stat(sha256Of(Buffer.of(1)))).toBeUndefined();
    });

    it('stops an upload when the signal fires', async () => {
      const { store, leftovers } = await opened();
      const abort = new AbortController();
      proxy.fate = ({ url = '' }) => {
        if (url.includes('partNumber=3')) abort.abort(new Error('cancelled'));
        return 'pass';
      };
      await expect(store.put(of(randomBytes(LARGE)), { signal: abort.signal })).rejects.toThrow('cancelled');
      expect(await keysOf(store)).toEqual([]);
      expect(await leftovers()).toEqual([]);
    });
  });

  describe('wrongly configured', () => {
    it.each([
      ['another bucket', (client: S3Client) => new Bucket(client, 'nowhere'), /CACHITO_S3_BUCKET/],
      [
        'another secret',
        () => {
          const { accessKeyId } = server;
          return new Bucket(newClient(server.endpoint, undefined, { accessKeyId, secretAccessKey: 'hunter2' }), server.bucket);
        },
        /the secret access key is wrong|check the credentials/,
      ],
    ])('tells of %s', async (_, bucketOf, message) => {
      const { client, uploads } = await openStore();
      const store = new S3BlobStore({ bucket: bucketOf(client), prefix: undefined, name: 'archive', uploads });
      for (const call of [() => store.check(), () => store.put(of(Buffer.of(1)))]) {
        const error = await call().then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(FileAccessError);
        expect(error).not.toBeInstanceOf(StoreUnavailable);
        expect(error).toMatchObject({ message: expect.stringMatching(message) });
        const told = JSON.stringify(error, Object.getOwnPropertyNames(error));
        expect(told).not.toMatch(/hunter2|127\.0\.0\.1|cachito-test/);
      }
    });
  });
});
