import { posix } from 'node:path';
import { UnsupportedFeature, ValidationError } from '../../errors/index.js';
import type { SourceTree } from '../../source/index.js';

/**
 * Where a path leads that a `go.mod` or `go.work` in `directory` names, relative to the repository; links on the way are
 * followed. Throws `UnsupportedFeature` for an absolute path, `ValidationError` for one that leaves the repository.
 */
export async function checkLocalPath(
  source: SourceTree,
  directory: string,
  path: string,
  file: string,
): Promise<string> {
  refuseAbsolute(path, file);
  let resolved = posix.join(directory, path).replace(/\/$/, '');
  // Each round follows one link; `entry` gives the entry itself.
  for (let rounds = 0; rounds < 40; rounds++) {
    refuseOutside(resolved, path, file);
    const link = await firstLink(source, resolved);
    if (link === undefined) return resolved;
    resolved = posix.join(posix.dirname(link.path), link.target, resolved.slice(link.path.length + 1)).replace(/\/$/, '');
    if (posix.isAbsolute(link.target)) refuseOutside('..', path, file);
  }
  throw new ValidationError(`The path ${path} that ${file} names leads through too many symbolic links.`);
}

/** Absolute ones, also as Windows writes them. */
export function refuseAbsolute(path: string, file: string): void {
  if (!/^(?:[/\\]|[A-Za-z]:)/.test(path)) return;
  throw new UnsupportedFeature(
    `${file} names the absolute path ${path}. Name a directory of the repository by a relative path, such as ./lib.`,
  );
}

function refuseOutside(resolved: string, path: string, file: string): void {
  if (resolved !== '..' && !resolved.startsWith('../')) return;
  throw new ValidationError(
    `${file} names the path ${path}, which leads out of the repository. Only directories of the repository can be used.`,
  );
}

/** The first part of a path that is a link, as the tree has it. */
async function firstLink(source: SourceTree, path: string): Promise<{ path: string; target: string } | undefined> {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const entry = await source.entry(part);
    if (entry?.type === 'symlink') return { path: part, target: entry.linkTarget ?? '' };
  }
  return undefined;
}
