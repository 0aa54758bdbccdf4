import { classify, type LockDependency } from '../lockfile/classify.js';
import { type LockGraph, type LockNode, packagePlaces } from '../lockfile/graph.js';
import { plainPath } from '../lockfile/location.js';

/** An archive that takes the place of a dependency. */
export interface ArchivedPackage {
  name: string;
  version: string;
  /** Subresource Integrity text of the archive, `sha512-…`; undefined if not known. */
  integrity: string | undefined;
  /** Below `deps/`. */
  path: string;
}

export interface HalfInput {
  /** Hosts (with port) whose addresses are registry addresses. */
  registryHosts: readonly string[];
  /** The host of the public registry, which npm replaces by the configured one by itself. */
  publicHost: string;
  /** By the source in the lock file: what is not from a registry and was packed under a version of its own. */
  externals: ReadonlyMap<string, ArchivedPackage>;
  /** By `name@version`. */
  registry: ReadonlyMap<string, ArchivedPackage>;
}

/** One form of the lock file and what was archived for its places. */
export interface Half {
  graph: LockGraph;
  externals: Map<LockNode, ArchivedPackage & { source: string }>;
  registry: Map<LockNode, ArchivedPackage>;
  /** Those of `registry` that npm would fetch from where the lock file says, whatever registry is configured. */
  elsewhere: Map<LockNode, ArchivedPackage>;
  folders: Map<LockNode, string>;
}

/** What a half names, of what was archived. Throws as `classify`. */
export function describeHalf(graph: LockGraph, input: HalfInput): Half {
  const hosts = new Set(input.registryHosts);
  const half: Half = { graph, externals: new Map(), registry: new Map(), elsewhere: new Map(), folders: new Map() };
  for (const node of packagePlaces(graph)) {
    const { kind, name, version, source } = classify(node, graph.form, hosts);
    const external = isExternal(kind) && source !== undefined ? input.externals.get(source) : undefined;
    const archived = kind === 'registry' ? input.registry.get(`${name}@${version}`) : undefined;
    if (external !== undefined && source !== undefined) half.externals.set(node, { ...external, source });
    if (archived !== undefined) half.registry.set(node, archived);
    if (archived !== undefined && isElsewhere(source, input.publicHost)) half.elsewhere.set(node, archived);
    if (kind === 'file' && source !== undefined) half.folders.set(node, plainPath(source));
  }
  return half;
}

function isElsewhere(address: string | undefined, publicHost: string): boolean {
  return address !== undefined && new URL(address).host !== publicHost;
}

function isExternal(kind: LockDependency['kind']): boolean {
  return kind === 'git' || kind === 'tarball';
}
