import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { comparePaths } from '../../archive/index.js';
import type { GeneratedFile, SourceEdit } from '../../packages/index.js';
import { assemble } from '../recipe/assemble.js';
import { planArtifacts } from '../recipe/plan-artifacts.js';
import { planTree } from '../recipe/plan-tree.js';
import { listed, type ListedEntry, scratchPath } from './readers.js';
import { archiveTree, COMMIT_TIME, each, type openStores, placeArtifacts, type Tree, type TreeNode } from './trees.js';

type Stores = Awaited<ReturnType<typeof openStores>>;

/** What package managers add besides artifacts. */
interface Written {
  edits?: readonly SourceEdit[];
  generated?: readonly GeneratedFile[];
}

/** Archives a tree and artifacts, and writes their bundle to a file. Returns its path. */
export async function writeBundle(
  stores: Stores,
  name: string,
  tree: Tree,
  artifacts: Record<string, Buffer>,
  { edits = [], generated = [] }: Written = {},
): Promise<string> {
  const path = scratchPath(stores.root, name);
  const placed = await placeArtifacts(stores.archive, artifacts);
  const segments = each(await archiveTree(stores.archive, tree));
  const content = assemble(
    (async function* () {
      yield* planTree(
        { segments, gitDirectory: undefined, edits, drop: new Set(), modified: COMMIT_TIME },
        stores.archive,
      );
      yield* planArtifacts([...placed, ...generated], COMMIT_TIME, stores.archive);
    })(),
    stores.archive,
  );
  await pipeline(content, createWriteStream(path));
  return path;
}

/** What a reader must see in it. */
export function expectation(tree: Tree, artifacts: Record<string, Buffer>): ListedEntry[] {
  const below = (root: string, nodes: Tree): ListedEntry[] =>
    Object.keys(nodes)
      .sort(comparePaths)
      .map((path) => expectedEntry(`${root}/${path}`, nodes[path] ?? ''));
  return [
    expectedEntry('app', { directory: true }),
    ...below('app', tree),
    expectedEntry('deps', { directory: true }),
    ...below('deps', artifacts),
  ];
}

function expectedEntry(path: string, node: TreeNode): ListedEntry {
  const digest = createHash('sha256');
  if (typeof node === 'object' && 'link' in node)
    return listed(path, 'symlink', 0o777, 0, digest, node.link, COMMIT_TIME);
  if (typeof node === 'object' && 'directory' in node)
    return listed(path, 'directory', 0o755, 0, digest, '', COMMIT_TIME);
  const executable = typeof node === 'object' && 'executable' in node;
  const content = Buffer.from(executable ? node.executable : node);
  return listed(path, 'file', executable ? 0o755 : 0o644, content.length, digest.update(content), '', COMMIT_TIME);
}

/** What an unpacker leaves has no order, and folders of their own that no entry names. */
export function inNameOrder(entries: readonly ListedEntry[]): ListedEntry[] {
  return entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

export function withoutParents(entries: readonly ListedEntry[], expected: readonly ListedEntry[]): ListedEntry[] {
  const known = new Set(expected.map(([name]) => name));
  return inNameOrder(entries.filter(([name, kind]) => kind !== 'directory' || known.has(name)));
}
