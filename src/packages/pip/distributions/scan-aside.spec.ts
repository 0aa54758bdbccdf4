import { afterAll, describe, expect } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { ValidationError } from '../../../errors/index.js';
import { BuiltArchives } from './__fixtures__/built.js';
import { readSdist } from './read-sdist.js';

const itWithPython = (name: string, test: () => Promise<void>) => itWithTool('python3', name, test);

const EGG_INFO = '("foo-1.0/foo.egg-info/requires.txt", b"kite"), ("foo-1.0/foo.egg-info/PKG-INFO", b""), ("foo-1.0/bar.egg-info/PKG-INFO", b"")';
/** File name and Python expression. */
const ROWS = [
  ['foo-1.0.tar.bz2', `bz2.compress(tar(*SDIST, ${EGG_INFO}, ("foo-1.0/x", os.urandom(5000000))))`],
  ['foo-1.0.tar.xz', `lzma.compress(tar(*SDIST, ${EGG_INFO}, ("foo-1.0/x", os.urandom(20000000))), preset=0)`],
  ['bad-1.0.tar.bz2', 'b"BZh9" + bytes(1000)'],
  ['bad-1.0.tar.xz', 'bytes(1000)'],
  ['foo-1.0.tar.gz', `gzip.compress(tar(*SDIST, ${EGG_INFO}, *((f"foo-1.0/{n}", b"") for n in range(20000))))`],
] as const;

describe('what is unpacked in a thread', () => {
  const archives = new BuiltArchives(ROWS.map(([fileName, expression]) => ({ fileName, expression })));
  afterAll(() => archives.remove());

  async function read(row: number, signal = new AbortController().signal) {
    return readSdist(archives.file(row), ROWS[row][0], { requirePkgInfo: true }, signal);
  }

  itWithPython('comes back as from here', async () => {
    const [bzip2, xz, gzip] = await Promise.all([read(0), read(1), read(4)]);
    expect(bzip2).toEqual(gzip);
    expect(xz).toEqual(gzip);
    expect([...gzip.files.values(), bzip2.pkgInfo].every((content) => Buffer.isBuffer(content))).toBe(true);
    expect([...bzip2.eggInfos]).toEqual([['foo', { requires: Buffer.from('kite') }], ['bar', { requires: undefined }]]);
  });

  itWithPython('is refused with the same words', async () => {
    for (const row of [2, 3]) {
      const error: unknown = await read(row).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ValidationError);
      expect(String(error)).toMatch(/^ValidationError: The file "bad-1.0.tar.\w+" is refused: it is no .* file/);
    }
  });

  itWithPython('ends with the signal', async () => {
    for (const row of [0, 1, 4]) {
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error('enough')), 5);
      const reading = read(row, abort.signal);
      await expect(reading).rejects.toThrow('enough');
      await expect(read(row, abort.signal)).rejects.toThrow('enough');
    }
  });
});
