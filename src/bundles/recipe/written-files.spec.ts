import { mkdir, symlink, truncate, writeFile as writeBytes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { comparePaths } from '../../archive/index.js';
import { FileAccessError, ValidationError } from '../../errors/index.js';
import type { SourceEdit } from '../../packages/index.js';
import {
  archiveTree,
  COMMIT_TIME,
  each,
  editsFromFiles,
  noise,
  openStores,
  placeArtifacts,
  sha256Of,
  type Tree,
  unpack,
} from '../__fixtures__/trees.js';
import { assemble } from './assemble.js';
import { planArtifacts, type PlacedFile } from './plan-artifacts.js';
import { planTree } from './plan-tree.js';
import type { RecipePiece } from './recipe.js';
import { TextRun } from './text-run.js';
import { writeFile } from './write-file.js';

const MIB = 1024 * 1024;

let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function treePieces(tree: Tree, edits: readonly SourceEdit[]): Promise<RecipePiece[]> {
  const segments = each(await archiveTree(stores.archive, tree));
  const plan = { segments, gitDirectory: undefined, edits, drop: new Set<string>(), modified: COMMIT_TIME };
  return all(planTree(plan, stores.archive));
}

function depsPieces(files: readonly PlacedFile[]): Promise<RecipePiece[]> {
  return all(planArtifacts(files, COMMIT_TIME, stores.archive));
}

async function contentsOf(pieces: RecipePiece[]): Promise<Record<string, string>> {
  const entries = await unpack(assemble(each(pieces), stores.archive));
  return Object.fromEntries([...entries].map(([path, { content }]) => [path, content]));
}

async function runOn(file: string, command: string): Promise<void> {
  await execa(command, [file]);
}

describe('files that edits write from a scratch directory', () => {
  const files: Tree = {
    'a/empty': '',
    'a/full block': noise(MIB),
    'a/huge': noise(3 * MIB + 700),
    'a/many': noise(2 * MIB),
    'a/zz': 'last',
    run: { executable: '#!' },
  };

  it('give the same pieces as their bytes in memory', async () => {
    const fromFiles = await editsFromFiles(stores.root, files);
    const inMemory = fromFiles.map((edit): SourceEdit => {
      const node = files[edit.path];
      const executable = typeof node === 'object' && 'executable' in node;
      return { path: edit.path, content: Buffer.from(executable ? node.executable : (node as string)), executable };
    });
    const tree = { 'a/zz': 'first', b: noise(5000) };
    const pieces = await treePieces(tree, fromFiles);
    expect(await treePieces(tree, inMemory)).toEqual(pieces);
    // What is large is cut.
    for (const piece of pieces) expect(piece.kind === 'stored' ? 0 : piece.length).toBeLessThan(2 * MIB);
    expect(await contentsOf([...pieces, ...(await depsPieces([]))])).toMatchObject({
      'app/a/empty': '',
      'app/a/huge': sha256Of(files['a/huge'] as Buffer),
      'app/a/zz': 'last',
      'app/run': '#!',
    });
  });

  it('are few pieces even if they are many', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`vendor/m${at}/x.go`, `package m${at}\n`]));
    const pieces = await treePieces({ 'main.go': 'package main' }, await editsFromFiles(stores.root, many));
    expect(pieces.length).toBeLessThan(10);
    expect(Object.keys(await contentsOf([...pieces, ...(await depsPieces([]))]))).toEqual([
      'app/',
      ...['main.go', ...Object.keys(many)].sort(comparePaths).map((path) => `app/${path}`),
      'deps/',
    ]);
  });

  it.each<[string, (file: string) => Promise<unknown>]>([
    ['missing', async () => undefined],
    ['a directory', (file) => mkdir(file)],
    ['a link', (file) => symlink('/etc/passwd', file)],
    ['a pipe', (file) => runOn(file, 'mkfifo')],
  ])('are refused when one is %s', async (kind, make) => {
    const file = join(stores.root, kind);
    await make(file);
    const failed = treePieces({}, [{ path: 'x', content: { file } }]);
    await expect(failed).rejects.toThrow(FileAccessError);
    await expect(failed).rejects.not.toThrow(stores.root);
  });

  it('are refused when one gets shorter meanwhile', async () => {
    const file = join(stores.root, 'shorter');
    await writeBytes(file, noise(3 * MIB));
    const texts = writeFile(new TextRun(), { path: 'app/x', type: 'file', modified: COMMIT_TIME }, { file });
    expect((await texts.next()).done).toBe(false);
    await truncate(file, 10);
    await expect(texts.next()).rejects.toThrow(FileAccessError);
  });
});

describe('generated files', () => {
  it('lie among the artifacts, in their order', async () => {
    const artifacts = await placeArtifacts(stores.archive, { 'gomod/a/b.zip': noise(10), 'gomod/z': Buffer.from('z') });
    const generated = ['gomod/a/list', 'gomod/a-b', 'a'].map((path) => ({ path, content: Buffer.from(path) }));
    const pieces = await depsPieces([...artifacts, ...generated]);
    expect(await depsPieces([...generated.toReversed(), ...artifacts.toReversed()])).toEqual(pieces);
    expect(Object.keys(await contentsOf(pieces))).toEqual([
      'deps/',
      'deps/a',
      'deps/gomod/a-b',
      'deps/gomod/a/b.zip',
      'deps/gomod/a/list',
      'deps/gomod/z',
    ]);
  });

  it('are few pieces even if they are many', async () => {
    const generated = Array.from({ length: 5000 }, (_, at) => ({
      path: `gomod/m${at}/@v/list`,
      content: Buffer.from('v1.0.0\n'),
    }));
    const pieces = await depsPieces(generated);
    expect(pieces.length).toBeLessThan(10);
    expect(Object.keys(await contentsOf(pieces))).toHaveLength(5001);
  });

  it('are there once when two managers write the same, and refused when they differ', async () => {
    const file = (path: string, text: string) => ({ path, content: Buffer.from(text) });
    const [artifact] = await placeArtifacts(stores.archive, { a: Buffer.from('same') });
    const same = await depsPieces([file('a', 'same'), file('a', 'same')]);
    expect(await contentsOf(same)).toEqual({ 'deps/': '', 'deps/a': 'same' });
    const clashes = [[file('a', '1'), file('a', '2')], [file('a', 'same'), artifact], [file('a', ''), file('a/b', '')], [file('../x', '')]];
    for (const files of clashes) await expect(depsPieces(files as PlacedFile[])).rejects.toThrow(ValidationError);
  });
});
