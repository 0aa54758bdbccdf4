import { inTurns } from '../../concurrency/index.js';
import type { Artifact } from '../../dependencies/index.js';
import {
  type DependencyEdge,
  emptyResolution,
  type Resolution,
  type ResolvedDependency,
  type ResolvedPackage,
} from '../package-manager.js';
import { type ArchivedFile, bundleCache } from './bundle-cache.js';
import { ENVIRONMENT, REGISTRY_SETTINGS } from './configuration.js';
import type { FoundModule, ModuleFindings } from './findings.js';

/** What was found, as the pipeline takes it; `edits` are still to be added. */
export async function resolutionOf(
  modules: readonly ModuleFindings[],
  files: readonly ArchivedFile[],
): Promise<Resolution> {
  const zips = new Map(
    files.flatMap(({ file, artifact }) => (file.kind === 'zip' ? [[moduleKey(file.path, file.version), artifact]] : [])),
  );
  const packages = modules.map((module) => gomodPackage(module, zips));
  const edges: DependencyEdge[] = [];
  await inTurns(graphEdges(modules, packages), (edge) => void edges.push(edge));
  await inTurns(goPackages(modules), (each) => void packages.push(each));
  return {
    ...emptyResolution(),
    packages,
    edges,
    ...bundleCache(files),
    registryEntries: files.map(({ file: { path, version }, artifact }) => ({ artifact, name: path, version })),
    environment: [...ENVIRONMENT],
    files: files.length === 0 ? [] : [REGISTRY_SETTINGS],
  };
}

function gomodPackage(module: ModuleFindings, zips: ReadonlyMap<string, Artifact>): ResolvedPackage {
  const { name, version, directory: path, graph } = module;
  const unknown = new Set(graph?.unknown);
  const dependencies = module.dependencies.map((found, place): ResolvedDependency => {
    const dependency = gomodDependency(found, zips);
    return graph === undefined || unknown.has(place) ? { ...dependency, requirementsUnknown: true } : dependency;
  });
  return { type: 'gomod', name, version, path, dependencies };
}

/** `packages` are those of the modules, in their order. */
function* graphEdges(
  modules: readonly ModuleFindings[],
  packages: readonly ResolvedPackage[],
): Generator<DependencyEdge> {
  for (const [at, { graph }] of modules.entries()) {
    const own = packages[at];
    const { edges = [] } = graph ?? {};
    for (let pair = 0; pair < edges.length; pair += 2) {
      const from = own.dependencies[edges[pair]] ?? own;
      yield { package: own, from, to: own.dependencies[edges[pair + 1]] };
    }
  }
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
function* goPackages(modules: readonly ModuleFindings[]): Generator<ResolvedPackage> {
  for (const { version, imports, packages } of modules) {
    const known = imports.map(
      ({ name, version: imported }): ResolvedDependency => ({ type: 'go-package', name, version: imported, replaces: null }),
    );
    for (const { name, path, imports: places } of packages) {
      const dependencies = Array.from(places, (place) => known[place]);
      yield { type: 'go-package', name, version, path, dependencies };
    }
  }
}

function moduleKey(path: string, version: string): string {
  return `${path}@${version}`;
}
