import type { Template } from '../../package-manager.js';
import { classify, type LockDependency } from '../lockfile/classify.js';
import { type LockGraph, type LockNode, REQUIREMENT_KEYS, resolve } from '../lockfile/graph.js';
import { isJsonObject, ownValue } from '../lockfile/json.js';
import { parseLockFile } from '../lockfile/lock-file.js';
import { shortName } from '../lockfile/names.js';
import { plainPath } from '../lockfile/location.js';
import { jsonText } from './json-text.js';
import { templateOf, unusedMarker } from './template.js';

/** An archive that takes the place of a dependency. */
export interface ArchivedPackage {
  name: string;
  version: string;
  /** Subresource Integrity text of the archive, `sha512-…`; undefined if not known. */
  integrity: string | undefined;
  /** Below `deps/`. */
  path: string;
}

export interface LockRewrite {
  text: string;
  file: string;
  registryHosts: readonly string[];
  /** By the source in the lock file: what is not from a registry and was packed under a version of its own. */
  externals: ReadonlyMap<string, ArchivedPackage>;
  /** By `name@version`. */
  registry: ReadonlyMap<string, ArchivedPackage>;
  /** From the lock file's directory to the root of the unpacked bundle: `../`. */
  relative: string;
}

export interface RewrittenLockFile {
  /** For the request's registry; undefined = the file of the source does it. */
  registry: Template | undefined;
  offline: Template;
  /** What the manifests have to say now. */
  manifests: ManifestChange[];
  /** Externals by what dependants call them, for `overrides`. */
  replaced: { key: string; source: string; spec: string }[];
}

/** New version specifications in the `package.json` of a folder. */
export interface ManifestChange {
  /** Relative to the lock file's directory; the empty text is that directory. */
  folder: string;
  specs: [name: string, spec: string][];
}

/**
 * The lock file for both ways to build. Every external gets its new version, address and integrity, and everything that
 * requires it names that version; offline, all archives come from the bundle. Pure; fit for a thread of its own. Throws
 * as `readLockFile` does.
 */
export function rewriteLockFile(input: LockRewrite): RewrittenLockFile {
  const marker = unusedMarker(input.text);
  const lockFile = parseLockFile(input.text, input.file);
  const halves = [lockFile.graph, ...(lockFile.legacy === undefined ? [] : [lockFile.legacy])].map((graph) =>
    describe(graph, new Set(input.registryHosts), input),
  );
  const [half] = halves;
  const manifests = manifestChanges(half);
  for (const each of halves) replaceExternals(each, marker);
  const changed = halves.some(({ externals }) => externals.size > 0);
  const registry = changed ? templateOf(jsonText(lockFile.json), marker, { fill: 'registry-url' }) : undefined;
  for (const each of halves) pointToBundle(each, `file:${marker}deps/`);
  const offline = templateOf(jsonText(lockFile.json), marker, { fill: 'bundle-directory', relative: input.relative });
  return { registry, offline, manifests, replaced: replacedSources(half) };
}

/** One form of the lock file and what was archived for its places. */
interface Half {
  graph: LockGraph;
  externals: Map<LockNode, ArchivedPackage & { source: string }>;
  registry: Map<LockNode, ArchivedPackage>;
  folders: Map<LockNode, string>;
}

function describe(graph: LockGraph, hosts: ReadonlySet<string>, input: LockRewrite): Half {
  const half: Half = { graph, externals: new Map(), registry: new Map(), folders: new Map() };
  for (const node of graph.nodes) {
    if (node.link?.target !== undefined) continue;
    const { kind, name, version, source } = classify(node, graph.form, hosts);
    const external = isExternal(kind) && source !== undefined ? input.externals.get(source) : undefined;
    const archived = kind === 'registry' ? input.registry.get(`${name}@${version}`) : undefined;
    if (external !== undefined && source !== undefined) half.externals.set(node, { ...external, source });
    if (archived !== undefined) half.registry.set(node, archived);
    if (kind === 'file' && source !== undefined) half.folders.set(node, plainPath(source));
  }
  return half;
}

function isExternal(kind: LockDependency['kind']): boolean {
  return kind === 'git' || kind === 'tarball';
}

/** How a dependant asks for it now. */
function newSpec(key: string, { name, version }: ArchivedPackage): string {
  return key === name ? version : `npm:${name}@${version}`;
}

function replaceExternals({ graph, externals }: Half, registryUrl: string): void {
  if (externals.size === 0) return;
  for (const node of [graph.root, ...graph.nodes]) replaceRequirements(node, graph.form, externals);
  for (const [{ fields, key }, archived] of externals) {
    const { name, version, integrity } = archived;
    fields.raw.version = graph.form === 'nested' ? newSpec(key, archived) : version;
    if (graph.form === 'flat' && key !== name) fields.raw.name = name;
    fields.raw.resolved = `${registryUrl}${name}/-/${shortName(name)}-${version}.tgz`;
    fields.raw.integrity = integrity;
    delete fields.raw.from;
  }
}

function replaceRequirements(node: LockNode, form: LockGraph['form'], externals: Half['externals']): void {
  for (const mapKey of REQUIREMENT_KEYS[form]) {
    const map = ownValue(node.fields.raw, mapKey);
    if (!isJsonObject(map)) continue;
    for (const name of Object.keys(map)) {
      const required = resolve(node, name);
      const external = required === undefined ? undefined : externals.get(required);
      if (external !== undefined) map[name] = newSpec(name, external);
    }
  }
}

function pointToBundle({ externals, registry }: Half, deps: string): void {
  for (const [{ fields }, { path, integrity }] of [...externals, ...registry]) {
    fields.raw.resolved = `${deps}${path}`;
    if (fields.textOrFalse('integrity') === undefined && integrity !== undefined) fields.raw.integrity = integrity;
  }
}

/** What each folder of the source sees under the names of externals; whether it asks for them its manifest knows. */
function manifestChanges({ graph, externals, folders }: Half): ManifestChange[] {
  const names = new Set([...externals.keys()].map(({ key }) => key));
  return [...new Map([[graph.root, ''], ...folders])].flatMap(([node, folder]) => {
    const specs = [...names].flatMap((name): [string, string][] => {
      const seen = resolve(node, name);
      const external = seen === undefined ? undefined : externals.get(seen);
      return external === undefined ? [] : [[name, newSpec(name, external)]];
    });
    return specs.length === 0 ? [] : [{ folder, specs }];
  });
}

function replacedSources({ externals }: Half): RewrittenLockFile['replaced'] {
  const replaced = [...externals].map(([{ key }, { source, ...archived }]) => ({
    key,
    source,
    spec: newSpec(key, archived),
  }));
  return [...new Map(replaced.map((each) => [`${each.key} ${each.source}`, each])).values()];
}
