import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itWithTool } from '../../test/support/tools.js';
import { comparePaths, encodePath } from '../archive/index.js';
import {
  decompressionStream,
  gunzipStream,
  listed,
  type ListedEntry,
  listUnpacked,
  listWithGo,
  listWithNodeTar,
  listWithPython,
  listWithTarStream,
  scratchPath,
} from './__fixtures__/readers.js';
import { archiveTree, COMMIT_TIME, each, noise, openStores, placeArtifacts, type Tree, type TreeNode } from './__fixtures__/trees.js';
import { assemble } from './recipe/assemble.js';
import { planArtifacts } from './recipe/plan-artifacts.js';
import { planTree } from './recipe/plan-tree.js';

/** Everything that a repository may hold and every reader must see. */
const TREE: Tree = {
  empty: '',
  'text.txt': 'text\r\n',
  run: { executable: '#!/bin/sh\n' },
  'big.bin': noise(2_500_000),
  'zeros.bin': Buffer.alloc(1_500_000),
  submodule: { directory: true },
  link: { link: 'text.txt' },
  'link to nowhere': { link: '../outside' },
  'long link': { link: 'target/'.repeat(30) },
  'ümlaut/日本語/😀': 'names',
  [`${'directory/'.repeat(20)}name`]: 'split or pax',
  [`long/${'n'.repeat(200)}`]: 'pax',
  [`ä/${'ö'.repeat(100)}`]: 'pax, not ASCII',
  'line\nfeed': 'x',
  ...Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`many/${at}.txt`, `file ${at}\n`.repeat(at)])),
};
/** Readers that decode names cannot show these. */
const NOT_UTF8: Tree = { 'latin\udce9': 'one', [`${'long'.repeat(30)}\udcff`]: 'two', 'link\udce9': { link: 'latin\udce9' } };

let stores: Awaited<ReturnType<typeof openStores>>;
beforeAll(async () => {
  stores = await openStores();
});
afterAll(() => stores.close());

async function write(name: string, tree: Tree, artifacts: Record<string, Buffer>): Promise<string> {
  const path = scratchPath(stores.root, name);
  const placed = await placeArtifacts(stores.archive, artifacts);
  const segments = each(await archiveTree(stores.archive, tree));
  const content = assemble(
    (async function* () {
      yield* planTree({ segments, gitDirectory: undefined, edits: [], drop: new Set(), modified: COMMIT_TIME }, stores.archive);
      yield* planArtifacts(placed, COMMIT_TIME, stores.archive);
    })(),
    stores.archive,
  );
  await pipeline(content, createWriteStream(path));
  return path;
}

function expectation(tree: Tree, artifacts: Record<string, Buffer>): ListedEntry[] {
  const below = (root: string, nodes: Tree): ListedEntry[] =>
    Object.keys(nodes)
      .sort(comparePaths)
      .map((path) => expectedEntry(`${root}/${path}`, nodes[path] ?? ''));
  return [expectedEntry('app', { directory: true }), ...below('app', tree), expectedEntry('deps', { directory: true }), ...below('deps', artifacts)];
}

function expectedEntry(path: string, node: TreeNode): ListedEntry {
  const digest = createHash('sha256');
  if (typeof node === 'object' && 'link' in node) return listed(path, 'symlink', 0o777, 0, digest, node.link, COMMIT_TIME);
  if (typeof node === 'object' && 'directory' in node) return listed(path, 'directory', 0o755, 0, digest, '', COMMIT_TIME);
  const executable = typeof node === 'object' && 'executable' in node;
  const content = Buffer.from(executable ? node.executable : node);
  return listed(path, 'file', executable ? 0o755 : 0o644, content.length, digest.update(content), '', COMMIT_TIME);
}

/** What an unpacker leaves has no order, and folders of their own that no entry names. */
function inNameOrder(entries: readonly ListedEntry[]): ListedEntry[] {
  return entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function withoutParents(entries: readonly ListedEntry[], expected: readonly ListedEntry[]): ListedEntry[] {
  const known = new Set(expected.map(([name]) => name));
  return inNameOrder(entries.filter(([name, kind]) => kind !== 'directory' || known.has(name)));
}

describe('a bundle is read whole by', () => {
  const artifacts = { 'npm/a.tgz': noise(300_000), 'npm/b.tgz': noise(65_535), 'npm/c.tgz': Buffer.alloc(0), [`pip/${'ü'.repeat(60)}`]: noise(5) };
  const expected = expectation(TREE, artifacts);
  let bundle: string;
  beforeAll(async () => {
    bundle = await write('bundle.tar.gz', TREE, artifacts);
  });

  it('tar-stream', async () => expect(await listWithTarStream(gunzipStream(bundle))).toEqual(expected));
  it('DecompressionStream', async () => expect(await listWithTarStream(decompressionStream(bundle))).toEqual(expected));
  it('node-tar', async () => expect(await listWithNodeTar(bundle)).toEqual(expected));
  itWithTool('python3', 'Python', async () => expect(await listWithPython('r:gz', bundle)).toEqual(expected));
  itWithTool('python3', 'Python as a stream', async () => expect(await listWithPython('r|gz', bundle)).toEqual(expected));
  itWithTool('go', 'Go, a single member only', async () => expect(await listWithGo(bundle)).toEqual(expected), 300_000);

  for (const [tool, command, args] of [
    ['GNU tar', 'tar', ['--gzip', '--no-same-owner', '-p']],
    ['bsdtar', 'bsdtar', ['--no-same-owner', '-p']],
  ] as const) {
    itWithTool(command, tool, async () => {
      const unpacked = await listUnpacked(command, [...args], bundle, scratchPath(stores.root, tool));
      expect(withoutParents(unpacked, expected)).toEqual(inNameOrder(expected));
    });
  }
});

describe('names that are not UTF-8 come back byte for byte from', () => {
  const expected = expectation(NOT_UTF8, {});
  let bundle: string;
  beforeAll(async () => {
    bundle = await write('bytes.tar.gz', NOT_UTF8, {});
  });

  itWithTool('python3', 'Python', async () => expect(await listWithPython('r|gz', bundle)).toEqual(expected));
  itWithTool('go', 'Go', async () => expect(await listWithGo(bundle)).toEqual(expected), 300_000);
  itWithTool('tar', 'GNU tar', async () => {
    const unpacked = await listUnpacked('tar', ['--gzip', '-p'], bundle, scratchPath(stores.root, 'bytes'));
    expect(withoutParents(unpacked, expected)).toEqual(inNameOrder(expected));
    expect(unpacked.map(([name]) => name)).toContain(encodePath('app/latin\udce9').toString('hex'));
  });
});
