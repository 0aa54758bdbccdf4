import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { comparePaths } from '../archive/index.js';
import type { SourceEntry } from './tree/source-entries.js';

/** The files of a freshly written `.git` directory as entries `.git/…`, in the order of `comparePaths`. */
export async function* gitDirectoryEntries(directory: string): AsyncIterable<SourceEntry> {
  const paths = await pathsBelow(directory, '.git');
  for (const { path, file } of paths.sort((left, right) => comparePaths(left.path, right.path))) {
    if (file === undefined) yield { entry: { path, type: 'directory', size: 0 } };
    else yield { entry: { path, type: 'file', size: (await stat(file)).size }, content: createReadStream(file) };
  }
}

/** Files, and directories that are empty: git wants `refs/heads` to be there. */
async function pathsBelow(directory: string, prefix: string): Promise<{ path: string; file: string | undefined }[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  if (entries.length === 0) return [{ path: prefix, file: undefined }];
  const found = await Promise.all(
    entries.map(async (entry) => {
      const [path, file] = [`${prefix}/${entry.name}`, join(directory, entry.name)];
      return entry.isDirectory() ? pathsBelow(file, path) : [{ path, file }];
    }),
  );
  return found.flat();
}
