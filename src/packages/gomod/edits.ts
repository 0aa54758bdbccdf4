import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { SourceEdit } from '../package-manager.js';
import { containsPath } from './go-paths.js';
import type { Original, WorkTree } from './work-tree.js';

/** A file that commands have written, changed or removed. */
export interface Change {
  path: string;
  kind: 'added' | 'changed' | 'removed';
}

const LETTERS = { added: 'A', changed: 'M', removed: 'D' } as const;

/**
 * What commands did to files that they may change: module files in `directories`, and everything below the directories
 * of `trees` (`vendor`). Sorted by path.
 */
export async function findChanges(
  { root, originals, links }: WorkTree,
  { directories, trees }: { directories: readonly string[]; trees: readonly string[] },
): Promise<Change[]> {
  const present = new Map<string, Original>();
  const files = new Set(
    ['go.mod', 'go.sum', 'go.work', 'go.work.sum'].flatMap((name) => directories.map((directory) => posix.join(directory, name))),
  );
  for (const path of files) await note(root, path, present);
  // Modules of a workspace share theirs.
  const distinct = [...new Set(trees)];
  for (const tree of distinct) if (!(await isLink(root, tree))) await noteBelow(root, tree, present);
  const looked = (path: string): boolean => files.has(path) || distinct.some((tree) => containsPath(tree, path));
  const changes: Change[] = [];
  for (const [path, { sha256, executable }] of present) {
    const original = originals.get(path);
    if (original === undefined) changes.push({ path, kind: 'added' });
    else if (original.sha256 !== sha256 || original.executable !== executable) changes.push({ path, kind: 'changed' });
  }
  for (const path of originals.keys()) {
    if (looked(path) && !present.has(path)) changes.push({ path, kind: 'removed' });
  }
  for (const path of links) {
    // What has become of a file in its place was found above.
    if (looked(path) && !present.has(path) && !(await isLink(root, path))) changes.push({ path, kind: 'removed' });
  }
  return changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The changes as the bundle takes them; the new bytes stay where commands have written them. */
export function editsOf({ root }: WorkTree, changes: readonly Change[]): SourceEdit[] {
  return changes.map(({ path, kind }) =>
    kind === 'removed' ? { path, removed: true } : { path, content: { file: join(root, path) } },
  );
}

/** One line each, as `git diff --name-status` shows them. */
export function showChanges(changes: readonly Change[]): string[] {
  return changes.map(({ path, kind }) => `${LETTERS[kind]} ${path}`);
}

async function noteBelow(root: string, directory: string, present: Map<string, Original>): Promise<void> {
  const found = await readdir(join(root, directory), { withFileTypes: true }).catch(() => []);
  for (const each of found) {
    const path = posix.join(directory, each.name);
    if (each.isDirectory()) await noteBelow(root, path, present);
    else await note(root, path, present);
  }
}

async function note(root: string, path: string, present: Map<string, Original>): Promise<void> {
  const file = join(root, path);
  const stats = await lstat(file).catch(() => undefined);
  if (stats === undefined || !stats.isFile()) return;
  const sha256 = createHash('sha256').update(await readFile(file)).digest('hex');
  present.set(path, { sha256, executable: (stats.mode & 0o111) !== 0 });
}

async function isLink(root: string, path: string): Promise<boolean> {
  return lstat(join(root, path)).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}
