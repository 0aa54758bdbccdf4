import { posix } from 'node:path';
import { InvalidRequestData } from '../../errors/index.js';
import type { ModuleFindings } from './findings.js';
import { containsPath } from './go-paths.js';
import { refuseAbsolute } from './local-paths.js';

/**
 * A dependency at `../lib` can only be named in documents when the module there is in the request, too. Throws
 * `InvalidRequestData` that says what to add, `UnsupportedFeature` for an absolute path.
 */
export function checkLocalDependencies(modules: readonly ModuleFindings[]): void {
  const names = modules.map(({ name }) => name);
  const seen = new Set<string>();
  for (const { name, directory, dependencies, packages, imports } of modules) {
    for (const dependency of dependencies) check({ owner: name, directory, ...dependency }, names, seen);
    const local = new Set(imports.flatMap(({ version }, at) => (version?.startsWith('.') ? [at] : [])));
    for (const { name: owner, imports: places } of local.size === 0 ? [] : packages) {
      for (const place of places) {
        if (local.has(place)) check({ owner, directory, ...imports[place] }, names, seen);
      }
    }
  }
}

interface Dependency {
  /** Name of the module or package that depends on it. */
  owner: string;
  /** Of the owner's module. */
  directory: string;
  name: string;
  version: string | null;
}

function check({ owner, directory, name, version }: Dependency, modules: readonly string[], seen: Set<string>): void {
  if (version === null) return;
  const parent = longestPrefix(modules, owner) ?? owner;
  const key = JSON.stringify([parent, name, version]);
  if (seen.has(key)) return;
  seen.add(key);
  refuseAbsolute(version, posix.join(directory, 'go.mod'));
  if (!version.split('/').includes('..')) return;
  const target = posix.normalize(posix.join(parent, version));
  if (modules.some((module) => containsPath(module, name) || containsPath(module, target))) return;
  throw new InvalidRequestData(
    `The module ${parent} depends on ${name} at ${version}, outside of its own directory. Add the directory of that ` +
      'module to the paths of packages.gomod.',
  );
}

function longestPrefix(modules: readonly string[], name: string): string | undefined {
  const containing = modules.filter((module) => containsPath(module, name));
  return containing.sort((one, other) => other.length - one.length)[0];
}
