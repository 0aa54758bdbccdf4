import { posix } from 'node:path';
import type { CataloguedPackage } from '../../dependencies/index.js';

/** A Go module of the request. */
export type GoModule = Pick<CataloguedPackage, 'name' | 'version' | 'dependencies'>;

/** The Go modules of one request, to find which of them a package or a local replacement belongs to. */
export class GoModules {
  private readonly byName = new Map<string, CataloguedPackage>();

  constructor(packages: readonly CataloguedPackage[]) {
    for (const each of packages) {
      if (each.type === 'gomod' && !this.byName.has(each.name)) this.byName.set(each.name, each);
    }
  }

  /** The longest module name that equals `name` or is a prefix of it that ends at a slash. */
  parentOf(name: string): CataloguedPackage | undefined {
    for (let prefix = name; ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
      const found = this.byName.get(prefix);
      if (found !== undefined || !prefix.includes('/')) return found;
    }
  }
}

/** A local version: a path relative to the module that requires it. */
export function isLocalVersion(version: string | null): version is string {
  return version !== null && version.startsWith('.');
}

/** The part of `name` below `module`, empty for the module itself. */
export function pathBelow(module: GoModule, name: string): string {
  return name === module.name ? '' : name.slice(module.name.length + 1);
}

/**
 * Where a local path of a module leads, as a module path: `acme.dev/hub` and `./third/geo` → `acme.dev/hub/third/geo`.
 */
export function joinLocal(moduleName: string, version: string): string {
  return posix.normalize(`${moduleName}/${version}`).replace(/\/$/, '');
}
