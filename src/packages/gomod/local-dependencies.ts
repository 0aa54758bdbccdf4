import { posix } from 'node:path';
import { inTurns } from '../../concurrency/index.js';
import { InvalidRequestData } from '../../errors/index.js';
import type { ModuleFindings } from './findings.js';
import { containsPath } from './go-paths.js';
import { refuseAbsolute } from './local-paths.js';

/**
 * A dependency at `../lib` can only be named in documents when the module there is in the request, too. Throws
 * `InvalidRequestData` that says what to add, `UnsupportedFeature` for an absolute path.
 */
export async function checkLocalDependencies(modules: readonly ModuleFindings[]): Promise<void> {
  const names = modules.map(({ name }) => name);
  await inTurns(localDependencies(modules, names), (found) => {
    for (const dependency of found) check(dependency, names);
  });
}

/** Of one module or package after the other; each once, though thousands of packages may share them. */
function* localDependencies(modules: readonly ModuleFindings[], names: readonly string[]): Generator<Dependency[]> {
  for (const { name, directory, dependencies, packages, imports } of modules) {
    const own = parentOf(name, names);
    yield dependencies.map((dependency) => ({ parent: own, directory, ...dependency }));
    const local = new Set(imports.flatMap(({ version }, at) => (version?.startsWith('.') ? [at] : [])));
    if (local.size === 0) continue;
    const seen = new Map<string, Set<number>>();
    for (const { name: owner, imports: places } of packages) {
      const parent = parentOf(owner, names);
      const known = seen.get(parent) ?? new Set();
      seen.set(parent, known);
      const found: Dependency[] = [];
      for (const place of known.size === local.size ? [] : places) {
        if (!local.has(place) || known.has(place)) continue;
        known.add(place);
        found.push({ parent, directory, ...imports[place] });
      }
      yield found;
    }
  }
}

interface Dependency {
  /** The module that depends on it, or has the package that does. */
  parent: string;
  /** Of the owner's module. */
  directory: string;
  name: string;
  version: string | null;
}

function check({ parent, directory, name, version }: Dependency, modules: readonly string[]): void {
  if (version === null) return;
  refuseAbsolute(version, posix.join(directory, 'go.mod'));
  if (!version.split('/').includes('..')) return;
  const target = posix.normalize(posix.join(parent, version));
  if (modules.some((module) => containsPath(module, name) || containsPath(module, target))) return;
  throw new InvalidRequestData(
    `The module ${parent} depends on ${name} at ${version}, outside of its own directory. Add the directory of that ` +
      'module to the paths of packages.gomod.',
  );
}

/** The longest of the modules that contains a module or package. */
function parentOf(owner: string, modules: readonly string[]): string {
  const containing = modules.filter((module) => containsPath(module, owner));
  return containing.sort((one, other) => other.length - one.length)[0] ?? owner;
}
