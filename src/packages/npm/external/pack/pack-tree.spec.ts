import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isJsonObject } from '../../lockfile/json.js';
import { listing, unpacked } from '../__fixtures__/unpacked.js';
import { type TreeFiles, treeOf, writeTree } from '../__fixtures__/trees.js';
import { PACK_LIMITS, type PackLimits, packTree } from './pack-tree.js';

const { signal } = new AbortController();
const PLAIN: TreeFiles = {
  'index.js': '1',
  'lib/a.js': 'a',
  'lib/deep/b.js': 'b',
  'test/a.test.js': 't',
  'README.md': 'r',
  '.travis.yml': 'ci',
};

/** `package.json` without name and version → all other files; those of `bin` that npm forgets to make executable. */
const SHAPES: Record<string, [manifest: object, files: TreeFiles, forgotten?: readonly string[]]> = {
  'nothing said': [{}, PLAIN],
  'files: a directory': [{ files: ['lib'] }, PLAIN],
  'files: a directory with slashes': [{ files: ['./lib/'] }, PLAIN],
  'files: a pattern': [{ files: ['**/*.js'] }, PLAIN],
  'files: one level': [{ files: ['lib/*'] }, PLAIN],
  'files: with an exception': [{ files: ['lib', '!lib/deep'] }, PLAIN],
  'files: a file': [{ files: ['lib/deep/b.js'] }, PLAIN],
  'files: hidden ones': [{ files: ['.travis.yml', '.npmignore'] }, { ...PLAIN, '.npmignore': 'lib' }],
  'files: nothing': [{ files: [] }, PLAIN],
  'files: outside': [{ files: ['../../../../etc/passwd', '/etc/passwd', '..'] }, PLAIN],
  'files: what never goes': [
    { files: ['.', '.npmrc', 'package-lock.json', 'node_modules'] },
    { ...PLAIN, '.npmrc': 'token', 'package-lock.json': '{}', 'node_modules/x/index.js': 'x', 'npm-shrinkwrap.json': '{}' },
  ],
  'files and an ignore file inside': [{ files: ['lib'] }, { ...PLAIN, 'lib/.npmignore': 'deep' }],
  '.npmignore': [{}, { ...PLAIN, '.npmignore': 'test\n# comment\n\n*.yml\n' }],
  '.npmignore with an exception': [{}, { ...PLAIN, '.npmignore': '*.js\n!index.js\r\n' }],
  '.gitignore': [{}, { ...PLAIN, '.gitignore': 'lib/deep/\n' }],
  '.npmignore instead of .gitignore': [{}, { ...PLAIN, '.gitignore': 'lib', '.npmignore': 'test' }],
  'nested ignore files': [{}, { ...PLAIN, '.gitignore': 'test', 'lib/.gitignore': 'a.js', 'lib/deep/.npmignore': '*' }],
  '.npmignore that is a link': [{}, { ...PLAIN, '.npmignore': { link: 'ignored.txt' }, 'ignored.txt': 'lib' }],
  main: [{ main: './lib/deep/b.js', files: ['test'] }, PLAIN],
  'main without extension': [{ main: 'lib/a', files: ['test'] }, PLAIN],
  browser: [{ browser: 'lib/a.js', files: ['test'] }, PLAIN],
  'bin: one': [{ bin: 'cli.js', files: ['lib'] }, { ...PLAIN, 'cli.js': '#!' }],
  'bin: some': [{ bin: { one: './cli.js', two: 'bin/two' }, files: [] }, { ...PLAIN, 'cli.js': '#!', 'bin/two': { executable: '2' } }],
  'bin: outside': [{ bin: { one: '../../cli.js' }, files: [] }, { ...PLAIN, 'cli.js': '#!' }],
  'bin: a directory': [{ directories: { bin: './tools' }, files: ['lib'] }, { ...PLAIN, 'tools/x': 'x', 'tools/sub/y': 'y', 'tools/.z': 'z' }, ['tools/x', 'tools/sub/y']],
  'bin: not executable': [{ bin: { one: 'bin/one', two: './cli.js' } }, { 'bin/one': '1', 'cli.js': '2' }, ['bin/one']],
  'spellings of README and LICENSE': [
    { files: ['lib'] },
    { ...PLAIN, LICENSE: 'l', 'LICENCE.txt': 'l', 'Readme.markdown': 'r', copying: 'c', 'LICENSE~': 'no', 'README.orig': 'no', 'CHANGELOG.md': 'h', 'lib/LICENSE': 'l' },
  ],
  'what is always left out': [
    {},
    { ...PLAIN, '.DS_Store': 'd', 'a.orig': 'o', '.a.swp': 's', '._x': 'x', 'CVS/x': 'x', '.svn/x': 'x', '.npmrc': 'n', 'lib/.npmrc': 'n', 'npm-debug.log': 'l', 'yarn.lock': 'y', 'build/config.gypi': 'g', 'archived-packages/x': 'x', 'lib/package-lock.json': '{}' },
  ],
  links: [{ files: ['lib', 'to-lib', 'to-file'] }, { ...PLAIN, 'to-lib': { link: 'lib' }, 'to-file': { link: 'index.js' }, out: { link: '/etc' }, 'lib/up': { link: '../..' } }],
  'executables and odd names': [{}, { ...PLAIN, 'run.sh': { executable: '#!' }, 'ü ñ.js': 'u', '@scope/x.js': 's', '-dash': 'd', 'a\nb': 'n', 'star*': '*', 'back\\slash': 'b' }],
  'a long path': [{}, { ...PLAIN, [`${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(90)}`]: 'f' }],
  'bundled dependencies': [
    { dependencies: { a: '1', '@s/b': '1', c: '1' }, devDependencies: { d: '1' }, bundleDependencies: ['a', '@s/b', 'd', 'missing'], files: ['lib'] },
    {
      ...PLAIN,
      'node_modules/a/package.json': '{"name":"a","version":"1.0.0","files":["x.js"],"dependencies":{"e":"1"},"devDependencies":{"c":"1"}}',
      'node_modules/a/x.js': 'x',
      'node_modules/a/y.js': 'y',
      'node_modules/a/.npmignore': 'x.js',
      'node_modules/@s/b/package.json': '{"name":"@s/b","version":"1.0.0"}',
      'node_modules/@s/b/.npmignore': 'keep.js',
      'node_modules/@s/b/keep.js': 'k',
      'node_modules/@s/b/node_modules/e/package.json': '{"name":"e","version":"2.0.0"}',
      'node_modules/c/package.json': '{"name":"c","version":"1.0.0"}',
      'node_modules/d/package.json': '{"name":"d","version":"1.0.0"}',
      'node_modules/e/package.json': '{"name":"e","version":"1.0.0","optionalDependencies":{"a":"1"}}',
      'node_modules/e/index.js': 'e',
    },
  ],
  'all dependencies bundled': [
    { dependencies: { a: '1' }, optionalDependencies: { b: '1' }, bundledDependencies: true },
    { ...PLAIN, 'node_modules/a/package.json': '{"name":"a","version":"1.0.0"}', 'node_modules/b/package.json': '{"name":"b","version":"1.0.0"}' },
  ],
  'a bundled name that leads out': [{ dependencies: { '../../..': '1' }, bundleDependencies: ['../../..'] }, PLAIN],
  workspaces: [
    { workspaces: ['packages/*'] },
    { ...PLAIN, '.npmignore': 'test', 'packages/one/package.json': '{"name":"one","version":"1.0.0",\n"files": [\n"lib"\n]\n}', 'packages/one/.npmignore': 'x.js', 'packages/one/x.js': 'x', 'packages/one/lib/y.js': 'y', 'lib/.npmignore': 'a.js' },
  ],
  'workspaces that are not there': [{ workspaces: { packages: ['nowhere/*'] } }, { ...PLAIN, 'lib/package.json': '{"name":"x","version":"1.0.0"}', 'lib/.npmignore': 'a.js' }],
  'a package inside': [{}, { ...PLAIN, 'lib/package.json': '{"type":"commonjs","files":["deep"]}', 'package.json5': '{}', 'lib/package.json5': '{}' }],
};

describe('packing a tree', () => {
  let root: string;
  /** By name of the shape. */
  const packedByNpm = new Map<string, Buffer>();
  let count = 0;

  const manifestOf = (shape: string): string => {
    const at = Object.keys(SHAPES).indexOf(shape);
    return JSON.stringify({ name: `shape-${at}`, version: '1.0.0', ...SHAPES[shape][0] });
  };

  async function pack(files: TreeFiles, manifest = '{}', text = manifest, limits: Partial<PackLimits> = {}): Promise<Buffer> {
    const directory = join(root, `scratch-${(count += 1)}`);
    await mkdir(directory);
    const parsed: unknown = JSON.parse(manifest);
    if (!isJsonObject(parsed)) throw new Error('no manifest');
    const tree = treeOf({ ...files, 'package.json': manifest });
    try {
      const tar = { tree, manifest: parsed, text: Buffer.from(text), owner: '"kite"' };
      return await buffer(await packTree(tar, directory, signal, { ...PACK_LIMITS, ...limits }));
    } finally {
      expect(existsSync(directory)).toBe(false);
    }
  }

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cachito-pack-'));
    const shapes = Object.keys(SHAPES);
    for (const [at, shape] of shapes.entries()) {
      await writeTree(join(root, `tree-${at}`), { ...SHAPES[shape][1], 'package.json': manifestOf(shape) });
    }
    const folders = shapes.map((_, at) => `./tree-${at}`);
    const { stdout } = await execa('npm', ['pack', '--json', '--ignore-scripts', '--offline', ...folders], {
      cwd: root,
      env: { npm_config_cache: join(root, 'cache'), npm_config_userconfig: join(root, 'none'), HOME: root },
    });
    expect(stdout).toContain('shape-0');
    for (const [at, shape] of shapes.entries()) packedByNpm.set(shape, await readFile(join(root, `shape-${at}-1.0.0.tgz`)));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it.each(Object.keys(SHAPES))('packs what npm packs: %s', async (shape) => {
    const theirs = await listing(packedByNpm.get(shape) ?? Buffer.alloc(0));
    // npm 11 compares the path without its first folder, other versions the whole path.
    for (const path of SHAPES[shape][2] ?? []) theirs[`package/${path}`] = theirs[`package/${path}`].replace('644', '755');
    const ours = await pack(SHAPES[shape][1], manifestOf(shape));
    expect(await listing(ours)).toEqual(theirs);
  });

  it('is the same each time: sorted, of nobody, with the time of npm', async () => {
    const [, files] = SHAPES['executables and odd names'];
    const first = await pack(files);
    expect((await pack(Object.fromEntries(Object.entries(files).reverse()))).equals(first)).toBe(true);
    const headers = (await unpacked(first)).map(({ header }) => header);
    expect(headers.map(({ name }) => name)).toEqual(
      headers.map(({ name }) => Buffer.from(name)).sort(Buffer.compare).map(String),
    );
    for (const { uid, gid, uname, gname, mtime, type, name } of headers) {
      expect({ uid, gid, uname, gname, type, mtime: mtime?.toISOString() }).toEqual({
        uid: 0, gid: 0, uname: '', gname: '', type: 'file', mtime: '1985-10-26T08:15:00.000Z',
      });
      expect(name.startsWith('package/')).toBe(true);
    }
  });

  it('puts the changed package.json in', async () => {
    const archive = await pack({ 'a.js': 'a' }, '{"version":"1.0.0"}', '{"version":"2.0.0"}');
    expect((await listing(archive))['package/package.json']).toBe('644 {"version":"2.0.0"}');
  });

  it('leaves out a file whose name is not UTF-8, as long as it is ignored', async () => {
    const files = { 'odd\udcff.bin': 'x', '.npmignore': '*.bin', 'a.js': 'a' };
    expect(Object.keys(await listing(await pack(files)))).toEqual(['package/a.js', 'package/package.json']);
  });

  it.each<[string, TreeFiles, object, string, RegExp]>([
    ['a name that is not UTF-8', { 'odd\udcff.bin': 'x' }, {}, 'UnsupportedFeature', /not UTF-8/],
    ['two names that look the same', { 'odd\udcff': 'x', 'odd\udcfe': 'x' }, {}, 'UnsupportedFeature', /cannot tell/],
    ['a name that is too long', { ['x'.repeat(300)]: 'x' }, {}, 'UnsupportedFeature', /cannot write/],
    ['files that is no list', {}, { files: { lib: true } }, 'InvalidFileFormat', /npm fails/],
    ['files with a number', {}, { files: [1] }, 'InvalidFileFormat', /npm fails/],
    ['a bundled link', { 'node_modules/a': { link: '../a' }, 'a/package.json': '{}' }, { dependencies: { a: '1' }, bundleDependencies: ['a'] }, 'UnsupportedFeature', /symbolic link/],
    ['a bundle in a linked folder', { node_modules: { link: 'x' } }, { dependencies: { a: '1' }, bundleDependencies: ['a'] }, 'UnsupportedFeature', /symbolic link/],
  ])('refuses %s', async (_, files, fields, name, message) => {
    await expect(pack(files, JSON.stringify(fields))).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it.each<[string, Partial<PackLimits>, TreeFiles, RegExp]>([
    ['a pattern that backtracks for ever', { timeout: 500 }, { '.npmignore': `${'*(a|aa)'.repeat(9)}b`, ['a'.repeat(60)]: '' }, /too complex/],
    ['patterns that need too much memory', { memoryLimit: 16 }, { '.npmignore': `${'{a,b}'.repeat(40)}\n`.repeat(9) }, /too complex/],
    ['too much content', { content: 100 }, { a: 'x'.repeat(60), b: 'x'.repeat(60) }, /too large to be packed: 122 bytes/],
  ])('refuses %s', async (_, limits, files, message) => {
    await expect(pack(files, '{}', '{}', limits)).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringMatching(message) });
  });

  it('refuses more files than any package has', async () => {
    const files = Object.fromEntries(Array.from({ length: 100_001 }, (_, at) => [`l${at}`, { link: 'x' }]));
    await expect(pack(files)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('ends with the reason of the signal', async () => {
    const directory = join(root, 'aborted');
    await mkdir(directory);
    const abort = AbortSignal.abort(new Error('enough'));
    const tree = treeOf({ 'package.json': '{}' });
    await expect(packTree({ tree, manifest: {}, text: Buffer.alloc(0), owner: 'x' }, directory, abort)).rejects.toThrow('enough');
  });
});
