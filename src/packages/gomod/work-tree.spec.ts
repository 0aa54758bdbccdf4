import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { treeOf, type TreeFiles } from '../npm/external/__fixtures__/trees.js';
import { editsOf, findChanges, showChanges } from './edits.js';
import { writeWorkTree } from './work-tree.js';

const FILES: TreeFiles = {
  'README.md': 'text',
  'go.mod': 'module a.dev/a\n',
  'go.sum': '',
  'lib/lib.go': 'package lib\n',
  'lib/data.json': '{}',
  'lib/link.go': { link: 'lib.go' },
  out: { link: '../../elsewhere' },
  sneaky: { link: 'lib/up/..' },
  'lib/up': { link: '..' },
  absolute: { link: '/etc' },
  'vendor/b.dev/b/b.go': 'package b\n',
  'vendor/modules.txt': '# b.dev/b v1.0.0\nb.dev/b\n',
  'lib/vendor/kept.go': 'package vendor\n',
  'tool.sh': { executable: '#!/bin/sh\n' },
};

let root: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'work-tree-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Without following links, as `recursive` of newer versions of Node.js does. */
async function paths(directory = root): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? await paths(path) : [path.slice(root.length + 1)];
    }),
  );
  return found.flat().sort();
}

describe('the work tree', () => {
  it('has what go lists, and links that stay in it', async () => {
    await writeWorkTree(treeOf(FILES), root, { ignored: new Set(['vendor']), everything: false, signal });
    expect(await paths()).toEqual(['go.mod', 'go.sum', 'lib/lib.go', 'lib/link.go', 'lib/up', 'lib/vendor/kept.go']);
    expect(await readFile(join(root, 'lib/link.go'), 'utf8')).toBe('package lib\n');
  });

  it('has everything for vendoring', async () => {
    const { originals } = await writeWorkTree(treeOf(FILES), root, { ignored: new Set(), everything: true, signal });
    expect(await paths()).toEqual(Object.keys(FILES).filter((path) => !['out', 'sneaky', 'absolute'].includes(path)).sort());
    expect([...originals.keys()].sort()).toEqual(['go.mod', 'go.sum', 'lib/vendor/kept.go', 'vendor/b.dev/b/b.go', 'vendor/modules.txt']);
  });
});

describe('changes', () => {
  it('are found in module files and below vendor, nowhere else', async () => {
    const tree = await writeWorkTree(treeOf(FILES), root, { ignored: new Set(), everything: true, signal });
    const looked = { directories: ['.', 'lib'], trees: ['vendor'] };
    expect(await findChanges(tree, looked)).toEqual([]);
    await writeFile(join(root, 'go.sum'), 'changed');
    await writeFile(join(root, 'README.md'), 'changed');
    await rm(join(root, 'vendor/b.dev'), { recursive: true });
    await mkdir(join(root, 'vendor/c.dev/empty'), { recursive: true });
    await writeFile(join(root, 'vendor/c.dev/c.go'), 'package c\n');
    await symlink('/etc/passwd', join(root, 'vendor/c.dev/link'));
    const changes = await findChanges(tree, looked);
    expect(showChanges(changes)).toEqual(['M go.sum', 'D vendor/b.dev/b/b.go', 'A vendor/c.dev/c.go']);
    expect(editsOf(tree, changes)).toEqual([
      { path: 'go.sum', content: { file: join(root, 'go.sum') } },
      { path: 'vendor/b.dev/b/b.go', removed: true },
      { path: 'vendor/c.dev/c.go', content: { file: join(root, 'vendor/c.dev/c.go') } },
    ]);
  });

  it('are links that are gone, too: vendor itself, and those in it', async () => {
    const files = { 'go.mod': 'module a.dev/a\n', vendor: { link: 'lib' }, 'lib/vendor/a.go': { link: '../b.go' }, 'lib/b.go': 'package b\n' };
    const tree = await writeWorkTree(treeOf(files), root, { ignored: new Set(), everything: true, signal });
    const looked = { directories: ['.'], trees: ['vendor', 'lib/vendor', 'vendor'] };
    expect(await findChanges(tree, looked)).toEqual([]);
    for (const path of ['vendor', 'lib/vendor/a.go']) await rm(join(root, path));
    for (const path of ['vendor/c.go', 'lib/vendor/a.go']) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), 'package c\n');
    }
    expect(showChanges(await findChanges(tree, looked))).toEqual(['A lib/vendor/a.go', 'D vendor', 'A vendor/c.go']);
  });
});
