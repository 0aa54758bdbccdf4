import { compareDecimals, compareText } from './decimals.js';

/** A semantic version, taken apart. The numbers are decimal texts, since they may be larger than any number type. */
export interface Semver {
  major: string;
  minor: string;
  patch: string;
  /** `rc.1` of `v1.2.3-rc.1`; empty without. */
  prerelease: string;
  /** `incompatible` of `v2.0.0+incompatible`; empty without. */
  build: string;
}

const SEMVER =
  /^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;
const NUMBER = /^[0-9]+$/;

/**
 * Takes a version apart as golang.org/x/mod/semver does, with a leading `v` and all three numbers: `v1.2`, which Go takes
 * for `v1.2.0`, is none. Undefined for what is no version.
 */
export function parseSemver(text: string): Semver | undefined {
  const match = SEMVER.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease = '', build = ''] = match;
  if (!identifiers(prerelease).every((part) => part !== '' && !hasLeadingZero(part))) return undefined;
  if (!identifiers(build).every((part) => part !== '')) return undefined;
  return { major, minor, patch, prerelease, build };
}

/** Whether a text is a version with a leading `v` and three numbers: `v1.2.3`, `v1.2.3-rc.1`, `v2.0.0+incompatible`. */
export function isSemver(text: string): boolean {
  return parseSemver(text) !== undefined;
}

/**
 * Precedence of two versions (semver.org, section 11): negative, 0 or positive. Build metadata does not count. What is no
 * version comes before all versions.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseSemver(a), parseSemver(b)];
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  return compareSemver(left, right);
}

/** As `compareVersions`, of versions taken apart. */
export function compareSemver(a: Semver, b: Semver): number {
  return (
    compareDecimals(a.major, b.major) ||
    compareDecimals(a.minor, b.minor) ||
    compareDecimals(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

/** The major number of a version; NaN for what is no version. */
export function majorOf(version: string): number {
  return Number(parseSemver(version)?.major ?? NaN);
}

function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const [left, right] = [identifiers(a), identifiers(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareIdentifiers(left[at], right[at]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [NUMBER.test(a), NUMBER.test(b)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return isNumber ? compareDecimals(a, b) : compareText(a, b);
}

function identifiers(text: string): string[] {
  return text === '' ? [] : text.split('.');
}

function hasLeadingZero(identifier: string): boolean {
  return identifier.length > 1 && identifier.startsWith('0') && NUMBER.test(identifier);
}
