import { describe, expect, it } from '@jest/globals';
import { treeOf } from '../../__fixtures__/source-tree.js';
import { sourceFiles } from './project-files.js';
import { readNameAndVersion } from './read-name-and-version.js';

type Files = Record<string, string | Buffer>;

/** Name, version, and what was logged. */
async function read(files: Files): Promise<[string | undefined, string | undefined, string[]]> {
  const log: string[] = [];
  const { name, version } = await readNameAndVersion(sourceFiles(treeOf(files), '.'), (message) => log.push(message));
  return [name, version, log];
}

const cfg = (version: string, options = ''): string => `[metadata]\nname = c\nversion = ${version}\n${options}`;
const toml = (dynamic: string, more = ''): string =>
  `[project]\nname = "t"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = ${dynamic}\n${more}`;
const PY = "setup(name='p', version='1')";
const TOML = '[project]\nname = "t"\nversion = "3"';

describe('readNameAndVersion', () => {
  it.each<[string, Files, string?, string?]>([
    ['nothing', {}],
    ['setup.py', { 'setup.py': PY }, 'p', '1'],
    ['setup.cfg', { 'setup.cfg': cfg('2') }, 'c', '2'],
    ['pyproject.toml', { 'pyproject.toml': TOML }, 't', '3'],
    ['all three', { 'setup.py': PY, 'setup.cfg': cfg('2'), 'pyproject.toml': TOML }, 'p', '1'],
    ['the name from the first', { 'setup.py': "setup(name='p')", 'setup.cfg': cfg('2') }, 'p', '2'],
    ['the version from the first', { 'setup.py': "setup(version='1')", 'setup.cfg': cfg('2') }, 'c', '1'],
    ['the version from the last', { 'setup.py': "setup(name='p')", 'pyproject.toml': TOML }, 'p', '3'],
    ['one each', { 'setup.py': 'setup()', 'setup.cfg': '[metadata]\nname = c', 'pyproject.toml': TOML }, 'c', '3'],
    ['nothing in the first', { 'setup.py': 'setup()', 'setup.cfg': cfg('2') }, 'c', '2'],
    ['empty values do not count', { 'setup.py': "setup(name='', version=())", 'setup.cfg': cfg('2') }, 'c', '2'],
    ['empty options do not count', { 'setup.cfg': '[metadata]\nname =\nversion =', 'pyproject.toml': TOML }, 't', '3'],
    ['a name must be a text', { 'setup.py': 'setup(name=1)', 'pyproject.toml': TOML }, 't', '3'],
    ['the version is normalised', { 'setup.py': "setup(version='v1.0.ALPHA.1')" }, undefined, '1.0a1'],
    ['the parts of a sequence', { 'setup.py': "setup(version=(1, 0, 'alpha', 1))" }, undefined, '1.0a1'],
    ['zeros at the end are kept', { 'setup.py': 'setup(version=1.0)' }, undefined, '1.0'],
    ['what is no version', { 'setup.py': "setup(version='my version+%x')" }, undefined, 'my.version-x'],
    ['Latin-1', { 'setup.py': Buffer.from("# coding: latin-1\nx = 'é'\nsetup(name='é')", 'latin1') }, 'é'],
    ['a byte order mark', { 'setup.cfg': `\ufeff${cfg('2')}` }, 'c', '2'],
  ])('of %s', async (...[, files, name, version]) => {
    expect(await read(files)).toEqual([name, version, []]);
  });

  it.each<[string, Files, string?]>([
    ['file:', { 'setup.cfg': cfg('file: V'), V: ' 1.2\n\n' }, '1.2'],
    ['file: without a blank', { 'setup.cfg': cfg('file:a/V'), 'a/V': '1.2' }, '1.2'],
    ['file: of nothing', { 'setup.cfg': cfg('file: V') }],
    ['file: of an empty file', { 'setup.cfg': cfg('file: V'), V: '\n' }],
    ['file: of a directory', { 'setup.cfg': cfg('file: a'), 'a/V': '1' }],
    ['attr: of a module', { 'setup.cfg': cfg('attr: a.V'), 'a.py': "V = '1.2'" }, '1.2'],
    ['attr: of a package', { 'setup.cfg': cfg('attr: a.V'), 'a/__init__.py': "V = '1.2'", 'a.py': "V = '3'" }, '1.2'],
    ['attr: of a package without it', { 'setup.cfg': cfg('attr: a.V'), 'a/__init__.py': '', 'a.py': "V = '3'" }],
    ['attr: of a deep module', { 'setup.cfg': cfg('attr:a.b.V'), 'a/b.py': 'V = (1, 2)' }, '1.2'],
    ['attr: with a dot in front', { 'setup.cfg': cfg('attr: .a.V'), 'a.py': "V = '1.2'" }, '1.2'],
    ['attr: without a module', { 'setup.cfg': cfg('attr: V'), '__init__.py': "V = '1.2'" }, '1.2'],
    ['attr: without such a variable', { 'setup.cfg': cfg('attr: a.W'), 'a.py': "V = '1.2'" }],
    ['attr: of what is no literal', { 'setup.cfg': cfg('attr: a.V'), 'a.py': 'from x import V' }],
    ['attr: without such a module', { 'setup.cfg': cfg('attr: a.V') }],
    ['all packages in a directory', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir =\n  = src'), 'src/a.py': "V = '1.2'" }, '1.2'],
    ['one package in a directory', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = a = lib/x, = src'), 'lib/x.py': "V = '1.2'" }, '1.2'],
    ['a package below it', { 'setup.cfg': cfg('attr: a.b.V', '[options]\npackage_dir = a=lib'), 'lib/b/__init__.py': "V = '1.2'" }, '1.2'],
    ['a package in the root', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = a='), '__init__.py': "V = '1.2'" }, '1.2'],
    ['directories of other packages', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = b = lib'), 'a.py': "V = '1.2'" }, '1.2'],
  ])('of setup.cfg: %s', async (...[, files, version]) => {
    expect(await read(files)).toEqual(['c', version, []]);
  });

  it.each<[string, Files, string?]>([
    ['file', { 'pyproject.toml': toml('{file = "V"}'), V: '1.2\n' }, '1.2'],
    ['file as a list', { 'pyproject.toml': toml('{file = ["V"]}'), V: '1.2\n' }, '1.2'],
    ['attr', { 'pyproject.toml': toml('{attr = "a.V"}'), 'a/__init__.py': "V = '1.2'" }, '1.2'],
    ['attr with package-dir', { 'pyproject.toml': toml('{attr = "a.V"}', '[tool.setuptools]\npackage-dir = {"" = "lib"}'), 'lib/a.py': "V = '1.2'" }, '1.2'],
    ['attr with packages.find', { 'pyproject.toml': toml('{attr = "a.V"}', '[tool.setuptools.packages.find]\nwhere = ["lib"]'), 'lib/a.py': "V = '1.2'" }, '1.2'],
    ['attr in src', { 'pyproject.toml': toml('{attr = "a.V"}'), 'src/a.py': "V = '1.2'" }, '1.2'],
    ['not said to be dynamic', { 'pyproject.toml': toml('{file = "V"}').replace('dynamic = ["version"]', ''), V: '1.2' }],
    ['nothing known about it', { 'pyproject.toml': '[project]\nname = "t"\ndynamic = ["version"]' }],
    ['poetry', { 'pyproject.toml': '[tool.poetry]\nname = "t"\nversion = "1.2"' }, '1.2'],
    ['poetry besides', { 'pyproject.toml': '[project]\nname = "t"\ndynamic = ["version"]\n[tool.poetry]\nname = "x"\nversion = "1.2"' }, '1.2'],
    ['project before poetry', { 'pyproject.toml': '[project]\nname = "t"\nversion = "1.2"\n[tool.poetry]\nname = "x"\nversion = "3"' }, '1.2'],
    ['other types', { 'pyproject.toml': '[project]\nname = "t"\nversion = 1.2\ndynamic = 1\n[tool]\npoetry = 3' }],
  ])('of pyproject.toml: %s', async (...[, files, version]) => {
    expect(await read(files)).toEqual(['t', version, []]);
  });

  it.each<[string, Files]>([
    ['file: above', { 'setup.cfg': cfg('file: ../V') }],
    ['file: absolute', { 'setup.cfg': cfg('file: /etc/passwd') }],
    ['attr: with an empty part', { 'setup.cfg': cfg('attr: a..V') }],
    ['attr: of nothing', { 'setup.cfg': cfg('attr:') }],
    ['attr: with a path', { 'setup.cfg': cfg('attr: a/../../b.V') }],
    ['attr: with two dots in front', { 'setup.cfg': cfg('attr: ..a.V') }],
    ['attr: with a digit', { 'setup.cfg': cfg('attr: 1a.V') }],
    ['attr: with blanks', { 'setup.cfg': cfg('attr: a. V') }],
    ['package_dir above', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = =..') }],
    ['package_dir of the package above', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = a = x/../../y') }],
    ['package_dir absolute', { 'setup.cfg': cfg('attr: a.V', '[options]\npackage_dir = = /usr/lib') }],
    ['file of pyproject.toml', { 'pyproject.toml': toml('{file = "../V"}') }],
    ['attr of pyproject.toml', { 'pyproject.toml': toml('{attr = "a-b.V"}') }],
    ['package-dir of pyproject.toml', { 'pyproject.toml': toml('{attr = "a.V"}', '[tool.setuptools]\npackage-dir = {"" = "../lib"}') }],
    ['packages.find of pyproject.toml', { 'pyproject.toml': toml('{attr = "a.V"}', '[tool.setuptools.packages.find]\nwhere = [".."]') }],
  ])('refuses what leads out of the package: %s', async (_, files) => {
    await expect(read(files)).rejects.toMatchObject({ errorType: 'ValidationError' });
    // Nobody has to look there when the version is known.
    expect((await read({ ...files, 'setup.py': "setup(name='p', version='1')" })).slice(0, 2)).toEqual(['p', '1']);
  });

  const NOTHING = 'It says nothing of the name and version of the package.';
  it.each<[string, Files, string]>([
    ['setup.py', { 'setup.py': 'setup(' }, `"setup.py" is not valid Python: see line 1. ${NOTHING}`],
    ['setup.py in another encoding', { 'setup.py': Buffer.from("x = 'é'", 'latin1') }, `"setup.py" is not "utf-8" text. ${NOTHING}`],
    ['an unknown encoding', { 'setup.py': '#!x\n# -*- coding: own -*-' }, `"setup.py" is not "own" text. ${NOTHING}`],
    ['a large setup.py', { 'setup.py': ' '.repeat(2 ** 20 + 1) }, `"setup.py" is larger than 1048576 bytes. ${NOTHING}`],
    ['setup.cfg', { 'setup.cfg': 'x' }, `"setup.cfg" cannot be read: line 1 stands before any section. ${NOTHING}`],
    ['setup.cfg in another encoding', { 'setup.cfg': Buffer.from([0xff]) }, `"setup.cfg" is not UTF-8 text. ${NOTHING}`],
    ['package_dir', { 'setup.cfg': '[metadata]\nversion = attr: a.V\n[options]\npackage_dir = src' }, `"setup.cfg" cannot be read: "src" in package_dir has no "=". ${NOTHING}`],
    ['a module', { 'setup.cfg': '[metadata]\nversion = attr: a.V', 'a.py': '(' }, `"a.py" is not valid Python: see line 1. ${NOTHING}`],
    ['a long name', { 'setup.py': `setup(name='${'n'.repeat(1001)}')` }, 'A name of the package has more than 1000 bytes and does not count.'],
    ['a long name in other letters', { 'setup.py': `setup(name='${'é'.repeat(501)}')` }, 'A name of the package has more than 1000 bytes and does not count.'],
    ['a name with NUL', { 'setup.py': "setup(name='a\\0b')" }, 'A name of the package has control characters and does not count.'],
    ['a name of two lines', { 'setup.py': "setup(name='a\\nb')" }, 'A name of the package has control characters and does not count.'],
    ['a name with half a character', { 'setup.py': "setup(name='a\\ud800')" }, 'A name of the package has control characters and does not count.'],
  ])('tells what it cannot understand: %s', async (_, files, message) => {
    expect(await read({ ...files, 'pyproject.toml': TOML })).toEqual(['t', '3', [message]]);
  });

  it('tells of pyproject.toml, too', async () => {
    expect(await read({ 'pyproject.toml': '[project]\nname = ' })).toEqual([
      undefined,
      undefined,
      [`"pyproject.toml" is not valid TOML: see line 2. ${NOTHING}`],
    ]);
  });
});
