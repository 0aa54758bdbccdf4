import { posix } from 'node:path';
import { InvalidRepoStructure } from '../../errors/index.js';
import type { LockFileContent } from './lockfile/read-lock-file.js';
import { plainPath } from './lockfile/location.js';
import { quote } from '../quote.js';
import { Workspaces } from './workspaces.js';

/**
 * Throws `InvalidRepoStructure` naming the first dependency on files that is neither a workspace nor on the
 * administrator's list for this package, or that lies outside of the repository. `directory` is the package's own,
 * relative to the repository.
 */
export function checkFileDependencies(
  content: Pick<LockFileContent, 'name' | 'workspaces' | 'dependencies'>,
  directory: string,
  allowlist: Readonly<Record<string, readonly string[]>>,
): void {
  const allowed = new Set(Object.hasOwn(allowlist, content.name) ? allowlist[content.name] : []);
  const workspaces = new Workspaces(content.workspaces);
  for (const { kind, name, source = '' } of content.dependencies) {
    if (kind !== 'file') continue;
    const shown = quote(`${name}@file:${source}`);
    if (!isInside(directory, source)) {
      throw new InvalidRepoStructure(`The dependency ${shown} of ${content.name} lies outside of the repository.`);
    }
    if (allowed.has(name) || workspaces.has(source)) continue;
    throw new InvalidRepoStructure(
      `The dependency ${shown} of ${content.name} is not allowed: it is neither a workspace of the lock file nor one ` +
        'of the "file:" dependencies that the administrators allow for this package.',
    );
  }
}

/** As npm reads it: percent-encoded too, and with `~` for the home directory. */
function isInside(directory: string, source: string): boolean {
  return [source, decoded(source)].every((path) => {
    const plain = plainPath(path);
    if (plain.startsWith('/') || plain.startsWith('~') || path.includes('\\') || path.includes('\0')) return false;
    const joined = posix.join(directory, plain);
    return joined !== '..' && !joined.startsWith('../');
  });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
