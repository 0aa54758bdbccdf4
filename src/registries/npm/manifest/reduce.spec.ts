import { describe, expect, it } from '@jest/globals';
import { binDirectory, binOfDirectory, normaliseBin } from './bin.js';
import { type PackageFacts, parsePackageJson, reduceManifest } from './reduce.js';

const FACTS: PackageFacts = { hasGypFile: false, hasShrinkwrap: false, directoryBin: undefined };

describe('reduceManifest', () => {
  it('leaves of an enormous manifest what installing needs, or nothing', () => {
    const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, at) => [`d${at}`, '1']));
    const long = { dependencies: { a: '1' }, description: 'x'.repeat(200_000) };
    expect(reduceManifest(long, FACTS)).toEqual({ dependencies: { a: '1' } });
    expect(reduceManifest({ dependencies: many(50_000), description: 'x' }, FACTS)).toEqual({});
  });

  it.each<[string, object, object, Partial<PackageFacts>?]>([
    ['nothing', {}, {}],
    ['no fields that nobody needs', { private: true, exports: {}, files: [], _resolved: 'x' }, {}],
    [
      'all maps of dependencies',
      {
        dependencies: { a: '1' },
        optionalDependencies: { b: '2' },
        peerDependencies: { c: '3' },
        devDependencies: { d: '4' },
        peerDependenciesMeta: { c: { optional: true }, e: {}, f: 1 },
      },
      {
        dependencies: { a: '1' },
        optionalDependencies: { b: '2' },
        peerDependencies: { c: '3' },
        devDependencies: { d: '4' },
        peerDependenciesMeta: { c: { optional: true }, e: { optional: false } },
      },
    ],
    ['no values of a wrong kind', { dependencies: { a: 1, b: null, c: ['x'], d: '1' } }, { dependencies: { d: '1' } }],
    ['no maps of a wrong kind', { dependencies: ['a'], engines: 'node', peerDependenciesMeta: 'x', scripts: [] }, {}],
    ['some bundled dependencies', { bundleDependencies: ['a', 1] }, { bundleDependencies: ['a'] }],
    ['the other spelling of it', { bundledDependencies: ['a'] }, { bundleDependencies: ['a'] }],
    [
      'all dependencies bundled',
      { bundleDependencies: true, dependencies: { a: '1' } },
      { bundleDependencies: ['a'], dependencies: { a: '1' } },
    ],
    ['none bundled', { bundleDependencies: false, dependencies: { a: '1' } }, { dependencies: { a: '1' } }],
    [
      'platforms',
      { os: 'linux', cpu: ['x64', '!arm'], libc: ['glibc'], engines: { node: '>=20', npm: 1 } },
      { os: ['linux'], cpu: ['x64', '!arm'], libc: ['glibc'], engines: { node: '>=20' } },
    ],
    [
      'a script of installing',
      { scripts: { postinstall: 'x' } },
      { scripts: { postinstall: 'x' }, hasInstallScript: true },
    ],
    ['other scripts', { scripts: { prepare: 'x', test: 'y' } }, { scripts: { prepare: 'x', test: 'y' } }],
    [
      'a gyp file',
      { scripts: { test: 'y' } },
      { scripts: { test: 'y', install: 'node-gyp rebuild' }, hasInstallScript: true },
      { hasGypFile: true },
    ],
    [
      'a gyp file and a script',
      { scripts: { install: 'x' } },
      { scripts: { install: 'x' }, hasInstallScript: true },
      { hasGypFile: true },
    ],
    ['a gyp file that is not used', { gypfile: false }, {}, { hasGypFile: true }],
    ['a shrinkwrap', {}, { _hasShrinkwrap: true }, { hasShrinkwrap: true }],
    ['a directory of commands', {}, { bin: { a: 'bin/a' } }, { directoryBin: { a: 'bin/a' } }],
    [
      'what people read',
      {
        description: 'd',
        license: 'MIT',
        homepage: 'h',
        repository: { type: 'git', url: 'u', x: 1 },
        author: { name: 'n' },
      },
      { description: 'd', license: 'MIT', homepage: 'h', repository: { type: 'git', url: 'u' }, author: { name: 'n' } },
    ],
    [
      'no text that is too long',
      { description: 'x'.repeat(10_001), license: 'y'.repeat(10_000) },
      { license: 'y'.repeat(10_000) },
    ],
    ['what the database can store', { description: 'a\0b\ud800c' }, { description: 'ab\ufffdc' }],
  ])('keeps %s', (_, packageJson, fields, facts = {}) => {
    expect(reduceManifest(Object(packageJson), { ...FACTS, ...facts })).toEqual(fields);
  });

  it('takes names of prototypes for names', () => {
    const text = '{"dependencies": {"__proto__": "1", "constructor": "2"}, "__proto__": {"license": "MIT"}}';
    const fields = reduceManifest(parsePackageJson(text), FACTS);
    expect(JSON.stringify(fields)).toBe('{"dependencies":{"__proto__":"1","constructor":"2"}}');
    expect(Object.getPrototypeOf(Object(fields.dependencies))).toBe(Object.prototype);
  });
});

describe('parsePackageJson', () => {
  it.each([
    ['{"a": 1}', { a: 1 }],
    ['\uFEFF{"a": 1}', { a: 1 }],
    ['[]', {}],
    ['null', {}],
    ['"x"', {}],
    ['{', {}],
    ['['.repeat(100_000), {}],
    ['', {}],
    [undefined, {}],
  ])('reads %#', (text, value) => {
    expect(parsePackageJson(text)).toEqual(value);
  });
});

describe('commands', () => {
  it.each<[string, unknown, string | undefined, Record<string, string> | undefined]>([
    ['a path', './cli.js', 'kite', { kite: 'cli.js' }],
    ['a path of a scoped package', 'bin/cli.js', '@acme/dial', { dial: 'bin/cli.js' }],
    ['a path of nothing', './cli.js', undefined, undefined],
    ['names', { a: './a.js', b: 'lib/b.js' }, 'kite', { a: 'a.js', b: 'lib/b.js' }],
    ['a list', ['bin/a', './b.js'], 'kite', { a: 'bin/a', 'b.js': 'b.js' }],
    ['scoped names', { '@acme/a': 'a.js' }, 'kite', { a: 'a.js' }],
    ['names that lead out', { '../../a': 'a.js', 'C:\\b': 'b.js', '..': 'c.js' }, 'kite', { a: 'a.js', b: 'b.js' }],
    [
      'paths that lead out',
      { a: '../../../etc/passwd', b: '/bin/sh', c: '..' },
      'kite',
      { a: 'etc/passwd', b: 'bin/sh' },
    ],
    ['other kinds', { a: 1, b: null }, 'kite', undefined],
    ['a number', 1, 'kite', undefined],
    ['nothing', undefined, 'kite', undefined],
    ['an empty path', '', 'kite', undefined],
  ])('are those of %s', (_, bin, name, commands) => {
    expect(normaliseBin(bin, name)).toEqual(commands);
  });

  it.each<[object, string | undefined]>([
    [{ directories: { bin: './bin/' } }, 'bin'],
    [{ directories: { bin: '../../bin' } }, 'bin'],
    [{ directories: { bin: 'bin' }, bin: 'x' }, undefined],
    [{ directories: { bin: '.' } }, undefined],
    [{ directories: { bin: 1 } }, undefined],
    [{ directories: 'bin' }, undefined],
    [{}, undefined],
  ])('may lie in a directory: %j', (packageJson, directory) => {
    expect(binDirectory(Object(packageJson))).toBe(directory);
  });

  it('of a directory are all its files but hidden ones', () => {
    expect(binOfDirectory('bin', ['b', 'lib/a', '.c', '.d/e'])).toEqual({ a: 'bin/lib/a', b: 'bin/b' });
    expect(binOfDirectory('bin', [])).toBeUndefined();
  });
});
