import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { goObjects } from './go-command.js';

/** Files of a module or of a whole repository, path → content. */
export type GoFiles = Record<string, string | Buffer>;

/**
 * The files of a real module as its zip has them, fetched and verified by the real `go`. A module zip holds neither
 * links, nor executable bits, nor nested modules, nor `vendor` directories.
 */
export async function realModule(path: string, version: string): Promise<GoFiles> {
  const args = ['mod', 'download', '-json', `${path}@${version}`];
  const [{ Dir: directory }] = await goObjects<{ Dir: string }>(args, { directory: tmpdir() });
  return filesOf(directory);
}

/** Every file below a directory. */
export async function filesOf(directory: string): Promise<GoFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [relative(directory, file), await readFile(file)] as const)),
  );
}

/** The same files below a directory: `below('sub', files)`. */
export function below(directory: string, files: GoFiles): GoFiles {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]));
}

/** Writes them below a directory. */
export async function writeFiles(directory: string, files: GoFiles): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}
