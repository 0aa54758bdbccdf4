import { mkdtemp, readdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { expectBundle, sha256 } from './support/fleet-bundles.js';
import { S3_SERVER_BUILD_TIMEOUT } from './support/s3-server.js';
import { type MadeRequest, S3Service } from './support/s3-service.js';
import { itUnless, missingTool } from './support/tools.js';

const PROGRAM = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/src/main.js');
const WEEK = 7 * 24 * 60 * 60 * 1000;
const OBSTACLE = missingTool('go') ?? missingTool('python3');
/** Of a test that makes requests or runs commands. */

describe('the service on a bucket', () => {
  let on: S3Service;
  let made: MadeRequest[];
  let bundles: Map<number, Buffer>;

  beforeAll(async () => {
    if (OBSTACLE !== undefined) return;
    on = await S3Service.start();
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => on?.stop());

  const test = (name: string, work: () => Promise<void>): void => itUnless(OBSTACLE, name, work);

  test('completes requests of all kinds and keeps no blob on its host', async () => {
    made = await on.makeRequests();
    bundles = new Map();
    for (const { planned, view } of made) {
      const { bytes } = await on.service.download(view.id);
      await expectBundle(bytes, planned, await mkdtemp(join(on.directory, 'unpacked-')));
      bundles.set(view.id, bytes);
    }
    const local = await readdir(on.service.dataDirectory);
    expect(local.filter((name) => ['sources', 'bundles'].includes(name))).toEqual([]);
    expect(await filesBelow(join(on.service.dataDirectory, 'uploads'))).toEqual([]);
    const keys = await on.s3.keys();
    expect(keys).toEqual(expect.arrayContaining([...bundles.values()].map((bytes) => keyOf('bundles', sha256(bytes)))));
    expect(keys.filter((key) => !/^(?:touched\/)?(?:archive|bundles)\/[0-9a-f]{2}\/[0-9a-f]{62}$/.test(key))).toEqual([]);
  });

  test('serves bundles whole, in part, not at all', async () => {
    const [{ view }] = made;
    const whole = bundles.get(view.id) ?? Buffer.of();
    const path = `/api/v1/requests/${view.id}/download`;
    const head = await on.service.fetch(path, { method: 'HEAD' });
    const etag = `"${sha256(whole)}"`;
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([200, String(whole.length), etag]);
    for (const [range, expected] of [
      ['bytes=0-99', whole.subarray(0, 100)],
      ['bytes=100-', whole.subarray(100)],
      ['bytes=-7', whole.subarray(-7)],
    ] as const) {
      const { response, bytes } = await on.service.download(view.id, { Range: range, 'If-Range': etag });
      expect([response.status, bytes.equals(expected)]).toEqual([206, true]);
    }
    const behind = await on.service.download(view.id, { Range: `bytes=${whole.length}-` });
    expect(behind.response.status).toBe(416);
    expect((await on.service.download(view.id, { 'If-None-Match': etag })).response.status).toBe(304);
  });

  test('serves its locked registries', async () => {
    const archives = new Set(made.flatMap(({ planned }) => planned.archives.map(sha256)));
    for (const { url, headers } of Object.values(await on.registryFiles(made))) {
      const answer = await fetch(url, { headers });
      expect([url, answer.status]).toEqual([url, 200]);
      expect([url, archives.has(sha256(Buffer.from(await answer.arrayBuffer())))]).toEqual([url, true]);
      const part = await fetch(url, { headers: { ...headers, Range: 'bytes=1-3' } });
      expect([url, part.status, (await part.arrayBuffer()).byteLength]).toEqual([url, 206, 3]);
    }
  });

  test('has everything after a restart, and builds again what was lost', async () => {
    const [first] = made;
    const lost = keyOf('bundles', sha256(bundles.get(first.view.id) ?? Buffer.of()));
    await on.s3.remove(lost);
    await on.service.kill('SIGTERM');
    await on.service.restart();
    for (const [id, bytes] of bundles) expect([id, (await on.service.download(id)).bytes.equals(bytes)]).toEqual([id, true]);
    expect(await on.s3.keys()).toContain(lost);
    const again = await on.service.complete(first.planned.body);
    expect((await on.service.download(again.id)).bytes.equals(bundles.get(first.view.id) ?? Buffer.of())).toBe(true);
  });

  test('frees old blobs that nothing refers to, by a command', async () => {
    const content = Buffer.from('nobody has me');
    const [old, young] = [keyOf('archive', sha256(content)), keyOf('bundles', sha256(Buffer.from('nor me')))];
    for (const key of [old, young]) await on.s3.add(key, content);
    const before = await on.s3.keys();
    const { directory, bucket } = on.s3.server;
    for (const key of before.filter((each) => each !== young)) {
      await utimes(join(directory, bucket, key), new Date(Date.now() - WEEK), new Date(Date.now() - WEEK));
    }
    expect(await command('collect-blobs')).toMatch(/nothing refers to 1\b/);
    expect(await on.s3.keys()).toEqual(before);
    await command('collect-blobs', '--execute');
    expect(await on.s3.keys()).toEqual(before.filter((key) => key !== old));
    for (const [id, bytes] of bundles) expect([id, (await on.service.download(id)).bytes.equals(bytes)]).toEqual([id, true]);
  });

  test('deletes the bundles of requests that expire', async () => {
    const archived = (await on.s3.keys()).filter((key) => key.startsWith('archive/'));
    expect(await command('cleanup')).toBe(`Requests that became stale: ${made.length + 1}`);
    const keys = await on.s3.keys();
    expect(keys.filter((key) => [...bundles.values()].some((bytes) => key.endsWith(sha256(bytes).slice(2))))).toEqual([]);
    expect(keys.filter((key) => key.startsWith('archive/'))).toEqual(archived);
    for (const id of bundles.keys()) expect((await on.service.download(id)).response.status).toBe(400);
  });

  test('tells nobody its key', () => {
    expect(on.service.log).not.toMatch(new RegExp(`${on.s3.server.secretAccessKey}|Signature|Credential=`));
    return Promise.resolve();
  });

  /** What a command prints that runs beside the service, for which every request is too old. */
  async function command(...words: string[]): Promise<string> {
    const env = { PATH: process.env.PATH, ...on.environment, CACHITO_DATA_DIR: on.service.dataDirectory };
    const options = { env: { ...env, CACHITO_REQUEST_LIFETIME: '0' }, extendEnv: false };
    return (await execa(process.execPath, [PROGRAM, ...words], options)).stdout;
  }
});

function keyOf(store: 'archive' | 'bundles', digest: string): string {
  return `${store}/${digest.slice(0, 2)}/${digest.slice(2)}`;
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
