import { increment } from './decimals.js';
import { parseSemver, type Semver } from './semver.js';

/** What a pseudo-version says of a commit: its hash, and its committer time in seconds since 1970. */
export interface Revision {
  id: string;
  time: number;
}

const AFTER_A_VERSION = /(?:^|\.)0\.[0-9]{14}-[A-Za-z0-9]+$/;
const AFTER_NONE = /^[0-9]{14}-[A-Za-z0-9]+$/;
const HASH_LENGTH = 12;
/** The last second of the year 9999: a time has fourteen digits. */
const LAST_TIME = 253_402_300_799;

/** Whether a version is one that Go makes up for a commit without a version (https://go.dev/ref/mod#pseudo-versions). */
export function isPseudoVersion(version: string): boolean {
  const parsed = parseSemver(version);
  return parsed !== undefined && looksPseudo(parsed);
}

/** As `isPseudoVersion`, of a version taken apart. */
export function looksPseudo({ minor, patch, prerelease }: Semver): boolean {
  return AFTER_A_VERSION.test(prerelease) || (minor === '0' && patch === '0' && AFTER_NONE.test(prerelease));
}

/**
 * The version of a commit without a version of its own, just above that of `base`, the highest version before it; without
 * one, the least of `major`. A time that no calendar has counts as the nearest that one has.
 */
export function pseudoVersion(major: string, base: Semver | undefined, commit: Revision): string {
  const revision = `${timestamp(commit.time)}-${commit.id.slice(0, HASH_LENGTH)}`;
  if (base === undefined) return `v${major}.0.0-${revision}`;
  if (base.prerelease !== '') return `v${base.major}.${base.minor}.${base.patch}-${base.prerelease}.0.${revision}`;
  return `v${base.major}.${base.minor}.${increment(base.patch)}-0.${revision}`;
}

/** `yyyymmddhhmmss` in UTC. */
function timestamp(seconds: number): string {
  const known = Math.min(Math.max(seconds, 0), LAST_TIME);
  return new Date(known * 1000).toISOString().slice(0, 19).replace(/[^0-9]/g, '');
}
