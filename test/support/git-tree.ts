import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git-server.js';

/** Path → `<mode> <git blob id>`: what identifies every entry of a tree, bytes and kind. */
export type TreeListing = Record<string, string>;

/** What git says the commit holds, submodules left out. */
export async function treeOfCommit(repository: string, commit: string): Promise<TreeListing> {
  const output = await git(repository, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  const listing: TreeListing = {};
  for (const line of output.split('\0').filter(Boolean)) {
    const [, mode, type, id, path] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
    if (type === 'blob') listing[path] = `${mode} ${id}`;
  }
  return listing;
}

/** The same of unpacked files, computed without git: the id of a blob is SHA-1 of `blob <size>\0<content>`. */
export async function treeOfDirectory(directory: string): Promise<TreeListing> {
  const listing: TreeListing = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length + 1);
    const content = entry.isSymbolicLink() ? await readlink(file, 'buffer') : await readFile(file);
    const id = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    listing[path] = `${await modeOf(file)} ${id}`;
  }
  return listing;
}

async function modeOf(file: string): Promise<string> {
  const stats = await lstat(file);
  if (stats.isSymbolicLink()) return '120000';
  return (stats.mode & 0o777) === 0o755 ? '100755' : (stats.mode & 0o777) === 0o644 ? '100644' : (stats.mode & 0o777).toString(8);
}
