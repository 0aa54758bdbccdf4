import { posix } from 'node:path';
import { InvalidRepoStructure } from '../../errors/index.js';
import type { SourceTree } from '../../source/index.js';

/** The files of one package that npm works with; paths are relative to the repository. */
export interface PackageFiles {
  directory: string;
  lockFile: string;
  manifest: string;
}

/** The first one counts, as for npm. */
const LOCK_FILES = ['npm-shrinkwrap.json', 'package-lock.json'];
/** Bytes. */
const MAX_MANIFEST = 1024 * 1024;
const MAX_LOCK_FILE = 64 * 1024 * 1024;

/** Throws `InvalidRepoStructure` unless a directory has what npm needs, and nothing installed. */
export async function findPackageFiles(source: SourceTree, directory: string): Promise<PackageFiles> {
  const shown = shownDirectory(directory);
  const manifest = posix.join(directory, 'package.json');
  const lockFile = await firstFile(
    source,
    LOCK_FILES.map((name) => posix.join(directory, name)),
  );
  if (lockFile === undefined) {
    throw new InvalidRepoStructure(
      `There is no ${LOCK_FILES.join(' or ')} at ${shown}. ` +
        'Commit the lock file that npm writes, or ask for another path.',
    );
  }
  if ((await firstFile(source, [manifest])) === undefined) {
    throw new InvalidRepoStructure(`There is no package.json at ${shown}.`);
  }
  for await (const { path } of source.list(posix.join(directory, 'node_modules'))) {
    throw new InvalidRepoStructure(
      `There is something installed at ${shown} already (${JSON.stringify(path.slice(0, 200))}). ` +
        'Remove node_modules from the repository.',
    );
  }
  return { directory, lockFile, manifest };
}

/** Texts of both files. Throws `ValidationError` when one is too large, or a link out of the repository. */
export async function readPackageFiles(
  source: SourceTree,
  { lockFile, manifest }: PackageFiles,
): Promise<{ text: string; manifest: string }> {
  const text = await readText(source, lockFile, MAX_LOCK_FILE);
  const manifestText = await readText(source, manifest, MAX_MANIFEST);
  if (text !== undefined && manifestText !== undefined) return { text, manifest: manifestText };
  throw new InvalidRepoStructure(`${text === undefined ? lockFile : manifest} cannot be read.`);
}

/** Text of a `package.json`; undefined when there is none. */
export async function readManifest(source: SourceTree, path: string): Promise<string | undefined> {
  return readText(source, path, MAX_MANIFEST);
}

/** How messages name a directory of the repository. */
export function shownDirectory(directory: string): string {
  return directory === '.' ? 'the root of the repository' : directory;
}

/** The tree knows a file's own path without reading it; a path through links has to be followed. */
async function firstFile(source: SourceTree, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const entry = await source.entry(path);
    if (entry?.type === 'file' || entry?.type === 'executable') return path;
    if (entry?.type !== 'directory' && (await source.read(path, { maxSize: MAX_LOCK_FILE })) !== undefined) return path;
  }
  return undefined;
}

async function readText(source: SourceTree, path: string, maxSize: number): Promise<string | undefined> {
  const bytes = await source.read(path, { maxSize });
  // Invalid UTF-8 becomes U+FFFD, as for npm, and a byte order mark is dropped.
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
