import { posix } from 'node:path';
import { UnsupportedFeature, ValidationError } from '../../errors/index.js';
import type { ModuleFiles } from './module-files.js';

/**
 * Where a path leads that a `go.mod` or `go.work` in `directory` names, relative to the repository; links on the way are
 * followed. Throws `UnsupportedFeature` for an absolute path, `ValidationError` for one that leaves the repository.
 */
export function checkLocalPath(
  { links }: Pick<ModuleFiles, 'links'>,
  directory: string,
  path: string,
  file: string,
): string {
  refuseAbsolute(path, file);
  let resolved = posix.join(directory, path).replace(/\/$/, '');
  // Each round follows one link.
  for (let rounds = 0; rounds < 40; rounds++) {
    refuseOutside(resolved, path, file);
    const link = firstLink(links, resolved);
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

/** The first part of a path that is a link. */
function firstLink(links: ReadonlyMap<string, string>, path: string): { path: string; target: string } | undefined {
  for (let at = path.indexOf('/'); ; at = path.indexOf('/', at + 1)) {
    const part = at === -1 ? path : path.slice(0, at);
    const target = links.get(part);
    if (target !== undefined) return { path: part, target };
    if (at === -1) return undefined;
  }
}
