/**
 * Blobs in directories against blobs in a bucket of a real S3 server on loopback: one of 200 MB, and 2,000 of 20 KB.
 *
 *     node --import ./test/support/typescript.mjs bench/store.ts
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sideBySide } from '../src/concurrency/index.js';
import { type BlobStore, FilesystemBlobStore } from '../src/store/index.js';
import { openS3Store } from '../src/store/s3/open-s3-store.js';
import { startS3Server, type TestS3Server } from '../test/support/s3-server.js';
import { seconds, show } from './measures.js';

const RUNS = 3;
const LARGE_PIECES = 200;
const MIB = 1024 * 1024;
const SMALL_BLOBS = 2000;
const SMALL = 20_000;
const SIDE_BY_SIDE = 16;

const scratch = await mkdtemp(join(tmpdir(), 'cachito-bench-store-'));
const server = await startS3Server();
try {
  const stores = (run: number): Record<string, BlobStore> => ({
    'files, permanent': new FilesystemBlobStore(join(scratch, `permanent-${run}`)),
    'files, rebuildable': new FilesystemBlobStore(join(scratch, `rebuildable-${run}`), 'rebuildable'),
    S3: s3Store(server, `run-${run}`),
  });
  const times: Record<string, number[]> = {};
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, store] of Object.entries(stores(run))) {
      for (const [work, time] of Object.entries(await measure(store))) (times[`${name}: ${work}`] ??= []).push(time);
    }
  }
  show(times);
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  await server.close();
  await rm(scratch, { recursive: true, force: true });
}

/** In seconds. */
async function measure(store: BlobStore): Promise<Record<string, number>> {
  const piece = randomBytes(MIB);
  const small = Array.from({ length: SMALL_BLOBS }, (_, at) =>
    Buffer.concat([piece.subarray(at, at + SMALL), Buffer.from(`${at}`)]),
  );
  const keys = small.map((content) => createHash('sha256').update(content).digest('hex'));
  let large = '';
  const { signal } = new AbortController();
  const each = (work: (sha256: string) => Promise<unknown>) => () => sideBySide(keys, SIDE_BY_SIDE, signal, work);
  return {
    'put 200 MB': await seconds(async () => (large = (await store.put(pieces(piece))).sha256)),
    'copy 200 MB': await seconds(() => store.copy(large, async () => undefined)),
    'put 2,000 blobs of 20 KB': await seconds(() =>
      sideBySide(small, SIDE_BY_SIDE, signal, (content) => store.put(once(content))),
    ),
    'verify 2,000 that are known': await seconds(each((sha256) => store.verify(sha256))),
    'read 2,000': await seconds(each((sha256) => store.readWhole(sha256, MIB))),
    'touch 2,000': await seconds(each((sha256) => store.touch(sha256))),
    'list 2,000': await seconds(async () => {
      for await (const blob of store.list()) void blob;
    }),
  };
}

function s3Store({ bucket, endpoint, accessKeyId, secretAccessKey }: TestS3Server, prefix: string): BlobStore {
  const credentials = { accessKeyId, secretAccessKey };
  const settings = { bucket, endpoint, region: 'us-east-1', prefix, pathStyle: true, credentials };
  const others = { caCertificates: undefined, directDownloads: false };
  return openS3Store({ ...settings, ...others }, 'archive', join(scratch, 'uploads', prefix));
}

async function* pieces(piece: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < LARGE_PIECES; at += 1) {
    // Another content each time, so that nothing can be spared.
    piece.writeUInt32LE(at);
    yield Buffer.from(piece);
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
