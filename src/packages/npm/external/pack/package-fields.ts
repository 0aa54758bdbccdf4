import { posix } from 'node:path';
import { isJsonObject, type JsonObject, ownValue } from '../../lockfile/json.js';

/** The files that the `bin` of a package names, relative to its root, as npm reads that field. */
export function binTargets(manifest: JsonObject): string[] {
  const bin = ownValue(manifest, 'bin');
  return targetsOf(bin, ownValue(manifest, 'name'))
    .map((target) => rooted(target))
    .filter((target) => target !== '');
}

/** The folder whose files are all executables, unless `bin` names them; undefined when there is none. */
export function binDirectory(manifest: JsonObject): string | undefined {
  const directories = ownValue(manifest, 'directories');
  const directory = isJsonObject(directories) ? ownValue(directories, 'bin') : undefined;
  const isMeant = typeof directory === 'string' && directory !== '' && !ownValue(manifest, 'bin');
  return isMeant ? rooted(directory) : undefined;
}

/** Names of the dependencies that are packed along. */
export function bundledNames(manifest: JsonObject): string[] {
  const bundled = ownValue(manifest, 'bundleDependencies') ?? ownValue(manifest, 'bundledDependencies');
  if (bundled === true) return dependencyNames(manifest, 'dependencies');
  if (Array.isArray(bundled)) return bundled.filter((name) => typeof name === 'string');
  return isJsonObject(bundled) ? Object.keys(bundled) : [];
}

export type DependencyField = 'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies';

export function dependencyNames(manifest: JsonObject, field: DependencyField): string[] {
  const dependencies = ownValue(manifest, field);
  return isJsonObject(dependencies) ? Object.keys(dependencies) : [];
}

/** Whether a folder may be one of the workspaces. Only what stands before the first wildcard is looked at. */
export function mayBeWorkspace(manifest: JsonObject, directory: string): boolean {
  const workspaces = ownValue(manifest, 'workspaces');
  const patterns = isJsonObject(workspaces) ? ownValue(workspaces, 'packages') : workspaces;
  if (!Array.isArray(patterns)) return false;
  return patterns.some((pattern) => {
    if (typeof pattern !== 'string' || pattern.startsWith('!')) return false;
    const plain = rooted(pattern.split(/[*?[{(]/, 1)[0]);
    return `${directory}/`.startsWith(plain);
  });
}

function targetsOf(bin: unknown, name: unknown): string[] {
  if (typeof bin === 'string') return typeof name === 'string' && name !== '' ? [bin] : [];
  if (typeof bin !== 'object' || bin === null) return [];
  return Object.values(bin).filter((target) => typeof target === 'string');
}

/** A path that cannot leave the root, without slashes at its start. */
function rooted(path: string): string {
  return posix.join('/', path.replaceAll('\\', '/')).slice(1);
}
