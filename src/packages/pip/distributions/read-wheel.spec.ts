import { afterAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { ValidationError } from '../../../errors/index.js';
import { BuiltArchives } from './__fixtures__/built.js';
import { readWheelMetadata } from './read-wheel.js';

const signal = new AbortController().signal;
const itWithPython = (name: string, test: () => Promise<void>) => itWithTool('python3', name, test);
const WHEEL = 'foo-1.0-py3-none-any.whl';
const NAMED = (folder: string) => `zipped(("${folder}/METADATA", METADATA[1]))`;

/** Description, file name, Python expression, path of the metadata. */
const VALID: [string, string, string, string][] = [
  ['usual', WHEEL, 'zipped(*WHEEL)', 'foo-1.0.dist-info/METADATA'],
  ['stored', WHEEL, 'zipped(*WHEEL, method=zipfile.ZIP_STORED)', 'foo-1.0.dist-info/METADATA'],
  ['with folders', WHEEL, 'zipped(("foo-1.0.dist-info/", b""), *WHEEL)', 'foo-1.0.dist-info/METADATA'],
  [
    'another spelling',
    'Foo_Bar-1.0.0-py3-none-any.whl',
    NAMED('foo.bar-1.0.dist-info'),
    'foo.bar-1.0.dist-info/METADATA',
  ],
  [
    'vendored packages',
    WHEEL,
    'zipped(*WHEEL, ("foo/_vendor/bar-2.dist-info/METADATA", b""))',
    'foo-1.0.dist-info/METADATA',
  ],
  [
    'a local version',
    'foo-1.0+cpu_1-py3-none-any.whl',
    NAMED('foo-1.0+cpu.1.dist-info'),
    'foo-1.0+cpu.1.dist-info/METADATA',
  ],
];

/** Description, file name, Python expression, what the refusal says. */
const HOSTILE: [string, string, string, RegExp][] = [
  ['text', WHEEL, 'b"<html>" * 1000', /no zip file/],
  ['nothing', WHEEL, 'b""', /no zip file/],
  ['cut off', WHEEL, 'zipped(*WHEEL)[:-1]', /no zip file/],
  ['a source distribution', WHEEL, 'gzip.compress(tar(*SDIST))', /no zip file/],
  ['more behind it', WHEEL, 'zipped(*WHEEL) + b"x"', /no zip file/],
  ['no metadata', WHEEL, 'zipped(SETUP)', /holds no .dist-info\/METADATA/],
  ['metadata in the root', WHEEL, 'zipped(("METADATA", b""))', /holds no/],
  ['metadata too deep', WHEEL, 'zipped(("foo-1.0.dist-info/METADATA/x", b""))', /holds no/],
  ['metadata as a folder', WHEEL, 'zipped(("foo-1.0.dist-info/METADATA/", b""))', /holds no/],
  ['metadata as a link', WHEEL, 'links(("foo-1.0.dist-info/METADATA", b"/etc/passwd", 0o120777))', /holds no/],
  ['metadata in lower case', WHEEL, 'zipped(("foo-1.0.dist-info/metadata", b""))', /holds no/],
  ['two folders', WHEEL, 'zipped(*WHEEL, ("bar-1.0.dist-info/METADATA", b""))', /several/],
  ['two folders, one without metadata', WHEEL, 'zipped(*WHEEL, ("bar-1.0.dist-info/RECORD", b""))', /several/],
  ['two spellings', WHEEL, 'zipped(*WHEEL, ("Foo-1.0.dist-info/METADATA", b""))', /several/],
  ['another name', WHEEL, NAMED('bar-1.0.dist-info'), /another release/],
  ['another version', WHEEL, NAMED('foo-1.1.dist-info'), /another release/],
  ['no version', WHEEL, NAMED('foo.dist-info'), /another release/],
  ['metadata twice', WHEEL, 'zipped(*WHEEL, METADATA)', /two members of the same name/],
  ['code twice', WHEEL, 'zipped(*WHEEL, ("foo/__init__.py", b"y"))', /two members of the same name/],
  ['huge metadata', WHEEL, 'zipped(("foo-1.0.dist-info/METADATA", os.urandom(2**22 + 1)))', /more than 4194304 bytes/],
  ['a bomb', WHEEL, 'zipped(*WHEEL, ("foo/x", bytes(2**27)))', /unpacks to more/],
  [
    'metadata that is longer than it says',
    WHEEL,
    'patched(zipped(*WHEEL), (METADATA[0].encode(), -46 + 24, b"\\5\\0\\0\\0"))',
    /damaged or cut off/,
  ],
  [
    'metadata of another sum',
    WHEEL,
    'patched(zipped(*WHEEL), (METADATA[0].encode(), -46 + 16, b"1234"))',
    /damaged member/,
  ],
  ['encrypted', WHEEL, 'patched(zipped(*WHEEL), (METADATA[0].encode(), -46 + 8, b"\\1\\0"))', /encrypted/],
  ['a link out of it', WHEEL, 'zipped(*WHEEL, ("../x", b""))', /no zip file/],
  ['overlapping members', WHEEL, 'overlapping(3, 100)', /overlap/],
  ['hidden members', WHEEL, 'patched(zipped(*WHEEL, *SDIST), (b"PK\\5\\6", 8, b"\\3\\0\\3\\0"))', /in two ways/],
  [
    'another name before its content',
    WHEEL,
    'zipped(METADATA, ("x", b"")).replace(b"METADATA", b"METADATE", 1)',
    /two names/,
  ],
  ['no name of a wheel', 'foo-1.0.whl', 'zipped(*WHEEL)', /not the name of a wheel/],
];

describe('metadata of a wheel', () => {
  const rowsOf = (table: readonly (readonly [string, string, string, unknown])[]) =>
    table.map(([, fileName, expression]) => ({ fileName, expression }));
  const valid = new BuiltArchives(rowsOf(VALID));
  const hostile = new BuiltArchives(rowsOf(HOSTILE));

  afterAll(() => {
    valid.remove();
    hostile.remove();
  });

  for (const [row, [title, fileName, , path]] of VALID.entries()) {
    itWithPython(title, async () => {
      expect(await readWheelMetadata(valid.file(row), fileName, signal)).toEqual(valid.listed(row).get(path));
    });
  }

  for (const [row, [title, fileName, , message]] of HOSTILE.entries()) {
    itWithPython(`refused: ${title}`, async () => {
      const error: unknown = await readWheelMetadata(hostile.file(row), fileName, signal).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ValidationError);
      expect(String(error)).toMatch(message);
    });
  }

  itWithPython('a signal ends it', async () => {
    const reading = readWheelMetadata(valid.file(0), WHEEL, AbortSignal.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
  });
});

it('a file that is not there is no fault of the package', async () => {
  await expect(readWheelMetadata('/nowhere/x', WHEEL, signal)).rejects.toMatchObject({ code: 'ENOENT' });
});
