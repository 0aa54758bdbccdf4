import { comparePaths, decodePath, type TreeEntry, type TreeEntryType } from '../../archive/index.js';
import { ValidationError } from '../../errors/index.js';
import type { GitCallOptions, GitClient, GitTreeEntry } from '../git/git-client.js';
import type { MirroredCommit } from '../mirror/mirrors.js';
import { quote } from './tree-checker.js';

/** An entry of the source with its content, which must be read to its end before the next entry is asked for. */
export interface SourceEntry {
  entry: TreeEntry;
  content?: AsyncIterable<Uint8Array>;
}

/** A tree that takes the place of a gitlink. */
export interface MountedTree {
  /** Path of the gitlink. */
  path: string;
  mirrored: MirroredCommit;
}

/** A longer link target cannot be made on Linux. Bytes. */
const MAX_TARGET = 4095;

/**
 * The entries of a commit, in the order of `comparePaths`, with the trees of its submodules in the places of their
 * gitlinks; other gitlinks are empty directories.
 */
export async function* sourceEntries(
  client: GitClient,
  root: MirroredCommit,
  submodules: readonly MountedTree[],
  options: GitCallOptions,
): AsyncIterable<SourceEntry> {
  const mounted = new Set(submodules.map(({ path }) => path));
  // All paths below `vendor/lib` stand together, but not right after `vendor/lib`: `vendor/lib.txt` comes between.
  const waiting = [...submodules].sort((left, right) => comparePaths(`${left.path}/`, `${right.path}/`));
  for await (const item of treeEntries(client, root, '', mounted, options)) {
    while (waiting[0] !== undefined && comparePaths(`${waiting[0].path}/`, item.entry.path) < 0) {
      yield* submoduleEntries(client, waiting.shift() as MountedTree, options);
    }
    yield item;
  }
  for (const submodule of waiting) yield* submoduleEntries(client, submodule, options);
}

async function* submoduleEntries(
  client: GitClient,
  { path, mirrored }: MountedTree,
  options: GitCallOptions,
): AsyncIterable<SourceEntry> {
  let empty = true;
  for await (const item of treeEntries(client, mirrored, `${path}/`, new Set(), options)) {
    empty = false;
    yield item;
  }
  if (empty) yield { entry: { path, type: 'directory', size: 0 } };
}

/** One tree; what is in `skipped` is left out. Gitlinks, which have no content, are put in where they stand. */
async function* treeEntries(
  client: GitClient,
  { directory, commit }: MirroredCommit,
  prefix: string,
  skipped: ReadonlySet<string>,
  options: GitCallOptions,
): AsyncIterable<SourceEntry> {
  const gitlinks: TreeEntry[] = [];
  const withContent = async function* (): AsyncIterable<GitTreeEntry> {
    for await (const entry of client.listTree(directory, commit.id, options)) {
      if (entry.mode === '040000' || skipped.has(entry.path)) continue;
      if (entry.mode === '160000') gitlinks.push({ path: prefix + entry.path, type: 'directory', size: 0 });
      else yield entry;
    }
  };
  for await (const { entry, size, content } of client.readBlobs(directory, withContent(), options)) {
    const path = prefix + entry.path;
    while (gitlinks[0] !== undefined && comparePaths(gitlinks[0].path, path) < 0)
      yield { entry: gitlinks.shift() as TreeEntry };
    if (entry.mode === '120000') yield { entry: await symlink(path, size, content) };
    else yield { entry: { path, type: typeOf(entry.mode), size }, content };
  }
  for (const entry of gitlinks) yield { entry };
}

async function symlink(path: string, size: number, content: AsyncIterable<Uint8Array>): Promise<TreeEntry> {
  if (size > MAX_TARGET) throw new ValidationError(`The symbolic link ${quote(path)} has a target that is too long.`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return { path, type: 'symlink', size: 0, linkTarget: decodePath(Buffer.concat(chunks)) };
}

function typeOf(mode: string): TreeEntryType {
  return mode === '100755' ? 'executable' : 'file';
}
