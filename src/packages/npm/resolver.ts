import type { Artifact } from '../../dependencies/index.js';
import type { Component, DependencyEdge, ResolvedDependency, ResolvedPackage } from '../package-manager.js';
import type { Archived } from './fetch.js';
import type { LockDependency } from './lockfile/classify.js';
import type { LockFileContent } from './lockfile/read-lock-file.js';
import { packageKey } from './needs.js';

/**
 * A package of the source with its dependencies, each name and version once: for development only if all its places
 * are, without archive only if all are bundled. In the order of their first places, versions of a name side by side.
 */
export function resolvedPackage(content: LockFileContent, directory: string, archived: Archived): ResolvedPackage {
  const byName = new Map<string, Map<string | null, ResolvedDependency>>();
  for (const dependency of content.dependencies) {
    const { name, version, dev } = dependency;
    const versions = byName.get(name) ?? new Map<string | null, ResolvedDependency>();
    byName.set(name, versions);
    const known = versions.get(version) ?? { type: 'npm', name, version, dev: true, replaces: null };
    const artifact = known.artifact ?? artifactOf(dependency, archived);
    versions.set(version, {
      ...known,
      dev: known.dev === true && dev,
      ...(artifact === undefined ? {} : { artifact }),
    });
  }
  const dependencies = [...byName.values()].flatMap((versions) => [...versions.values()]);
  return { type: 'npm', name: content.name, version: content.version, path: directory, dependencies };
}

function artifactOf({ kind, name, version, source = '' }: LockDependency, archived: Archived): Artifact | undefined {
  if (kind === 'registry') return archived.registry.get(packageKey({ name, version }));
  return kind === 'git' || kind === 'tarball' ? archived.externals.get(source) : undefined;
}

/** Who requires whom, each pair once: several places of a lock file can be the same component. */
export function dependencyEdges({ name, version, dependencies, edges }: LockFileContent): DependencyEdge[] {
  const own: Component = { type: 'npm', name, version };
  const components = new Map<string, { component: Component; id: number }>();
  const identify = (component: Component): { component: Component; id: number } => {
    const key = JSON.stringify([component.name, component.version]);
    const known = components.get(key) ?? { component, id: components.size };
    components.set(key, known);
    return known;
  };
  const self = identify(own);
  const places = dependencies.map((each) => identify({ type: 'npm', name: each.name, version: each.version }));
  const seen = new Set<number>();
  const result: DependencyEdge[] = [];
  for (let at = 0; at < edges.length; at += 2) {
    const from = places[edges[at]] ?? self;
    const to = places[edges[at + 1]];
    const pair = from.id * components.size + to.id;
    if (from.id === to.id || seen.has(pair)) continue;
    seen.add(pair);
    result.push({ package: own, from: from.component, to: to.component });
  }
  return result;
}
