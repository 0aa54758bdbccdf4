import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { comparePaths, type TarSegment, TarSegmentWriter, type TreeEntry } from '../../archive/index.js';
import { FilesystemBlobStore } from '../../store/index.js';
import { indexLines } from './source-index.js';
import { StoredSourceTree } from './stored-source-tree.js';

const SMALL_FILES = 5000;
const LARGE = Buffer.alloc(3_000_000, 'large content ');

describe('StoredSourceTree.contents', () => {
  let root: string;
  let store: FilesystemBlobStore;
  let tree: StoredSourceTree;
  let segments: TarSegment[];
  const files = new Map<string, string | Buffer>([['large', LARGE], ['m/empty', '']]);
  for (let at = 0; at < SMALL_FILES; at += 1) files.set(`d${at % 7}/f${at}`, `content ${at} `.repeat(at % 100));

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cachito-tree-'));
    store = new FilesystemBlobStore(root);
    segments = await archived(store, files);
    const index = await store.put(indexLines(Readable.from(segments)));
    tree = new StoredSourceTree(store, async () => index.sha256, []);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  /** Entries and texts, and how many blobs were read for them (the index is one). */
  async function read(directory?: string, wanted?: (entry: TreeEntry) => boolean) {
    const reads = [jest.spyOn(store, 'read'), jest.spyOn(store, 'readWhole')];
    const texts = new Map<string, string>();
    for await (const { entry, content } of tree.contents(directory, wanted)) {
      texts.set(entry.path, (Buffer.isBuffer(content) ? content : await buffer(content)).toString());
    }
    const blobs = reads.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    jest.restoreAllMocks();
    return { texts, blobs };
  }

  it('gives every file, and reads every stored piece once', async () => {
    const { texts, blobs } = await read();
    expect([...texts]).toEqual(
      [...files.keys(), 'link', 'm/none'].sort(comparePaths).map((path) => [path, (files.get(path) ?? '').toString()]),
    );
    const filled = segments.filter(({ entries }) => entries.some(({ size }) => size > 0));
    expect(filled.length).toBeGreaterThan(3);
    expect(blobs).toBe(1 + filled.length);
  });

  it.each<[string, string | undefined, ((entry: TreeEntry) => boolean) | undefined, string[], number]>([
    ['a directory', './m/', undefined, ['m/empty', 'm/none'], 0],
    ['a few files', undefined, ({ path }) => path.endsWith('/f4001'), ['d4/f4001'], 1],
    ['links, which it does not follow', '.', ({ type }) => type === 'symlink', ['link'], 0],
    ['a large file', undefined, ({ path }) => path === 'large', ['large'], 1],
    ['nothing', 'nowhere', undefined, [], 0],
  ])('reads no more than it needs for %s', async (_, directory, wanted, paths, pieces) => {
    const { texts, blobs } = await read(directory, wanted);
    expect([[...texts.keys()], blobs]).toEqual([paths, 1 + pieces]);
  });

  it('leaves nothing open when a stream is not read, or the reader goes', async () => {
    for await (const { content } of tree.contents('large')) {
      expect(content).toBeInstanceOf(Readable);
      break;
    }
    for await (const { content } of tree.contents('large')) {
      await new Promise((resolve) => (content as Readable).once('data', resolve));
    }
    expect((await read('large')).texts.get('large')).toBe(LARGE.toString());
  });

  it('refuses paths that lead out', async () => {
    await expect(read('../x')).rejects.toMatchObject({ errorType: 'ValidationError' });
  });
});

async function archived(store: FilesystemBlobStore, files: ReadonlyMap<string, string | Buffer>): Promise<TarSegment[]> {
  const writer = new TarSegmentWriter({ store: (content) => store.put(content), modified: 0 });
  const entries: TreeEntry[] = [...files].map(([path, { length: size }]) => ({ path, type: 'file', size }));
  entries.push({ path: 'link', type: 'symlink', size: 0, linkTarget: 'large' }, { path: 'm/none', type: 'directory', size: 0 });
  const segments: TarSegment[] = [];
  for (const entry of entries.sort((left, right) => comparePaths(left.path, right.path))) {
    segments.push(...(await writer.addEntry(entry, Readable.from([Buffer.from(files.get(entry.path) ?? '')]))));
  }
  return [...segments, ...(await writer.finish())];
}
