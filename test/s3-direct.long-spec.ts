import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { sha256 } from './support/fleet-bundles.js';
import { S3_SERVER_BUILD_TIMEOUT } from './support/s3-server.js';
import { S3Service } from './support/s3-service.js';
import { itUnless, missingTool } from './support/tools.js';

const OBSTACLE = missingTool('go') ?? missingTool('python3') ?? missingTool('curl');

describe('bundles that clients fetch from the bucket', () => {
  let on: S3Service;
  let address: string;
  /** Through the service, while that was not allowed. */
  let bundle: Buffer;
  let before: Headers;

  beforeAll(async () => {
    if (OBSTACLE !== undefined) return;
    on = await S3Service.start({ CACHITO_S3_DIRECT_DOWNLOADS: 'true' });
    const { id } = await on.service.complete(await on.newRequest());
    address = `${on.service.base}/api/v1/requests/${id}/download`;
    before = (await fetch(address, { method: 'HEAD' })).headers;
    const redirected = await fetch(address);
    bundle = Buffer.from(await redirected.arrayBuffer());
  }, S3_SERVER_BUILD_TIMEOUT);
  afterAll(async () => on?.stop());

  const test = (name: string, work: () => Promise<void>): void => itUnless(OBSTACLE, name, work);

  test('are at an address that is good for five minutes', async () => {
    const answer = await fetch(address, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([302, 'no-store']);
    const link = new URL(answer.headers.get('location') ?? '');
    expect(link.origin).toBe(on.environment.CACHITO_S3_ENDPOINT);
    expect(link.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(link.href).not.toContain(on.s3.server.secretAccessKey);
    link.searchParams.set('X-Amz-Expires', '3000');
    expect((await fetch(link)).status).toBe(403);
  });

  test('come to curl as they do without', async () => {
    const [file, headers] = [join(on.directory, 'got'), join(on.directory, 'headers')];
    await execa('curl', ['-sS', '--fail', '--location', '--dump-header', headers, '--output', file, address]);
    const got = await readFile(file);
    expect(sha256(got)).toBe(sha256(bundle));
    expect(before.get('etag')).toBe(`"${sha256(got)}"`);
    expect(before.get('digest')).toBe(`sha-256=${Buffer.from(sha256(got), 'hex').toString('base64')}`);
    const last = (await readFile(headers, 'latin1')).trim().split('\r\n\r\n').at(-1) ?? '';
    const value = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'im').exec(last)?.[1].trim();
    for (const name of ['content-type', 'content-disposition', 'content-length']) expect([name, value(name)]).toEqual([name, before.get(name)]);
    const { stdout } = await execa('curl', ['-sS', '--fail', '--location', '--range', '10-19', address], { encoding: 'buffer' });
    expect(Buffer.from(stdout).equals(bundle.subarray(10, 20))).toBe(true);
    // What is there of it already is gone on with.
    await execa('sh', ['-c', 'head -c 100 "$0" > "$0.part"', file]);
    await execa('curl', ['-sS', '--fail', '--location', '--continue-at', '-', '--output', `${file}.part`, address]);
    expect(sha256(await readFile(`${file}.part`))).toBe(sha256(bundle));
  });

  test('are told of by the service itself: HEAD, what a client has already, what does not exist', async () => {
    const head = await fetch(address, { method: 'HEAD', redirect: 'manual' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bundle.length)]);
    const known = await fetch(address, { headers: { 'If-None-Match': before.get('etag') ?? '' }, redirect: 'manual' });
    expect(known.status).toBe(304);
    const behind = await fetch(address, { headers: { Range: `bytes=${bundle.length}-` }, redirect: 'manual' });
    expect(behind.status).toBe(416);
    expect((await fetch(address.replace(/\d+\/download/, '999/download'), { redirect: 'manual' })).status).toBe(404);
  });

  test('are built again before anybody is sent to them', async () => {
    const key = `bundles/${sha256(bundle).slice(0, 2)}/${sha256(bundle).slice(2)}`;
    await on.s3.remove(key);
    expect(Buffer.from(await (await fetch(address)).arrayBuffer()).equals(bundle)).toBe(true);
  });

  test('leave no address in the log', async () => {
    expect(on.service.log).not.toMatch(/X-Amz|Signature/i);
    expect(on.service.log).not.toContain(on.s3.server.secretAccessKey);
  });
});
