import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { comparePaths, encodePath, type TreeEntry } from '../../../../archive/index.js';
import type { SourceTree } from '../../../../source/index.js';

/** What a path of a tree holds: a file of mode 644, one of mode 755, or a symbolic link. */
export type TreeFile = string | Buffer | { executable: string } | { link: string };
export type TreeFiles = Readonly<Record<string, TreeFile>>;

/** A tree in memory; links are followed for one step. */
export function treeOf(files: TreeFiles): SourceTree {
  const entries = Object.entries(files)
    .map(([path, file]) => entryOf(path, file))
    .sort((one, other) => comparePaths(one.path, other.path));
  const content = (path: string): Buffer | undefined => {
    const file = files[path];
    if (file === undefined) return undefined;
    if (typeof file === 'object' && 'link' in file) return content(posix.join(posix.dirname(path), file.link));
    return contentOf(file);
  };
  return {
    submodules: [],
    async *list() {
      yield* entries;
    },
    async *contents(_directory, wanted = () => true) {
      for (const entry of entries.filter(wanted)) {
        yield { entry, content: entry.type === 'symlink' ? Buffer.alloc(0) : (content(entry.path) ?? Buffer.alloc(0)) };
      }
    },
    entry: async (path) => entries.find((entry) => entry.path === path),
    read: async (path) => content(path),
    open: async (path) => Readable.from([content(path) ?? Buffer.alloc(0)]),
  };
}

/** The same on disk. */
export async function writeTree(directory: string, files: TreeFiles): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const target = Buffer.concat([Buffer.from(`${directory}/`), encodePath(path)]);
    await mkdir(dirname(join(directory, path)), { recursive: true });
    if (typeof file === 'object' && 'link' in file) await symlink(file.link, target);
    else {
      await writeFile(target, contentOf(file));
      await chmod(target, typeof file === 'object' && 'executable' in file ? 0o755 : 0o644);
    }
  }
}

function entryOf(path: string, file: TreeFile): TreeEntry {
  if (typeof file === 'object' && 'link' in file) return { path, type: 'symlink', size: 0, linkTarget: file.link };
  const type = typeof file === 'object' && 'executable' in file ? 'executable' : 'file';
  return { path, type, size: contentOf(file).length };
}

function contentOf(file: Exclude<TreeFile, { link: string }>): Buffer {
  return Buffer.from(typeof file === 'object' && 'executable' in file ? file.executable : file);
}
