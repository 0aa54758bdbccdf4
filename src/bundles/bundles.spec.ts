import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Configuration } from '../config/index.js';
import { FileAccessError } from '../errors/index.js';
import { BundleService } from './__fixtures__/bundle-service.js';
import { archiveTree, collect, COMMIT_TIME, each, editsFromFiles, noise, sha256Of, unpack } from './__fixtures__/trees.js';
import type { BuiltBundle } from './index.js';

let service: BundleService;
beforeAll(async () => {
  service = await BundleService.start();
});
afterAll(() => service?.close());

/** Replaces the file of a blob by other bytes of the same length. */
async function damage(store: 'sources' | 'bundles', sha256: string): Promise<void> {
  const root = service.app.get(Configuration).directories[store];
  const path = join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const { size = 0 } = (await (store === 'bundles' ? service.bundles : service.archive).stat(sha256)) ?? {};
  await chmod(path, 0o644);
  await writeFile(path, Buffer.alloc(size, 'damage'));
}

async function references(store: 'archive' | 'bundles'): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const sha256 of service.references.references(store)) found.add(sha256);
  return found;
}

async function bytesOf(requestId: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await (await service.requestBundles.open(requestId)).copy(async (piece) => void pieces.push(Buffer.from(piece)));
  return Buffer.concat(pieces);
}

describe('BundleBuilder', () => {
  it('builds a bundle that has the digest and size it tells', async () => {
    const built = await service.build({ 'a.txt': 'a' }, { 'npm/a.tgz': noise(1_500_000) });
    const bytes = await collect(await service.bundles.read(built.sha256));
    expect([sha256Of(bytes), bytes.length]).toEqual([built.sha256, built.size]);
  });

  it('gives the same bundle for the same things, at once and later, and another for others', async () => {
    const artifact = noise(100_000);
    const build = (text: string) => service.build({ 'a.txt': text }, { 'npm/a.tgz': artifact });
    const all = await Promise.all([1, 2, 3].map(() => build('same')));
    all.push(await build('same'));
    expect(new Set(all.map((built) => JSON.stringify(built))).size).toBe(1);
    expect((await build('other')).sha256).not.toBe(all[0]?.sha256);
  });

  it('does not build again what is there', async () => {
    const built = await service.build({ 'once.txt': 'once' });
    // Without its parts, only a bundle that is found can be handed out.
    const segments = await archiveTree(service.archive, { 'once.txt': 'once' });
    for (const { sha256 } of segments) await service.archive.delete(sha256);
    expect(await service.builder.build({ segments: each(segments), commitTime: COMMIT_TIME })).toEqual(built);
  });

  it('ends when it is told to, and leaves nothing', async () => {
    const before = await collectKeys();
    const segments = each(await archiveTree(service.archive, { 'x.txt': 'cancelled' }));
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(service.builder.build({ segments, commitTime: COMMIT_TIME, signal })).rejects.toThrow('cancelled');
    expect(await collectKeys()).toEqual(before);
  });

  async function collectKeys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { sha256 } of service.bundles.list()) keys.push(sha256);
    return keys;
  }
});

describe('RequestBundles', () => {
  it.each<[string, (bundle: BuiltBundle) => Promise<void>]>([
    ['lost', ({ sha256 }) => service.bundles.delete(sha256)],
    ['damaged', ({ sha256 }) => damage('bundles', sha256)],
  ])('brings a %s bundle back bit for bit, once for many readers', async (how, harm) => {
    const bundle = await service.build({ 'a.txt': how }, { b: noise(2_000_000) });
    const id = await service.request('complete', bundle);
    const before = await bytesOf(id);
    await harm(bundle);
    const after = await Promise.all([1, 2, 3, 4].map(() => bytesOf(id)));
    for (const bytes of after) expect(bytes.equals(before)).toBe(true);
    expect(sha256Of(before)).toBe(bundle.sha256);
  });

  it('builds a lost bundle again for a request that asks for the same', async () => {
    const bundle = await service.build({ 'a.txt': 'twice' });
    await service.bundles.delete(bundle.sha256);
    expect(await service.build({ 'a.txt': 'twice' })).toEqual(bundle);
    expect(await service.bundles.verify(bundle.sha256)).toBe(true);
  });

  it('brings back what package managers wrote, when their files are gone', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'cachito-scratch-'));
    const edits = await editsFromFiles(scratch, { 'vendor/large': noise(2_500_000), 'vendor/small': 'small' });
    const generated = [{ path: 'gomod/list', content: Buffer.from('v1.0.0\n') }];
    const bundle = await service.build({ 'a.txt': 'written' }, {}, { edits, generated });
    const id = await service.request('complete', bundle);
    const before = await unpack(each([await bytesOf(id)]));
    expect([...before.keys()]).toEqual(['app/', 'app/a.txt', 'app/vendor/large', 'app/vendor/small', 'deps/', 'deps/gomod/list']);
    await rm(scratch, { recursive: true });
    await service.bundles.delete(bundle.sha256);
    expect(sha256Of(await bytesOf(id))).toBe(bundle.sha256);
  });

  it('says so when a bundle cannot be brought back', async () => {
    const bundle = await service.build({ 'a.txt': 'unlucky' });
    const id = await service.request('complete', bundle);
    await service.bundles.delete(bundle.sha256);
    await damage('sources', bundle.recipeSha256);
    await expect(service.requestBundles.open(id)).rejects.toThrow(FileAccessError);
    await expect(service.requestBundles.open(id)).rejects.toThrow(`${id}.tar.gz has changed or is lost`);
    expect((await service.bundles.stat(bundle.sha256))?.sha256).toBeUndefined();
  });

  it('serves a bundle whose disk has become read-only', async () => {
    const bundle = await service.build({ 'a.txt': 'read-only' });
    const id = await service.request('complete', bundle);
    // A file system cannot be made read-only in a test: root passes every permission.
    const touch = jest.spyOn(service.bundles, 'touch').mockRejectedValueOnce(new FileAccessError('read-only'));
    expect(sha256Of(await bytesOf(id))).toBe(bundle.sha256);
    expect(touch).toHaveBeenCalled();
    touch.mockRestore();
  });

  it('takes the bundle of the last attempt', async () => {
    const [first, second] = [await service.build({ a: '1' }), await service.build({ a: '2' })];
    const id = await service.request('in_progress', first);
    await service.requestBundles.link(service.dataSource.manager, id, second.recipeSha256);
    expect(await service.requestBundles.find(id)).toEqual(second);
  });

  it('drops the bundle of a stale request unless another one has it', async () => {
    const bundle = await service.build({ 'a.txt': 'shared' });
    const [first, second] = [await service.request('complete', bundle), await service.request('complete', bundle)];
    await service.makeStale(first);
    expect(await service.requestBundles.find(first)).toBeUndefined();
    expect(await service.bundles.verify(bundle.sha256)).toBe(true);
    await service.makeStale(second);
    await service.makeStale(second);
    expect(await service.bundles.stat(bundle.sha256)).toBeUndefined();
    expect(await service.build({ 'a.txt': 'shared' })).toEqual(bundle);
  });
});

describe('BundleReferences', () => {
  it('names everything that a living bundle needs, and nothing of a stale one', async () => {
    const artifacts = { a: noise(100_000) };
    const living = await service.build({ 'living.txt': noise(100_000) }, artifacts);
    const dead = await service.build({ 'dead.txt': noise(100_000) });
    await service.request('complete', living);
    // As a crash leaves it between the change of state and the drop.
    await service.request('stale', dead);

    const bundles = await references('bundles');
    expect(bundles.has(living.sha256)).toBe(true);
    expect(bundles.has(dead.sha256)).toBe(false);

    const archive = await references('archive');
    expect(archive.has(living.recipeSha256)).toBe(true);
    expect(archive.has(dead.recipeSha256)).toBe(false);
    for await (const { sha256 } of service.archive.list())
      if (!archive.has(sha256)) await service.archive.delete(sha256);
    await service.bundles.delete(living.sha256);
    expect(await service.build({ 'unrelated.txt': '' })).toBeDefined();
    const id = await service.request('complete', living);
    expect(sha256Of(await bytesOf(id))).toBe(living.sha256);
  });
});
