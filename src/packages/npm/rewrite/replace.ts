import { type LockGraph, type LockNode, REQUIREMENT_KEYS, resolve } from '../lockfile/graph.js';
import { isJsonObject, ownValue } from '../lockfile/json.js';
import { shortName } from '../lockfile/names.js';
import type { ArchivedPackage, Half } from './half.js';

/** How a dependant asks for it now. */
export function newSpec(key: string, { name, version }: ArchivedPackage): string {
  return key === name ? version : `npm:${name}@${version}`;
}

export function replaceExternals({ graph, externals }: Half, registryUrl: string): void {
  if (externals.size === 0) return;
  for (const node of [graph.root, ...graph.nodes]) replaceRequirements(node, graph.form, externals);
  for (const [{ fields, key }, archived] of externals) {
    const { name, version, integrity } = archived;
    fields.raw.version = graph.form === 'nested' ? newSpec(key, archived) : version;
    if (graph.form === 'flat' && key !== name) fields.raw.name = name;
    fields.raw.resolved = registryUrl + addressBelow(archived);
    fields.raw.integrity = integrity;
    delete fields.raw.from;
  }
}

/** Private registries and other names of the public one. */
export function replaceAddresses({ elsewhere }: Half, registryUrl: string): void {
  for (const [{ fields }, archived] of elsewhere) fields.raw.resolved = registryUrl + addressBelow(archived);
}

function addressBelow({ name, version }: ArchivedPackage): string {
  return `${name}/-/${shortName(name)}-${version}.tgz`;
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

export function pointToBundle({ externals, registry }: Half, deps: string): void {
  for (const [{ fields }, { path, integrity }] of [...externals, ...registry]) {
    fields.raw.resolved = `${deps}${path}`;
    if (fields.textOrFalse('integrity') === undefined && integrity !== undefined) fields.raw.integrity = integrity;
  }
}
