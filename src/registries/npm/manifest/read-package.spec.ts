import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { type Member, tarballOf, tarOf } from '../testing.js';
import { listFiles, type PackageContent, readPackage } from './read-package.js';

const NEVER = new AbortController().signal;
const NOTHING: PackageContent = { packageJson: undefined, hasGypFile: false, hasShrinkwrap: false };

/** In pieces, as they come from a file. */
function stream(bytes: Buffer, size = 10_000): AsyncIterable<Uint8Array> {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  );
}

describe('readPackage', () => {
  it.each<[string, Record<string, Member>, Partial<PackageContent>]>([
    ['the usual directory', { 'package/package.json': '{}' }, { packageJson: '{}' }],
    ['another directory', { 'kite-1.0/package.json': '{}' }, { packageJson: '{}' }],
    ['no directory', { 'package.json': '{}' }, { packageJson: '{}' }],
    ['a deeper one', { 'package/lib/package.json': '{}' }, {}],
    ['the first of several', { 'a/package.json': '1', 'b/package.json': '2' }, { packageJson: '1' }],
    [
      'members before and after',
      { 'package/a': 'x'.repeat(100_000), 'package/package.json': '{}', 'package/z': 'z' },
      { packageJson: '{}' },
    ],
    ['a link', { 'package/package.json': { type: 'symlink', linkname: 'x' }, 'b/package.json': '2' }, {}],
    ['a directory of that name', { 'package/package.json': { type: 'directory' } }, {}],
    ['a large one', { 'package/package.json': 'x'.repeat(1_000_000) }, { packageJson: 'x'.repeat(1_000_000) }],
    ['one that is too large', { 'package/package.json': 'x'.repeat(1_100_000) }, {}],
    [
      'other files of the root',
      { 'package/package.json': '{}', 'package/binding.gyp': '', 'package/npm-shrinkwrap.json': '' },
      { packageJson: '{}', hasGypFile: true, hasShrinkwrap: true },
    ],
    ['the same files elsewhere', { 'package/src/binding.gyp': '', 'package/test/npm-shrinkwrap.json': '' }, {}],
    ['long names', { [`package/${'a/'.repeat(200)}b`]: 'x', 'package/package.json': '{}' }, { packageJson: '{}' }],
    ['nothing', {}, {}],
  ])('reads %s', async (_, members, expected) => {
    expect(await readPackage(stream(await tarballOf(members)), NEVER)).toEqual({ ...NOTHING, ...expected });
  });

  it.each<[string, () => Promise<Buffer>, Partial<PackageContent>?]>([
    ['nothing', async () => Buffer.of()],
    ['noise', async () => randomBytes(100_000)],
    ['compressed noise', async () => gzipSync(randomBytes(100_000))],
    ['a tar that is not compressed', () => tarOf({ 'package/package.json': '{}' })],
    ['what is cut off early', async () => (await tarballOf({ 'package/package.json': '{}' })).subarray(0, 30)],
    [
      'what is cut off later',
      async () => {
        const whole = await tarballOf({ 'package/package.json': '{}', 'package/z': randomBytes(200_000) });
        return whole.subarray(0, 100_000);
      },
      { packageJson: '{}' },
    ],
    ['a bomb', async () => gzipSync(Buffer.alloc(20_000_000))],
    [
      'a bomb behind the file',
      async () => {
        const bomb = gzipSync(await tarOf({ 'package/package.json': '{}', 'package/zeros': Buffer.alloc(60_000_000) }));
        return Buffer.concat(Array.from({ length: 10 }, () => bomb));
      },
      { packageJson: '{}' },
    ],
    [
      'attributes of a megabyte',
      () => tarballOf({ 'package/a': { pax: { comment: 'x'.repeat(2_000_000) } }, 'package/package.json': '{}' }),
    ],
    [
      'attributes of a megabyte in many parts',
      async () => {
        const pax = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`key${at}`, 'value']));
        return tarballOf({ 'package/a': { pax }, 'package/package.json': '{}' });
      },
    ],
  ])('survives %s', async (_, bytes, expected = {}) => {
    expect(await readPackage(stream(await bytes()), NEVER)).toEqual({ ...NOTHING, ...expected });
  });

  it('does not take a failure of the store for a damaged package', async () => {
    const missing = createReadStream('/nothing/there');
    await expect(readPackage(missing, NEVER)).rejects.toThrow('ENOENT');
    const bytes = await tarballOf({ 'package/package.json': '{}', 'package/noise': randomBytes(100_000) });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 50_000);
      throw new Error('broken disk');
    }
    await expect(readPackage(broken(), NEVER)).rejects.toThrow('broken disk');
  });

  it('ends when it is told to', async () => {
    const abort = new AbortController();
    let close = (): void => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield (await tarballOf({ 'package/noise': randomBytes(200_000) })).subarray(0, 100_000);
        abort.abort(new Error('cancelled'));
        for (;;) yield gzipSync('');
      } finally {
        close();
      }
    }
    await expect(readPackage(endless(), abort.signal)).rejects.toThrow('cancelled');
    await closed;
  });
});

describe('listFiles', () => {
  it('names the files below a directory', async () => {
    const bytes = await tarballOf({
      'package/bin': { type: 'directory' },
      'package/bin/a': '',
      'package/bin/lib/b': '',
      'package/bin/link': { type: 'symlink', linkname: 'a' },
      'package/binary': '',
      'package/package.json': '{}',
    });
    expect(await listFiles(stream(bytes), 'bin', NEVER)).toEqual(['a', 'lib/b']);
  });

  it('stops when there are too many', async () => {
    const members = Object.fromEntries(Array.from({ length: 10_050 }, (_, at) => [`package/bin/${at}`, '']));
    expect(await listFiles(stream(await tarballOf(members)), 'bin', NEVER)).toHaveLength(10_000);
  });
});
