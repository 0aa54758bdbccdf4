import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { brokenFile, TestArchivedFile } from '../__fixtures__/archived-file.js';
import { NOTHING_DECLARED } from '../licenses/index.js';
import { pax, type RawMember, tarText } from './external/__fixtures__/tar-text.js';
import { manifestLicense, readLicense } from './license.js';

const NEVER = new AbortController().signal;

function packed(...members: RawMember[]): Buffer {
  return gzipSync(tarText(...members));
}

function manifest(license: unknown, name = 'package/package.json'): RawMember {
  return { name, content: JSON.stringify({ license }) };
}

describe('the licence in a package.json', () => {
  it.each<[string, object, string | null, string | null]>([
    ['an expression', { license: '(MIT OR Apache-2.0)' }, '(MIT OR Apache-2.0)', null],
    [
      'one with an exception',
      { license: 'GPL-2.0-only WITH Classpath-exception-2.0' },
      'GPL-2.0-only WITH Classpath-exception-2.0',
      null,
    ],
    ['blanks around it', { license: ' MIT\n' }, 'MIT', null],
    ['an object', { license: { type: 'MIT', url: 'https://h.example' } }, 'MIT', null],
    ['an object with a name', { license: { name: 'ISC' } }, 'ISC', null],
    ['a list of one', { licenses: [{ type: 'MIT', url: 'https://h.example' }] }, 'MIT', null],
    ['a list of one text', { licenses: ['MIT'] }, 'MIT', null],
    ['a list that is none', { licenses: { type: 'MIT' } }, 'MIT', null],
    ['a list of several', { licenses: [{ type: 'MIT' }, { type: 'GPL-2.0-only' }] }, null, 'MIT, GPL-2.0-only'],
    ['a list in the place of a text', { license: ['MIT', 'ISC'] }, null, 'MIT, ISC'],
    ['both fields', { license: 'MIT', licenses: [{ type: 'ISC' }] }, 'MIT', null],
    ['a file', { license: 'SEE LICENSE IN terms.txt' }, null, 'SEE LICENSE IN terms.txt'],
    ['none that is given to anybody', { license: 'UNLICENSED' }, null, 'UNLICENSED'],
    ['the other one', { license: 'Unlicense' }, 'Unlicense', null],
    ['words', { license: 'Our own terms' }, null, 'Our own terms'],
    ['a text', { license: 'Our own terms\n\nYou may not' }, null, 'Our own terms'],
    ['a long line', { license: 'x'.repeat(10_000) }, null, 'x'.repeat(200)],
    ['characters that no database takes', { license: 'a\u0000b\ud800c\u202ed' }, null, 'abcd'],
    ['nothing printable', { license: '\u0000' }, null, null],
    ['nothing', {}, null, null],
    ['an empty text', { license: '' }, null, null],
    ['something else', { license: 7, licenses: [true, {}] }, null, null],
    ['what every object has', JSON.parse('{"__proto__": {"license": "MIT"}}') as object, null, null],
  ])('%s', (_, fields, expression, declared) => {
    const file = expression === null && declared === null ? null : 'package/package.json';
    expect(manifestLicense({ ...fields }, 'package/package.json')).toEqual({ expression, declared, file });
  });
});

describe('the licence of a tarball', () => {
  it.each<[string, Buffer, string]>([
    ['the usual folder', packed({ name: 'package/a' }, manifest('MIT')), 'package/package.json'],
    ['another folder', packed(manifest('MIT', 'kite-1.0/package.json')), 'kite-1.0/package.json'],
    ['no folder', packed(manifest('MIT', './package.json')), 'package.json'],
    ['the first of several', packed(manifest('MIT'), manifest('ISC')), 'package/package.json'],
    [
      'a deeper one before it',
      packed(manifest('ISC', 'package/lib/package.json'), manifest('MIT')),
      'package/package.json',
    ],
    ['no compression', tarText(manifest('MIT')), 'package/package.json'],
    ['long names', packed(pax({ path: `package/${'a/'.repeat(200)}b` }), {}, manifest('MIT')), 'package/package.json'],
  ])('%s', async (_, bytes, file) => {
    expect(await readLicense(new TestArchivedFile(bytes), NEVER)).toEqual({ expression: 'MIT', declared: null, file });
  });

  it.each<[string, Buffer]>([
    ['no bytes', Buffer.of()],
    ['noise', randomBytes(100_000)],
    ['compressed noise', gzipSync(randomBytes(100_000))],
    ['the beginning of an archive', packed(manifest('MIT')).subarray(0, 60)],
    ['no package.json', packed({ name: 'package/a' })],
    ['no JSON', packed({ name: 'package/package.json', content: '{' })],
    ['no object', packed({ name: 'package/package.json', content: '"MIT"' })],
    ['deep JSON', packed({ name: 'package/package.json', content: '['.repeat(1_000_000) })],
    ['a link', packed({ name: 'package/package.json', type: '2', link: 'x' }, manifest('MIT'))],
    ['a large one', packed({ name: 'package/package.json', content: `{"a":"${'x'.repeat(3_000_000)}"}` })],
    ['a bomb', gzipSync(Buffer.alloc(100_000_000))],
  ])('%s declares nothing', async (_, bytes) => {
    expect(await readLicense(new TestArchivedFile(bytes), NEVER)).toEqual(NOTHING_DECLARED);
  });

  it('does not read on when it is known', async () => {
    const file = new TestArchivedFile(packed(manifest('MIT'), { content: randomBytes(5_000_000) }));
    expect(await readLicense(file, NEVER)).toMatchObject({ expression: 'MIT' });
    expect(file.bytesRead).toBeLessThan(1_000_000);
  });

  it.each(['at once', 'while it is read'] as const)('is not what a store says that fails %s', async (when) => {
    const file = brokenFile(new TestArchivedFile(packed(manifest('MIT'))), when);
    await expect(readLicense(file, NEVER)).rejects.toThrow('broken disk');
  });

  it('is not read when nobody wants it any more', async () => {
    const file = new TestArchivedFile(packed(manifest('MIT')));
    await expect(readLicense(file, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });
});
