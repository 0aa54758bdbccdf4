import type { Artifact } from '../../dependencies/index.js';
import { emptyResolution, type Resolution, type ResolvedDependency, type ResolvedPackage } from '../package-manager.js';
import { type ArchivedFile, bundleCache } from './bundle-cache.js';
import { ENVIRONMENT, REGISTRY_SETTINGS } from './configuration.js';
import type { FoundModule, ModuleFindings } from './findings.js';

/** What was found, as the pipeline takes it; `edits` are still to be added. */
export function resolutionOf(modules: readonly ModuleFindings[], files: readonly ArchivedFile[]): Resolution {
  const zips = new Map(
    files.flatMap(({ file, artifact }) => (file.kind === 'zip' ? [[moduleKey(file.path, file.version), artifact]] : [])),
  );
  return {
    ...emptyResolution(),
    packages: [
      ...modules.map((module) => gomodPackage(module, zips)),
      ...modules.flatMap((module) => goPackages(module)),
    ],
    ...bundleCache(files),
    registryEntries: files.map(({ file: { path, version }, artifact }) => ({ artifact, name: path, version })),
    environment: [...ENVIRONMENT],
    files: files.length === 0 ? [] : [REGISTRY_SETTINGS],
  };
}

function gomodPackage(module: ModuleFindings, zips: ReadonlyMap<string, Artifact>): ResolvedPackage {
  const { name, version, directory: path, dependencies } = module;
  return { type: 'gomod', name, version, path, dependencies: dependencies.map((found) => gomodDependency(found, zips)) };
}

function gomodDependency({ name, version, replaces }: FoundModule, zips: ReadonlyMap<string, Artifact>): ResolvedDependency {
  const artifact = zips.get(moduleKey(name, version));
  return {
    type: 'gomod',
    name,
    version,
    replaces: replaces === undefined ? null : { type: 'gomod', ...replaces },
    ...(artifact === undefined ? {} : { artifact }),
  };
}

/** Packages share the objects of what they import: together they may import millions of times. */
function goPackages({ version, imports, packages }: ModuleFindings): ResolvedPackage[] {
  const dependencies = imports.map(
    ({ name, version: imported }): ResolvedDependency => ({ type: 'go-package', name, version: imported, replaces: null }),
  );
  return packages.map(({ name, path, imports: places }) => ({
    type: 'go-package',
    name,
    version,
    path,
    dependencies: Array.from(places, (place) => dependencies[place]),
  }));
}

function moduleKey(path: string, version: string): string {
  return `${path}@${version}`;
}
