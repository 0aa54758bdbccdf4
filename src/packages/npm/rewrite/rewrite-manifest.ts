import hostedGitInfo from 'hosted-git-info';
import { isJsonObject, type JsonObject, ownValue, parseJsonObject } from '../lockfile/json.js';
import { REQUIREMENT_KEYS } from '../lockfile/graph.js';
import { jsonText } from './json-text.js';
import type { ManifestChange, RewrittenLockFile } from './rewrite-lock-file.js';

const MAX_SPEC = 4096;

export interface RewrittenManifest {
  /** Undefined = nothing to change. */
  text: string | undefined;
  /** Overrides that name something which is not from a registry, but nobody can tell what takes its place. */
  unclear: string[];
}

/**
 * A `package.json` that asks for the archived versions of externals. `replaced` is for its `overrides`; empty where npm
 * does not read them. Throws `ValidationError` when it is not JSON.
 */
export function rewriteManifest(
  text: string,
  file: string,
  specs: ManifestChange['specs'],
  replaced: RewrittenLockFile['replaced'],
): RewrittenManifest {
  const json = parseJsonObject(text, file);
  const before = JSON.stringify(json);
  for (const key of REQUIREMENT_KEYS.flat) {
    const map = ownValue(json, key);
    if (isJsonObject(map)) replaceIn(map, new Map(specs));
  }
  const unclear: string[] = [];
  const overrides = ownValue(json, 'overrides');
  if (isJsonObject(overrides)) replaceOverrides(overrides, undefined, replaced, unclear);
  return { text: JSON.stringify(json) === before ? undefined : jsonText(json), unclear };
}

function replaceIn(map: JsonObject, specs: ReadonlyMap<string, string>): void {
  for (const name of Object.keys(map)) {
    const spec = specs.get(name);
    if (spec !== undefined) map[name] = spec;
  }
}

/** Overrides lie in each other; `.` is the package whose name the object has. */
function replaceOverrides(
  overrides: JsonObject,
  parent: string | undefined,
  replaced: RewrittenLockFile['replaced'],
  unclear: string[],
): void {
  for (const [key, value] of Object.entries(overrides)) {
    const name = key === '.' ? parent : overriddenName(key);
    if (isJsonObject(value)) replaceOverrides(value, name, replaced, unclear);
    else if (name !== undefined && typeof value === 'string' && isExternalSpec(value)) {
      const spec = replacement(
        value,
        replaced.filter((each) => each.key === name),
      );
      if (spec === undefined) unclear.push(name);
      else overrides[key] = spec;
    }
  }
}

/** `kite` of `kite@^2`, `@acme/dial` of `@acme/dial@1`. */
function overriddenName(key: string): string {
  const at = key.indexOf('@', 1);
  return at < 0 ? key : key.slice(0, at);
}

/** Not a version, a tag, an alias, a reference to another entry, or a file of the repository. */
function isExternalSpec(spec: string): boolean {
  if (spec.length > MAX_SPEC || /^(?:npm:|file:|link:|workspace:|\$)/.test(spec)) return false;
  return spec.includes(':') || /^[^@./~][^/]*\/[^/]/.test(spec);
}

function replacement(spec: string, replaced: RewrittenLockFile['replaced']): string | undefined {
  const all = new Set(replaced.map((each) => each.spec));
  const same = new Set(replaced.filter(({ source }) => place(source) === place(spec)).map((each) => each.spec));
  const [only, ...others] = all.size === 1 ? all : same;
  return others.length === 0 ? only : undefined;
}

/** What a source and a specification of the same repository or file have in common. */
function place(spec: string): string {
  const hosted = hostedGitInfo.fromUrl(spec);
  if (hosted !== undefined) return `${hosted.type}:${hosted.path({ noCommittish: true })}`.toLowerCase();
  return spec.split('#', 1)[0].replace(/^git\+/, '');
}
