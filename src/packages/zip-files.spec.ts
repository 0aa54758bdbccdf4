import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { brokenFile, TestArchivedFile } from './__fixtures__/archived-file.js';
import { type TestEntry, type TestZip, zipOf } from './gomod/module-zip/__fixtures__/zip-writer.js';
import { readLeniently } from './lenient-reading.js';
import { readZipFiles, type ZipSelection } from './zip-files.js';

const NEVER = new AbortController().signal;
const ALL = { isWanted: () => true, maxFiles: 100, maxBytes: 1_000_000 };

async function read(bytes: Buffer, selection: Partial<ZipSelection> = {}): Promise<[string, string][]> {
  const files = await readZipFiles(new TestArchivedFile(bytes), { ...ALL, ...selection });
  return files.map(({ path, content }) => [path, content.toString()]);
}

describe('files of a zip', () => {
  const entries: TestEntry[] = [
    { name: 'a/', content: '' },
    { name: 'a/LICENSE', content: 'x'.repeat(1000) },
    { name: 'a/main.go', content: 'package a', method: 0 },
    { name: 'ä', content: 'umlaut', flags: 0x800 },
  ];

  it('are read in the order of the directory', async () => {
    expect(await read(zipOf(entries))).toEqual([
      ['a/LICENSE', 'x'.repeat(1000)],
      ['a/main.go', 'package a'],
      ['ä', 'umlaut'],
    ]);
  });

  it('are those that are wanted, up to a number, each up to a length', async () => {
    expect(await read(zipOf(entries), { isWanted: (path) => path !== 'a/main.go' })).toHaveLength(2);
    expect(await read(zipOf(entries), { maxFiles: 1, maxBytes: 10 })).toEqual([['a/LICENSE', 'x'.repeat(10)]]);
  });

  it('are read without the others', async () => {
    const noise = Array.from({ length: 20 }, (_, at) => ({ name: `noise ${at}`, content: randomBytes(500_000) }));
    const many = Array.from({ length: 10_000 }, (_, at) => ({ name: `empty file number ${at}` }));
    const file = new TestArchivedFile(zipOf([...noise, entries[1], ...many]));
    const isWanted = (path: string): boolean => path === 'a/LICENSE';
    expect(await readZipFiles(file, { ...ALL, isWanted })).toHaveLength(1);
    expect(file.size).toBeGreaterThan(10_000_000);
    expect(file.bytesRead).toBeLessThan(2_000_000);
  });

  it('may be longer than what is read at a time', async () => {
    const content = randomBytes(700_000);
    const file = new TestArchivedFile(zipOf([{ name: 'a', content }, { name: 'b', content, method: 0 }]));
    const [a, b] = await readZipFiles(file, ALL);
    expect([a.content.equals(content), b.content.equals(content)]).toEqual([true, true]);
  });

  it.each<[string, TestEntry[], TestZip?]>([
    ['no file', [], { directoryOffset: 1000 }],
    ['a directory elsewhere', entries, { directoryOffset: 0 }],
    ['a directory behind the end', entries, { directoryOffset: 0xfffffff0 }],
    ['fewer entries than it says', entries, { count: 100 }],
    ['too many entries', [], { zip64: { count: 1_000_000 } }],
    ['a directory that is far away', entries, { zip64: { offset: 2n ** 60n } }],
    ['a file behind the end', [{ name: 'a', offset: 100_000 }]],
    ['a file that is no deflated data', [{ name: 'a', raw: Buffer.from('nonsense'), size: 100 }]],
    ['a file that is longer than it says', [{ name: 'a', content: 'x'.repeat(100), size: 10 }]],
    ['a path that leads out', [{ name: '../a' }]],
  ])('say nothing in a zip with %s', async (_, broken, zip = {}) => {
    const file = new TestArchivedFile(zipOf(broken, zip));
    const found = await readLeniently(file, NEVER, (readable) => readZipFiles(readable, ALL));
    expect(found ?? []).toEqual([]);
  });

  it('say nothing when they are encrypted or packed in unknown ways', async () => {
    expect(await read(zipOf([{ name: 'a', flags: 1 }, { name: 'b', method: 12 }]))).toEqual([]);
  });

  it.each(['at once', 'while it is read'] as const)('are not missing when a store fails %s', async (when) => {
    const file = brokenFile(new TestArchivedFile(zipOf(entries)), when);
    const found = readLeniently(file, NEVER, (readable) => readZipFiles(readable, ALL));
    await expect(found).rejects.toThrow('broken disk');
  });
});
