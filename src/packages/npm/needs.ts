import { InvalidFileFormat } from '../../errors/index.js';
import type { PackageSettings } from '../package-manager.js';
import { bundlePath } from './layout.js';
import type { LockDependency } from './lockfile/classify.js';
import { type Candidate, candidates } from './registry-upstreams.js';
import { quote } from '../quote.js';

/** A registry package to archive, by what all lock files of the request say about it. */
export interface RegistryNeed {
  name: string;
  version: string;
  candidates: [Candidate, ...Candidate[]];
  /** Algorithm → hexadecimal digest; empty when no lock file names one. */
  digests: Map<string, string>;
  /** Below `deps/`. */
  path: string;
}

/** A package to archive that is not from a registry. */
export interface ExternalNeed {
  name: string;
  source: string;
  kind: 'git' | 'tarball';
  integrity: string | undefined;
}

/** Everything to archive for a request, each thing once. */
export interface Needs {
  /** By `name@version`. */
  registry: Map<string, RegistryNeed>;
  /** By source. */
  externals: Map<string, ExternalNeed>;
}

/** Nothing to archive, to start from. */
export function noNeeds(): Needs {
  return { registry: new Map(), externals: new Map() };
}

/**
 * Adds what one dependency needs. Throws `InvalidFileFormat` when two places mean different files by the same package,
 * or one has less integrity than the settings want; `NetworkError` when no configured registry serves it.
 */
export function addNeed(needs: Needs, dependency: LockDependency, settings: PackageSettings): void {
  const { kind, name, source, integrity } = dependency;
  if (kind === 'registry') addRegistry(needs.registry, dependency, settings);
  if (kind === 'tarball') checkStrength(dependency, settings);
  if ((kind === 'git' || kind === 'tarball') && source !== undefined) {
    addExternal(needs.externals, { name, source, kind, integrity });
  }
}

/** The key of a registry package. */
export function packageKey({ name, version }: { name: string; version: string | null }): string {
  return `${name}@${version}`;
}

function addRegistry(needs: Needs['registry'], dependency: LockDependency, settings: PackageSettings): void {
  checkStrength(dependency, settings);
  const { name, digest } = dependency;
  const version = dependency.version ?? '';
  const key = packageKey(dependency);
  const here = candidates(dependency, settings.upstreams.npm);
  const known = needs.get(key);
  if (known === undefined) {
    const digests = new Map(digest === undefined ? [] : [[digest.algorithm, digest.hex]]);
    needs.set(key, { name, version, candidates: here, digests, path: bundlePath(name, version) });
    return;
  }
  const same = digest === undefined ? undefined : known.digests.get(digest.algorithm);
  if (same !== undefined && same !== digest?.hex) {
    throw new InvalidFileFormat(`${key} stands in the lock files with two different ${digest?.algorithm} checksums.`);
  }
  if (same === undefined && here[0].address !== known.candidates[0].address) {
    throw new InvalidFileFormat(
      `${key} stands in the lock files with two different addresses, and no checksum says that both are the same file.`,
    );
  }
  if (digest !== undefined) known.digests.set(digest.algorithm, digest.hex);
}

function addExternal(needs: Needs['externals'], need: ExternalNeed): void {
  const known = needs.get(need.source);
  if (known === undefined) needs.set(need.source, need);
  else if (need.kind === 'tarball' && known.integrity !== need.integrity) {
    throw new InvalidFileFormat(`${quote(need.name)} stands in the lock files twice with different integrity.`);
  }
}

function checkStrength({ name, version, digest }: LockDependency, { npm }: PackageSettings): void {
  if (npm.minIntegrity === 'none' || digest?.algorithm === npm.minIntegrity) return;
  throw new InvalidFileFormat(
    `${quote(`${name}@${version}`)} has ${digest === undefined ? 'no' : `only ${digest.algorithm}`} integrity; the ` +
      `administrators of this service require ${npm.minIntegrity}. Let a recent npm write the lock file anew.`,
  );
}
