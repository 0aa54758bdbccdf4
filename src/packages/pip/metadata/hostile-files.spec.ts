import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { treeOf } from '../../__fixtures__/source-tree.js';
import { CachitoError } from '../../../errors/index.js';
import { LITERALS } from './__fixtures__/literals.js';
import { sourceFiles } from './project-files.js';
import { readPyproject } from './pyproject.js';
import { readBuildNeeds } from './read-build-needs.js';
import { readNameAndVersion } from './read-name-and-version.js';
import { readSetupCfg } from './setup-cfg.js';
import { readSetupPy } from './setup-py.js';

/** Bytes: a quarter of what is read. Whatever takes more than linear time would take minutes. */
const SIZE = 2 ** 18;

function filled(unit: string): string {
  return unit.repeat(Math.floor(SIZE / unit.length));
}

/** What `read` says or why it does not; other errors than typed ones come through. */
async function outcome<Content>(read: () => Content | Promise<Content>): Promise<Content | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CachitoError) return error.errorType;
    throw error;
  }
}

describe('hostile files', () => {
  const BODIES: [string, string][] = [
    ['brackets', `setup(x=${'('.repeat(100_000)}1${')'.repeat(100_000)})`],
    ['lists', `setup(version=${'['.repeat(SIZE / 2)}${']'.repeat(SIZE / 2)})`],
    ['signs', `setup(version=${filled('-')}1)`],
    ['a sum', `setup(version=${filled('1+')}1)`],
    ['a chain of attributes', `setup(version=a${filled('.b')})`],
    ['calls of calls', `setup${filled('()')}`],
    ['soft keywords', filled('match\n')],
    ['deep blocks', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}if x:\n`).join('')],
    ['f-strings in f-strings', filled("f'{")],
    ['many statements', `${filled('v=1;')}\nsetup(version=v)`],
    ['many assignments', `${filled('v=1\n')}\nsetup(version=v, name=w, setup_requires=r)`],
    ['many targets', `${filled('w=')}1\nsetup(version=v)`],
    ['many arguments', `setup(${filled('a=1,')})`],
    ['many members', `setup(version=(${filled('1,')}))`],
    ['many members of a set', `setup(version={${Array.from({ length: 100_000 }, (_, at) => at).join()}})`],
    ['a long string', `setup(name='${filled('a')}')`],
    ['escapes', `setup(name='${filled('\\x41')}')`],
    ['backslashes', `setup(name='${filled('\\')}')`],
    ['bytes', `setup(version=(b'${filled('a')}',))`],
    ['quotes', filled("'")],
    ['a long number', `setup(version=${filled('9')})`],
    ['a long hexadecimal number', `setup(version=0x${filled('f')})`],
    ['a long exponent', `setup(version=1e${filled('9')})`],
    ['blanks', filled(' ')],
    ['lines', filled('\n')],
    ['continued lines', filled('\\\n')],
    ['yields', filled('yield ')],
    ['numbers with points', filled('1. ')],
    ['encodings', `#${filled(' coding: ')}`],
    ['control characters', filled('\x01')],
    ['lone surrogates', filled('\ud800')],
  ];
  it.each(BODIES)('a setup.py of %s ends soon', async (_, text) => {
    const call = await outcome(() => readSetupPy({ file: 'setup.py', text }));
    expect(typeof call === 'object' || call === 'InvalidFileFormat').toBe(true);
  });

  it.each<[string, string]>([
    ['sections', Array.from({ length: 100_000 }, (_, at) => `[${at}]\n`).join('')],
    ['options', `[metadata]\n${Array.from({ length: 60_000 }, (_, at) => `${at} = ${at}\n`).join('')}`],
    ['continued lines', `[metadata]\nname = a\n${filled(' b\n')}`],
    ['empty lines', `[metadata]\nname = a\n${filled('\n')}`],
    ['blanks', `[metadata]\nname${filled(' ')}x`],
    ['brackets', filled('[')],
  ])('a setup.cfg of %s ends soon', async (_, text) => {
    await outcome(() => readSetupCfg({ file: 'setup.cfg', text }));
  });

  it.each<[string, string]>([
    ['lists', `x = ${filled('[')}`],
    ['tables', `x = ${filled('{a=')}`],
    ['names', filled('a.')],
    ['names of a table', `[${filled('a.')}b]`],
    ['headers', Array.from({ length: 100_000 }, (_, at) => `[a${at}]\n`).join('')],
    ['tables in a list', filled('[[a]]\n')],
    ['blanks', `a = ${filled(' ')}`],
    ['quotes', `a = ${filled('"')}`],
    ['a long number', `a = ${filled('9')}`],
    ['lines', filled('\r\n')],
  ])('a pyproject.toml of %s ends soon', async (_, text) => {
    await outcome(() => readPyproject({ file: 'pyproject.toml', text }));
  });

  const piece = fc.oneof(
    fc.constantFrom(...LITERALS),
    fc.constantFrom('setup(', 'name=', 'version=', 'v', ' = ', '\n', '  ', '(', ')', '[', ']', '{', '}', ',', ';', ':', '.', "'", '"""', '\\', '#', '*'),
    fc.constantFrom('if a:', 'else:', 'match a:', 'case b:', 'def f():', 'lambda', 'yield', 'f"{', '[metadata]', '[options]', '[project]', '\t', '\r'),
    fc.constantFrom('file: ', 'attr: ', 'package_dir', '../', '/', 'a.b', 'dynamic = ["version"]', '[tool.setuptools.dynamic]', 'version = {attr="a.b"}'),
    fc.string({ unit: 'binary' }),
  );
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

  it('any text gives names, versions, or typed errors', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (py, config, toml, module) => {
        const files = sourceFiles(
          treeOf({ 'setup.py': py, 'setup.cfg': config, 'pyproject.toml': toml, 'a.py': module, 'a/b.py': module }),
          '.',
        );
        const found = await outcome(() => readNameAndVersion(files, () => undefined));
        if (typeof found === 'object') expect([found.name, found.version]).not.toContain('');
        else expect(found).toBe('ValidationError');
        const needs = await readBuildNeeds(files);
        expect(needs.requires.every((need) => /^[A-Za-z0-9]/.test(need))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('any bytes do', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each));
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const files = sourceFiles(treeOf({ 'setup.py': content, 'setup.cfg': content, 'pyproject.toml': content }), '.');
        expect(typeof (await outcome(() => readNameAndVersion(files, () => undefined)))).toBe('object');
      }),
    );
  });
});
