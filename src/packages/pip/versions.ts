import { compare } from '@renovatebot/pep440';
import { baseVersion, formatVersion, parseVersion, publicVersion, type Version } from './pep440.js';

/** Characters; longer specifiers count as malformed. */
const MAX_SPECIFIER = 4096;

/** A version in the normal form of PEP 440, trailing zeros kept: `v1.0-Alpha.1` → `1.0a1`; undefined if it is none. */
export function normalVersion(text: string): string | undefined {
  const version = parseVersion(text);
  return version === undefined ? undefined : formatVersion(version);
}

/** The same for all spellings of a version that PEP 440 calls equal (`1.0`, `1`); what is none stands for itself. */
export function releaseKey(text: string): string {
  const version = parseVersion(text);
  if (version === undefined) return text;
  return formatVersion({ ...version, release: withoutTrailingZeros(version.release) });
}

/**
 * What a package calls its version, as it is reported: the normal form of PEP 440, or with a dot for each space and a
 * dash for each run of other unusual characters when it is no such version (as setuptools wrote it).
 */
export function versionText(value: string): string {
  return normalVersion(value) ?? value.replaceAll(' ', '.').replace(/[^A-Za-z0-9.]+/g, '-');
}

/**
 * Whether a version fits all comma-separated conditions of a specifier (PEP 440), be it a pre-release or not; every
 * version fits the empty one. False when either is malformed.
 */
export function satisfies(version: string, specifier: string): boolean {
  const parsed = parseVersion(version);
  if (parsed === undefined || specifier.length > MAX_SPECIFIER) return false;
  const conditions = specifier.split(',').map((condition) => condition.trim());
  return conditions.every((condition) => condition === '' || fits(parsed, condition));
}

function fits(version: Version, condition: string): boolean {
  const [, operator, operand] = /^(===|~=|==|!=|<=|>=|<|>)(.*)$/s.exec(condition) ?? [];
  if (operator === undefined) return false;
  if (operator === '===') return formatVersion(version).toLowerCase() === operand.trim().toLowerCase();
  const isPrefix = operand.endsWith('.*');
  const other = parseVersion(isPrefix ? operand.slice(0, -2) : operand);
  if (other === undefined) return false;
  const isEquality = operator === '==' || operator === '!=';
  if (isPrefix) {
    if (!isEquality || baseVersion(other) !== formatVersion(other)) return false;
    return hasPrefix(version, other.epoch, other.release) === (operator === '==');
  }
  if (isEquality) return isEqual(version, other) === (operator === '==');
  if (other.local !== undefined) return false;
  return fitsOrder(version, operator, other);
}

function fitsOrder(version: Version, operator: string, other: Version): boolean {
  const order = compare(publicVersion(version), publicVersion(other));
  switch (operator) {
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '~=':
      return order >= 0 && other.release.length > 1 && hasPrefix(version, other.epoch, other.release.slice(0, -1));
    case '<':
      return isBefore(version, other);
    default:
      return order > 0 && !isPostReleaseOf(version, other);
  }
}

/** Pre-releases of a final version do not count as lower than it: its first one is its `.dev0`. */
function isBefore(version: Version, other: Version): boolean {
  const bound = isPreRelease(other) ? other : { ...other, dev: 'dev0' };
  return compare(publicVersion(version), publicVersion(bound)) < 0;
}

/** Post-releases of a version do not count as higher than it. */
function isPostReleaseOf(version: Version, other: Version): boolean {
  const released = { ...version, post: undefined, dev: undefined };
  return version.post !== undefined && compare(publicVersion(released), publicVersion(other)) === 0;
}

/** Without a local label in the specifier, that of the version does not count. */
function isEqual(version: Version, other: Version): boolean {
  if (other.local !== undefined && other.local !== version.local) return false;
  return compare(publicVersion(version), publicVersion(other)) === 0;
}

/** `==1.2.*`; missing numbers count as zeros. */
function hasPrefix(version: Version, epoch: number, prefix: readonly number[]): boolean {
  return version.epoch === epoch && prefix.every((number, index) => number === (version.release[index] ?? 0));
}

function isPreRelease({ pre, dev }: Version): boolean {
  return pre !== undefined || dev !== undefined;
}

function withoutTrailingZeros(release: readonly number[]): readonly number[] {
  const last = release.findLastIndex((number) => number !== 0);
  return release.slice(0, Math.max(last, 0) + 1);
}

