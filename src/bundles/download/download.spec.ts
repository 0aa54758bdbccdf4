import { createHash } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../test/support/until.js';
import { Configuration } from '../../config/index.js';
import { BundleService } from '../__fixtures__/bundle-service.js';
import { collect, noise } from '../__fixtures__/trees.js';
import type { BuiltBundle } from '../index.js';

let service: BundleService;
let bundle: BuiltBundle;
let bytes: Buffer;
let id: number;

beforeAll(async () => {
  service = await BundleService.start();
  bundle = await service.build({ 'a.txt': 'a' }, { 'npm/a.tgz': noise(5_000_000) });
  bytes = await collect(await service.bundles.read(bundle.sha256));
  id = await service.request('complete', bundle);
});
afterAll(() => service?.close());

async function bodyOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe('GET /requests/{id}/download', () => {
  it('serves the bundle', async () => {
    const response = await service.download(id);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/gzip',
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename=cachito-${id}.tar.gz`,
      digest: `sha-256=${createHash('sha256').update(bytes).digest('base64')}`,
      etag: `"${bundle.sha256}"`,
      'accept-ranges': 'bytes',
    });
    expect((await bodyOf(response)).equals(bytes)).toBe(true);
  });

  it('answers HEAD with the same headers', async () => {
    const [head, whole] = [
      await service.download(id, { method: 'HEAD', headers: { range: 'bytes=0-1' } }),
      await service.download(id),
    ];
    expect(head.status).toBe(200);
    expect((await bodyOf(head)).length).toBe(0);
    await whole.body?.cancel();
    for (const name of ['content-type', 'content-length', 'content-disposition', 'digest', 'etag', 'accept-ranges']) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
  });

  it('lets a download be resumed', async () => {
    const first = await service.download(id, { headers: { range: 'bytes=0-2999999' } });
    const etag = first.headers.get('etag') ?? '';
    expect([first.status, first.headers.get('content-range')]).toEqual([206, `bytes 0-2999999/${bytes.length}`]);
    const rest = await service.download(id, { headers: { range: 'bytes=3000000-', 'if-range': etag } });
    expect([rest.status, rest.headers.get('content-length')]).toEqual([206, String(bytes.length - 3_000_000)]);
    expect(rest.headers.get('digest')).toBe(first.headers.get('digest'));
    expect(Buffer.concat([await bodyOf(first), await bodyOf(rest)]).equals(bytes)).toBe(true);

    const changed = await service.download(id, { headers: { range: 'bytes=3000000-', 'if-range': '"other"' } });
    expect(changed.status).toBe(200);
    expect((await bodyOf(changed)).equals(bytes)).toBe(true);
  });

  it('answers 304 to whom has it', async () => {
    const response = await service.download(id, { headers: { 'if-none-match': `"${bundle.sha256}"` } });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(`"${bundle.sha256}"`);
    expect((await bodyOf(response)).length).toBe(0);
  });

  it('answers 416 to a range behind the end', async () => {
    const response = await service.download(id, { headers: { range: `bytes=${bytes.length}-` } });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
    expect(await response.json()).toEqual({ error: expect.stringContaining(`${bytes.length} bytes`) });
  });

  it.each(['in_progress', 'failed', 'stale'] as const)(
    'refuses a request in the state %s, naming it',
    async (state) => {
      const response = await service.download(await service.request(state, bundle));
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ error: expect.stringContaining(`"${state}"`) });
    },
  );

  it.each(['999999', '0', '-1', 'abc', '1.5', '99999999999999', '..%2f1'])('knows no request %s', async (unknown) => {
    const response = await service.download(unknown);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'The requested resource was not found' });
  });

  it('refuses query parameters', async () => {
    const response = await fetch(`${service.origin}/api/v1/requests/${id}/download?x=1`);
    expect(response.status).toBe(400);
  });

  it('brings a lost bundle back', async () => {
    await service.bundles.delete(bundle.sha256);
    const response = await service.download(id);
    expect(response.status).toBe(200);
    expect((await bodyOf(response)).equals(bytes)).toBe(true);
  });

  it('says which archive cannot be brought back', async () => {
    const lost = await service.build({ 'b.txt': 'b' });
    const lostId = await service.request('complete', lost);
    await service.bundles.delete(lost.sha256);
    await service.archive.delete(lost.recipeSha256);
    const response = await service.download(lostId);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: expect.stringContaining(`${lostId}.tar.gz has changed`) });

    const never = await service.download(await service.request('complete'));
    expect(never.status).toBe(500);
    expect(await never.json()).toEqual({ error: expect.stringContaining('.tar.gz is missing') });
  });

  it('closes the file when clients go away', async () => {
    const url = `${service.origin}/api/v1/requests/${id}/download`;
    for (let client = 0; client < 10; client += 1) {
      const call = get(url);
      const [response]: IncomingMessage[] = await once(call, 'response');
      await once(response, 'readable');
      call.destroy();
      // Its own side of the broken connection.
      response.on('error', () => undefined);
    }
    await until(async () => (await openBundles()) === 0);
  });

  /** Files of the bundle store that this process has open, by Linux' own account. */
  async function openBundles(): Promise<number> {
    const { bundles } = service.app.get(Configuration).directories;
    const names = await readdir('/proc/self/fd').catch(() => []);
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
    return targets.filter((target) => target.startsWith(bundles)).length;
  }
});
