import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ValidationError } from '../errors/index.js';
import { inflatePiece } from './deflate.js';
import { comparePaths } from './path-bytes.js';
import { padding, tarHeader } from './tar-header.js';
import { SEGMENT_SIZE, TarSegmentWriter } from './tar-segment-writer.js';
import type { TarSegment, TreeEntry } from './tree-entry.js';

const MODIFIED = 1_700_000_000;

class MemoryStore {
  readonly blobs = new Map<string, Buffer>();

  readonly put = async (content: AsyncIterable<Uint8Array>): Promise<{ sha256: string; size: number }> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    const blob = Buffer.concat(chunks);
    const sha256 = createHash('sha256').update(blob).digest('hex');
    this.blobs.set(sha256, blob);
    return { sha256, size: blob.length };
  };

  async text(segment: TarSegment): Promise<Buffer> {
    const blob = this.blobs.get(segment.sha256) ?? Buffer.alloc(0);
    expect(blob).toHaveLength(segment.deflatedLength);
    const text = await inflatePiece(blob, segment.length);
    expect(crc32(text)).toBe(segment.crc32);
    return text;
  }
}

interface File {
  entry: TreeEntry;
  content: Buffer;
}

function file(path: string, content: Buffer): File {
  return { entry: { path, type: 'file', size: content.length }, content };
}

async function* chunksOf(content: Buffer, chunkSize = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkSize) yield content.subarray(at, at + chunkSize);
}

async function write(
  files: File[],
  store = new MemoryStore(),
): Promise<{ store: MemoryStore; segments: TarSegment[] }> {
  const writer = new TarSegmentWriter({ store: store.put, modified: MODIFIED });
  const segments: TarSegment[] = [];
  for (const { entry, content } of files) {
    segments.push(...(await writer.addEntry(entry, content.length > 0 ? chunksOf(content) : undefined)));
  }
  return { store, segments: [...segments, ...(await writer.finish())] };
}

async function expectTree(files: File[]): Promise<TarSegment[]> {
  const { store, segments } = await write(files);
  expect(segments.flatMap(({ entries }) => entries.map(({ path }) => path))).toEqual(
    files.map(({ entry }) => entry.path),
  );
  const contents = new Map(files.map(({ entry, content }) => [entry.path, content]));
  for (const segment of segments) {
    const text = await store.text(segment);
    let at = 0;
    for (const entry of segment.entries) {
      expect(entry.headerOffset).toBe(at);
      const header = tarHeader({ ...entry, path: `app/${entry.path}`, modified: MODIFIED });
      expect(text.subarray(at, entry.contentOffset).equals(header)).toBe(true);
      const end = entry.contentOffset + entry.size;
      expect(text.subarray(entry.contentOffset, end).equals(contents.get(entry.path) ?? Buffer.alloc(0))).toBe(true);
      expect(entry.nextOffset).toBe(end + padding(entry.size).length);
      at = entry.nextOffset;
    }
    expect(at).toBe(segment.length);
  }
  return segments;
}

describe('TarSegmentWriter', () => {
  it('writes any tree so that every entry can be found', async () => {
    const name = fc.constantFrom('a', 'b', 'é', '\udcff', '-', 'n'.repeat(120));
    const size = fc.oneof(fc.nat(2000), fc.integer({ min: SEGMENT_SIZE - 600, max: SEGMENT_SIZE + 600 }));
    const tree = fc.uniqueArray(fc.record({ path: fc.array(name, { minLength: 1, maxLength: 3 }), size }), {
      maxLength: 12,
      selector: ({ path }) => path.join('/'),
    });
    await fc.assert(
      fc.asyncProperty(tree, async (entries) => {
        const files = entries
          .map(({ path, size }) => file(path.join('/'), Buffer.alloc(size, path.join('/'))))
          .sort((left, right) => comparePaths(left.entry.path, right.entry.path));
        await expectTree(files);
      }),
      { numRuns: 25 },
    );
  });

  it('cuts at entries, after about a mebibyte', async () => {
    const files = Array.from({ length: 700 }, (_, at) =>
      file(`f${String(at).padStart(4, '0')}`, Buffer.alloc(4000, at)),
    );
    const segments = await expectTree(files);
    expect(segments.length).toBe(4);
    for (const segment of segments.slice(0, -1)) {
      expect(segment.length).toBeGreaterThan(SEGMENT_SIZE - 5000);
      expect(segment.length).toBeLessThanOrEqual(SEGMENT_SIZE);
    }
  });

  it('gives a large file a segment of its own', async () => {
    const segments = await expectTree([
      file('a', Buffer.from('small')),
      file('b', Buffer.alloc(3 * SEGMENT_SIZE, 'large')),
      file('c', Buffer.from('small')),
    ]);
    expect(segments.map(({ entries }) => entries.map(({ path }) => path))).toEqual([['a'], ['b'], ['c']]);
  });

  it('gives equal bytes for equal trees', async () => {
    const files = [file('a', Buffer.alloc(SEGMENT_SIZE)), file('b', Buffer.alloc(2 * SEGMENT_SIZE, 'x'))];
    expect((await write(files)).segments).toEqual((await write(files)).segments);
  });

  it('writes links, executables and empty directories', async () => {
    await expectTree([
      { entry: { path: 'directory', type: 'directory', size: 0 }, content: Buffer.alloc(0) },
      { entry: { path: 'link', type: 'symlink', size: 0, linkTarget: '../outside' }, content: Buffer.alloc(0) },
      { entry: { path: 'run', type: 'executable', size: 3 }, content: Buffer.from('#!\n') },
    ]);
  });

  it('writes nothing for nothing', async () => {
    expect((await write([])).segments).toEqual([]);
  });

  it.each<[string, File[], new (message: string) => Error]>([
    ['entries out of order', [file('b', Buffer.alloc(0)), file('a', Buffer.alloc(0))], RangeError],
    ['an entry twice', [file('a', Buffer.alloc(0)), file('a', Buffer.alloc(0))], RangeError],
    ['a path that leaves the root', [file('../a', Buffer.alloc(0))], ValidationError],
    [
      'a content that is too short',
      [{ entry: { path: 'a', type: 'file', size: 7 }, content: Buffer.alloc(6) }],
      RangeError,
    ],
    [
      'a content that is too long',
      [{ entry: { path: 'a', type: 'file', size: 5 }, content: Buffer.alloc(6) }],
      RangeError,
    ],
    [
      'a large content that is too short',
      [{ entry: { path: 'a', type: 'file', size: 2 * SEGMENT_SIZE }, content: Buffer.alloc(SEGMENT_SIZE) }],
      RangeError,
    ],
    [
      'a link to nothing',
      [{ entry: { path: 'a', type: 'symlink', size: 0, linkTarget: '' }, content: Buffer.alloc(0) }],
      ValidationError,
    ],
  ])('refuses %s', async (_, files, error) => {
    await expect(write(files)).rejects.toThrow(error);
  });

  it('reports that a segment could not be stored', async () => {
    const writer = new TarSegmentWriter({ store: () => Promise.reject(new Error('disk full')), modified: MODIFIED });
    await writer.addEntry({ path: 'a', type: 'file', size: 0 });
    await expect(writer.finish()).rejects.toThrow('disk full');
  });
});
