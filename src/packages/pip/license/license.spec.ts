import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { brokenFile, TestArchivedFile } from '../../__fixtures__/archived-file.js';
import { zipOf } from '../../gomod/module-zip/__fixtures__/zip-writer.js';
import { NOTHING_DECLARED } from '../../licenses/index.js';
import { sdist } from '../__fixtures__/sdist.js';
import { BuiltArchives } from '../distributions/__fixtures__/built.js';
import { fieldsLicense, type LicenseFields } from './declared-fields.js';
import { readLicense } from './index.js';

const NEVER = new AbortController().signal;
const SDIST = 'https://files.example/made-1.0.tar.gz';
const WHEEL = 'https://files.example/made-1.0-py3-none-any.whl';
const GIT = `git+https://git.example/team/made.git#${'a'.repeat(40)}`;
const PKG_INFO = 'made-1.0/PKG-INFO';

function declared(bytes: Buffer, upstream: string) {
  return readLicense(new TestArchivedFile(bytes, { upstream }), NEVER);
}

describe('the licence of a Python package', () => {
  const osi = (name: string): string => `License :: OSI Approved :: ${name}`;

  it.each<[string, LicenseFields, string | null, string | null]>([
    [
      'an expression',
      { expression: 'MIT OR Apache-2.0', license: 'x', classifiers: [osi('BSD License')] },
      'MIT OR Apache-2.0',
      null,
    ],
    [
      'an expression of something new',
      { expression: 'Made-Up-2.0', license: 'MIT', classifiers: [] },
      null,
      'Made-Up-2.0',
    ],
    ['an identifier', { license: 'MIT', classifiers: [osi('BSD License')] }, 'MIT', null],
    ['a name', { license: 'MIT License', classifiers: [] }, 'MIT', null],
    ['a name that may mean several', { license: 'BSD', classifiers: [osi('BSD License')] }, null, 'BSD'],
    ['a name that a classifier explains', { license: 'see the file', classifiers: [osi('MIT License')] }, 'MIT', null],
    ['a text', { license: 'MIT\n\nPermission is hereby granted', classifiers: [] }, null, 'MIT'],
    ['a text and a classifier', { license: 'Copyright\nPermission', classifiers: [osi('MIT License')] }, 'MIT', null],
    [
      'a text and a vague classifier',
      { license: 'Copyright\nPermission', classifiers: [osi('A')] },
      null,
      'License :: OSI Approved :: A',
    ],
    ['what stands for nothing', { license: 'UNKNOWN', classifiers: [] }, null, null],
    ['a classifier', { classifiers: ['Topic :: Software', osi('MIT License')] }, 'MIT', null],
    [
      'classifiers',
      { classifiers: [osi('A'), osi('B')] },
      null,
      'License :: OSI Approved :: A, License :: OSI Approved :: B',
    ],
    ['other classifiers', { classifiers: ['Topic :: Software'] }, null, null],
    ['nothing', { classifiers: [] }, null, null],
    ['blanks', { expression: ' ', license: ' \n ', classifiers: [] }, null, null],
  ])('%s', (_, fields, expression, words) => {
    const file = expression === null && words === null ? null : PKG_INFO;
    expect(fieldsLicense(fields, PKG_INFO)).toEqual({ expression, declared: words, file });
  });
});

const MIT = 'Metadata-Version: 2.1\nName: made\nLicense: MIT\n\nLicense: ISC\n';
const PYPROJECT = '[project]\nname = "made"\nlicense = "MIT"\n';

describe('the licence of a source distribution', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['its metadata', SDIST, { 'PKG-INFO': MIT, 'pyproject.toml': '[project]\nlicense = "ISC"' }, 'PKG-INFO'],
    ['metadata of setuptools', SDIST, { 'PKG-INFO': '', 'src/made.egg-info/PKG-INFO': MIT }, ''],
    [
      'pyproject.toml of a repository',
      GIT,
      { 'PKG-INFO': 'License: ISC\n', 'pyproject.toml': PYPROJECT },
      'pyproject.toml',
    ],
    ['a table', GIT, { 'pyproject.toml': '[project.license]\ntext = "MIT"\n' }, 'pyproject.toml'],
    ['poetry', GIT, { 'pyproject.toml': '[tool.poetry]\nlicense = "MIT"\n' }, 'pyproject.toml'],
    [
      'classifiers',
      GIT,
      { 'pyproject.toml': '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]\n' },
      'pyproject.toml',
    ],
    ['setup.cfg', GIT, { 'setup.cfg': '[metadata]\nlicense = MIT\n' }, 'setup.cfg'],
    [
      'its classifiers',
      GIT,
      { 'setup.cfg': '[metadata]\nclassifiers =\n  A :: B\n  License :: OSI Approved :: MIT License\n' },
      'setup.cfg',
    ],
    [
      'setup.cfg when the other is silent',
      GIT,
      { 'pyproject.toml': '[project]\n', 'setup.cfg': '[metadata]\nlicense = MIT\n' },
      'setup.cfg',
    ],
    [
      'setup.cfg when the other is broken',
      GIT,
      { 'pyproject.toml': '[project', 'setup.cfg': '[metadata]\nlicense = MIT\n' },
      'setup.cfg',
    ],
    ['neither', GIT, { 'setup.py': 'setup(license="MIT")', 'sub/pyproject.toml': PYPROJECT, 'setup.cfg': 'MIT' }, ''],
    ['a file', GIT, { 'pyproject.toml': '[project]\nlicense = {file = "LICENSE"}\n' }, ''],
  ])('is in %s', async (_, upstream, files, file) => {
    const expected = file === '' ? NOTHING_DECLARED : { expression: 'MIT', declared: null, file: `made-1.0/${file}` };
    expect(await declared(await sdist(files), upstream)).toEqual(expected);
  });

  it('is not looked for any longer once it is known', async () => {
    const bytes = await sdist({ 'PKG-INFO': MIT, noise: randomBytes(1_000_000).toString('latin1') });
    const file = new TestArchivedFile(bytes, { upstream: SDIST });
    expect(await readLicense(file, NEVER)).toMatchObject({ expression: 'MIT' });
    expect(file.bytesRead).toBeLessThan(500_000);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.of()],
    ['some bytes', Buffer.from('abc')],
    ['noise', randomBytes(100_000)],
    ['compressed noise', gzipSync(randomBytes(100_000))],
    ['a bomb', gzipSync(Buffer.alloc(100_000_000))],
    ['the beginning of a zip', zipOf([{ name: PKG_INFO, content: MIT }]).subarray(0, 80)],
  ])('is unknown when there is %s', async (_, bytes) => {
    expect(await declared(bytes, SDIST)).toEqual(NOTHING_DECLARED);
  });

  it.each(['at once', 'while it is read'] as const)('is not what a store says that fails %s', async (when) => {
    const file = brokenFile(new TestArchivedFile(await sdist({ 'PKG-INFO': MIT })), when);
    await expect(readLicense(file, NEVER)).rejects.toThrow('broken disk');
  });
});

describe('the licence of a wheel', () => {
  const metadata = { name: 'made-1.0.dist-info/METADATA', content: `${MIT}${'x'.repeat(100_000)}` };

  it.each<[string, Parameters<typeof zipOf>[0], string | null]>([
    ['its metadata', [{ name: 'made.py' }, metadata], 'MIT'],
    [
      'other files',
      [{ name: 'PKG-INFO', content: MIT }, { name: 'a/made-1.0.dist-info/METADATA', content: MIT }],
      null,
    ],
    ['two folders', [metadata, { name: 'a-1.0.dist-info/METADATA', content: MIT }], null],
    ['broken metadata', [{ ...metadata, raw: Buffer.from('nonsense') }], null],
  ])('is in %s', async (_, entries, expression) => {
    const expected = expression === null ? NOTHING_DECLARED : { expression, declared: null, file: metadata.name };
    expect(await declared(zipOf(entries), WHEEL)).toEqual(expected);
    expect(await declared(zipOf(entries), `${WHEEL}#sha256-${'a'.repeat(64)}`)).toEqual(expected);
  });
});

/** Python expressions. */
const TEXT = 'tar(("made-1.0/x", os.urandom(200000)), ("made-1.0/PKG-INFO", b"License: MIT\\n\\n"))';
const BUILT = [
  TEXT,
  `gzip.compress(${TEXT})`,
  `bz2.compress(${TEXT})`,
  `lzma.compress(${TEXT})`,
  'zipped(("made-1.0/x", b"x"), ("made-1.0/PKG-INFO", b"License: MIT\\n\\n"))',
  `bz2.compress(${TEXT})[:2000]`,
  `lzma.compress(${TEXT})[:2000]`,
  'bz2.compress(bytes(100000000))',
];

describe('archives that Python has packed', () => {
  const archives = new BuiltArchives(BUILT.map((expression) => ({ fileName: 'archive', expression })));
  afterAll(() => archives.remove());

  // What they are called tells nothing.
  const itReads = (row: number, expected: object): void =>
    itWithTool('python3', `are read: ${BUILT[row].replace(TEXT, 'TEXT')}`, async () => {
      expect(await declared(readFileSync(archives.file(row)), 'https://files.example/?download')).toEqual(expected);
    });

  for (const row of [0, 1, 2, 3, 4]) itReads(row, { expression: 'MIT', declared: null, file: PKG_INFO });
  for (const row of [5, 6, 7]) itReads(row, NOTHING_DECLARED);
});
