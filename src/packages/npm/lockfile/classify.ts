import semver from 'semver';
import { InvalidFileFormat, UnsupportedFeature, ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import type { LockGraph, LockNode } from './graph.js';
import { type Digest, strongestDigest } from './integrity.js';
import { checkPackageName, isExactVersion } from './names.js';
import { checkNamesPackage } from './registry-address.js';
import {
  checkGitSource,
  checkSourceText,
  isForgeShorthand,
  isGitAddress,
  MAX_SOURCE,
  withoutCredentials,
} from './source-text.js';

/** What a lock file says about one dependency, checked. */
export interface LockDependency {
  /**
   * `registry`: from an npm registry; `bundled`: inside another package; `file`: part of the source; `git` and
   * `tarball`: from an address of its own.
   */
  kind: 'registry' | 'bundled' | 'file' | 'git' | 'tarball';
  name: string;
  /** As reported: of `file`, `git`, `tarball` the source; null when a bundled package has none. */
  version: string | null;
  dev: boolean;
  /**
   * `registry`: the address if there is one; `file`: the path; `git`, `tarball`: the text of the lock file, which may
   * hold credentials.
   */
  source?: string;
  /** `registry`, `tarball`: the strongest one. */
  digest?: Digest;
  /** As written. */
  integrity?: string;
}

/**
 * What a place of the lock file is. `registryHosts` are those whose addresses are registry addresses. Throws
 * `ValidationError` (type), `InvalidFileFormat` (grammar, missing commit or integrity), `UnsupportedFeature` (source).
 */
export function classify(node: LockNode, form: LockGraph['form'], registryHosts: ReadonlySet<string>): LockDependency {
  const { fields } = node;
  const { name, version } = nameAndVersion(node, form);
  checkPackageName(name, fields.place);
  const dev = fields.flag('dev');
  if (node.link !== undefined) return { kind: 'file', ...fileSource(name, node.link.path), dev };
  const resolved = fields.textOrFalse('resolved');
  const integrity = fields.textOrFalse('integrity');
  const inBundle = fields.flag('bundled') || fields.flag('inBundle');
  if (inBundle && resolved === undefined) return { kind: 'bundled', name, version: bundledVersion(node, version), dev };
  const source = resolved ?? (form === 'flat' ? folderSource(node) : sourceInVersion(version));
  if (source === undefined) return { ...registry(node, name, version, integrity), dev };
  if (source.startsWith('file:')) return { kind: 'file', ...fileSource(name, source), dev };
  if (isGitAddress(source) || isForgeShorthand(source)) {
    checkGitSource(source, name);
    return { kind: 'git', name, version: withoutCredentials(source), source, dev };
  }
  const address = webAddress(source, name);
  if (!registryHosts.has(address.host)) return { ...tarball(name, source, integrity), dev };
  const found = registry(node, name, version, integrity);
  checkNamesPackage(address, found.name, found.version, fields.place);
  return { ...found, source, dev };
}

/** An alias in version 1 stands in the version: `npm:real@3.0.1`. */
function nameAndVersion({ fields, key }: LockNode, form: LockGraph['form']): { name: string; version?: string } {
  const version = fields.text('version');
  if (form === 'flat') return { name: fields.text('name') ?? key, version };
  if (version === undefined) throw new ValidationError(`${fields.place()} has no "version".`);
  if (!version.startsWith('npm:')) return { name: key, version };
  const at = version.lastIndexOf('@');
  if (at <= 'npm:'.length) return { name: key, version };
  return { name: version.slice('npm:'.length, at), version: version.slice(at + 1) };
}

function folderSource({ folder }: LockNode): string | undefined {
  return folder === undefined ? undefined : `file:${folder}`;
}

/** In version 1 the source of what is not from a registry stands in the version. */
function sourceInVersion(version: string | undefined): string | undefined {
  return version?.includes(':') || version?.includes('/') ? version : undefined;
}

function registry({ fields }: LockNode, name: string, version: string | undefined, integrity: string | undefined) {
  if (version === undefined) {
    throw new InvalidFileFormat(`${fields.place()} has neither "version" nor "resolved". Let npm write it anew.`);
  }
  if (!isExactVersion(version)) {
    throw new InvalidFileFormat(`${quote(version)} is not a version: see ${fields.place()}.`);
  }
  const digest = integrity === undefined ? undefined : strongestDigest(integrity, `${name}@${version}`);
  return { kind: 'registry' as const, name, version, digest, integrity };
}

function tarball(name: string, source: string, integrity: string | undefined) {
  const shown = withoutCredentials(source);
  if (integrity === undefined) {
    throw new InvalidFileFormat(
      `${quote(`${name}@${shown}`)} has no integrity, and nothing else vouches for a file that is not from ` +
        'a registry. Let a recent npm write the lock file anew.',
    );
  }
  const digest = strongestDigest(integrity, quote(`${name}@${shown}`));
  return { kind: 'tarball' as const, name, version: shown, source, digest, integrity };
}

function fileSource(name: string, source: string): { name: string; version: string; source: string } {
  const path = source.startsWith('file:') ? source.slice('file:'.length) : source;
  if (Buffer.byteLength(path) <= MAX_SOURCE && /^[^\p{Cc}\\]*$/u.test(path)) {
    return { name, version: `file:${path}`, source: path };
  }
  throw new InvalidFileFormat(`The source of ${name} is not a path: ${quote(source)}.`);
}

/** What lies in other people's archives need not be spelled well. */
function bundledVersion({ fields }: LockNode, version: string | undefined): string | null {
  if (version === undefined || version === '') return null;
  if (semver.valid(version, { loose: true }) !== null) return version;
  throw new InvalidFileFormat(`${quote(version)} is not a version: see ${fields.place()}.`);
}

/** What the URL standard reads otherwise than everybody else: slashes too many, or the wrong ones. */
const AMBIGUOUS = /\\|:\/{3}/;

function webAddress(source: string, name: string): URL {
  if (!/^https?:\/\//i.test(source)) {
    throw new UnsupportedFeature(
      `${quote(`${name}@${withoutCredentials(source)}`)} comes from a kind of source that is not supported. ` +
        'Supported are registries, http(s) addresses of archives, git addresses, and files of the repository.',
    );
  }
  checkSourceText(source, name);
  if (URL.canParse(source) && !AMBIGUOUS.test(source)) return new URL(source);
  throw new InvalidFileFormat(`The source of ${name} is not an address: ${quote(withoutCredentials(source))}.`);
}
