import { escapeModulePath, escapeVersion } from '../modules/module-path.js';
import { parseSemver } from '../modules/semver.js';

/** What a module proxy has of each version: who made it when, its `go.mod`, and its source. */
export type ModuleFileKind = 'info' | 'mod' | 'zip';

export interface ModuleVersion {
  path: string;
  version: string;
}

/** One file of one version of a module. */
export interface ModuleFile extends ModuleVersion {
  kind: ModuleFileKind;
}

/** A text that two files have in common only if they are the same: `zip example.com/kite@v1.2.3`. */
export function fileKey({ kind, path, version }: ModuleFile): string {
  return `${kind} ${path}@${version}`;
}

/** Where a proxy has a file. Throws `ValidationError` for what is no module path or version. */
export function fileAddress(base: string, { kind, path, version }: ModuleFile): string {
  return versionAddress(base, path, version, kind);
}

/**
 * Where a proxy answers for a version, or for a query such as the name of a branch. Throws `ValidationError` for what is
 * no module path or version.
 */
export function versionAddress(base: string, path: string, version: string, extension: ModuleFileKind): string {
  const name = encodeURIComponent(escapeVersion(version)).replaceAll('%2B', '+');
  return moduleAddress(base, path, `@v/${name}.${extension}`);
}

/** Where a proxy has `@latest` or `@v/list` of a module. Throws `ValidationError` for what is no module path. */
export function moduleAddress(base: string, path: string, rest: string): string {
  return `${base}${escapeModulePath(path)}/${rest}`;
}

/**
 * Whether a version is one for ever, as golang.org/x/mod/module.CanonicalVersion has it: semantic, with no other build
 * metadata than `+incompatible`. What is not (`latest`, `v1`, `master`) means something else tomorrow.
 */
export function isCanonical(version: string): boolean {
  const parsed = parseSemver(version);
  return parsed !== undefined && ['', 'incompatible'].includes(parsed.build);
}
