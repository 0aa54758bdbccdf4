import { decodedParts } from '../path-parts.js';

/** What a client of an npm registry asks for. */
export type NpmTarget =
  | { kind: 'root' | 'ping' | 'whoami' | 'audit' | 'unknown' }
  | { kind: 'packument' | 'dist-tags'; name: string }
  | { kind: 'version'; name: string; version: string }
  | { kind: 'tarball'; name: string; file: string };

const UNKNOWN: NpmTarget = { kind: 'unknown' };

/** The longest name that npm allows, and more than any version or file name needs. */
const MAX_NAME = 214;
const MAX_FILE = 1024;

/** Characters of names, those of old packages included; `@` and `/` come with a scope only. */
const NAME_PART = /^[A-Za-z0-9!'()*~_.-]+$/;
const FILE = /^[A-Za-z0-9!'()*~_.+@-]+$/;

const AUDITS: ReadonlySet<string> = new Set([
  'npm/v1/security/advisories/bulk',
  'npm/v1/security/audits',
  'npm/v1/security/audits/quick',
]);

/**
 * Reads a path below a registry, as it was sent, without a slash at its start. The slash of a scope may be encoded, and
 * so may everything else, once. What is no well-formed name, version or file is `unknown`.
 */
export function parseNpmPath(path: string): NpmTarget {
  if (path === '') return { kind: 'root' };
  const parts = decodedParts(path);
  if (parts === undefined) return UNKNOWN;
  if (parts[0] === '-' && parts.length > 1 && parts[1] !== '-') return parseSpecial(parts.slice(1));
  const { name, rest } = takeName(parts);
  if (name === undefined) return UNKNOWN;
  if (rest[0] === '-') return parseTarball(name, rest.slice(1));
  if (rest.length === 0) return { kind: 'packument', name };
  const [version] = rest;
  return rest.length === 1 && isFile(version) ? { kind: 'version', name, version } : UNKNOWN;
}

/** Paths below `/-/`. */
function parseSpecial(parts: readonly string[]): NpmTarget {
  const path = parts.join('/');
  if (path === 'ping') return { kind: 'ping' };
  if (path === 'whoami') return { kind: 'whoami' };
  if (AUDITS.has(path)) return { kind: 'audit' };
  if (parts[0] !== 'package') return UNKNOWN;
  const { name, rest } = takeName(parts.slice(1));
  return name !== undefined && rest.length === 1 && rest[0] === 'dist-tags' ? { kind: 'dist-tags', name } : UNKNOWN;
}

/** Some registries repeat the scope behind the dash. */
function parseTarball(name: string, rest: readonly string[]): NpmTarget {
  if (rest.length === 0 || rest.length > 2 || !rest.every(isFile)) return UNKNOWN;
  return { kind: 'tarball', name, file: rest.join('/') };
}

/** A name at the start: one part, or two when the slash behind the scope was not encoded. */
function takeName(parts: readonly string[]): { name: string | undefined; rest: readonly string[] } {
  const [first = '', second = ''] = parts;
  const isBareScope = first.startsWith('@') && !first.includes('/');
  const name = isBareScope ? `${first}/${second}` : first;
  return { name: isName(name) ? name : undefined, rest: parts.slice(isBareScope ? 2 : 1) };
}

function isName(name: string): boolean {
  if (name.length > MAX_NAME) return false;
  const parts = name.startsWith('@') ? name.slice(1).split('/') : [name];
  return (
    parts.length === (name.startsWith('@') ? 2 : 1) && parts.every((part) => NAME_PART.test(part) && !isDots(part))
  );
}

function isFile(text: string): boolean {
  return text.length <= MAX_FILE && FILE.test(text) && !isDots(text);
}

function isDots(text: string): boolean {
  return text === '.' || text === '..';
}
