import { describe, expect, it } from '@jest/globals';
import tar from 'tar-stream';
import { encodePath } from './path-bytes.js';
import { clampTime, padding, tarHeader, type TarHeader } from './tar-header.js';

const FILE: TarHeader = { path: 'app/a', type: 'file', size: 0, modified: 1_700_000_000 };
const GIB = 2 ** 30;

/** What tar-stream reads in one header. */
async function read(header: TarHeader): Promise<tar.Header> {
  const extract = tar.extract();
  const found = new Promise<tar.Header>((resolve, reject) => {
    extract.once('entry', resolve);
    extract.once('error', reject);
  });
  extract.write(tarHeader(header));
  const headers = await found;
  extract.destroy();
  return headers;
}

describe('tarHeader', () => {
  it.each<[string, Partial<TarHeader>, Partial<tar.Header>, number]>([
    ['a file', {}, { name: 'app/a', mode: 0o644, type: 'file' }, 512],
    ['an executable', { type: 'executable' }, { mode: 0o755, type: 'file' }, 512],
    ['a link', { type: 'symlink', linkTarget: '../b' }, { mode: 0o777, type: 'symlink', linkname: '../b' }, 512],
    ['an empty directory', { type: 'directory', path: 'deps' }, { name: 'deps/', mode: 0o755, type: 'directory' }, 512],
    ['no owner', {}, { uid: 0, gid: 0, uname: '', gname: '' }, 512],
    ['a name of 100 bytes', { path: 'n'.repeat(100) }, { name: 'n'.repeat(100) }, 512],
    [
      'a path of 256 bytes',
      { path: `${'p'.repeat(155)}/${'n'.repeat(100)}` },
      { name: `${'p'.repeat(155)}/${'n'.repeat(100)}` },
      512,
    ],
    ['a name of 101 bytes', { path: 'n'.repeat(101) }, { name: 'n'.repeat(101) }, 1536],
    [
      'a path of 257 bytes',
      { path: `${'p'.repeat(156)}/${'n'.repeat(100)}` },
      { name: `${'p'.repeat(156)}/${'n'.repeat(100)}` },
      1536,
    ],
    ['a long directory', { type: 'directory', path: `p/${'n'.repeat(99)}` }, { name: `p/${'n'.repeat(99)}/` }, 512],
    ['a deep directory', { type: 'directory', path: 'd'.repeat(100) }, { name: `${'d'.repeat(100)}/` }, 1536],
    ['a very long path', { path: 'dir/'.repeat(1000) + 'x' }, { name: 'dir/'.repeat(1000) + 'x' }, 512 + 4096 + 512],
    [
      'a link target of 100 bytes',
      { type: 'symlink', linkTarget: 't'.repeat(100) },
      { linkname: 't'.repeat(100) },
      512,
    ],
    [
      'a link target of 101 bytes',
      { type: 'symlink', linkTarget: 't'.repeat(101) },
      { linkname: 't'.repeat(101) },
      1536,
    ],
    ['a name with a line feed', { path: 'app/a\nb' }, { name: 'app/a\nb' }, 512],
    ['the largest size of ustar', { size: 8 * GIB - 1 }, { size: 8 * GIB - 1 }, 512],
    ['a larger size', { size: 8 * GIB }, { size: 8 * GIB, pax: { size: String(8 * GIB) } }, 1536],
    ['a time before 1980', { modified: 0 }, { mtime: new Date(315_532_800_000) }, 512],
    ['a time after January 2038', { modified: 2 ** 31 + 5 }, { mtime: new Date((2 ** 31 + 5) * 1000) }, 512],
    ['a time beyond tar', { modified: 2 ** 50 }, { mtime: new Date((8 ** 11 - 1) * 1000) }, 512],
  ])('writes %s', async (_, fields, expected, length) => {
    const header = { ...FILE, ...fields };
    expect(tarHeader(header)).toHaveLength(length);
    expect(await read(header)).toMatchObject({ mtime: new Date(FILE.modified * 1000), ...expected });
  });

  it('writes names that are not ASCII as pax records, and plainly for readers that know none', () => {
    const header = tarHeader({ ...FILE, path: 'app/naïve' });
    expect(header.subarray(512).toString()).toMatch(/^19 path=app\/naïve\n/);
    expect(header.subarray(1024, 1034).toString()).toBe('app/naïve');
  });

  it('writes names that are not UTF-8 as the bytes they are', () => {
    const path = 'app/\udce9t\udce9';
    const header = tarHeader({ ...FILE, path });
    expect(header).toHaveLength(512);
    expect(header.subarray(0, 7).equals(encodePath(path))).toBe(true);
  });

  it.each([
    [90, 99],
    [91, 101],
    [989, 999],
    [990, 1001],
  ])('counts the digits of a record for %i bytes', (length, total) => {
    const record = tarHeader({ ...FILE, path: 'é' + 'n'.repeat(length - 2) })
      .subarray(512)
      .toString('latin1');
    const [digits = ''] = record.split(' ');
    expect(Number(digits)).toBe(record.indexOf('\n') + 1);
    expect(Number(digits)).toBe(total);
  });

  it('fills contents up to whole blocks', () => {
    expect([0, 1, 511, 512, 513].map((size) => padding(size).length)).toEqual([0, 511, 1, 0, 511]);
  });

  it('cuts fractions of seconds off', () => {
    expect(clampTime(1_700_000_000.9)).toBe(1_700_000_000);
  });
});
