import { compare } from '@renovatebot/pep440';
import { baseVersion, formatVersion, parseVersion, publicVersion, type Version } from './pep440.js';

/** The version in the normal form of PEP 440, trailing zeros kept: `v1.0-Alpha.1` → `1.0a1`; undefined for no version. */
export function normalVersion(text: string): string | undefined {
  const version = parseVersion(text);
  return version === undefined ? undefined : formatVersion(version);
}

/** The same for all spellings of a version that PEP 440 calls equal (`1.0`, `1`); what is no version stands for itself. */
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
  if (specifier.trim() === '') return true;
  return specifier.split(',').every((condition) => fits(parsed, condition.trim()));
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
    if (!isEquality || other.dev !== undefined || other.local !== undefined) return false;
    return hasPrefix(version, other) === (operator === '==');
  }
  if (isEquality) return isEqual(version, other) === (operator === '==');
  if (other.local !== undefined) return false;
  return fitsOrder(version, operator, other);
}

function fitsOrder(version: Version, operator: string, other: Version): boolean {
  const order = compare(publicVersion(version), publicVersion(other));
  const isSameBase = compare(baseVersion(version), baseVersion(other)) === 0;
  switch (operator) {
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '~=':
      return other.release.length > 1 && order >= 0 && hasPrefix(version, series(other));
    case '<':
      // A pre-release of the version itself does not count as lower,
      return order < 0 && !(isSameBase && isPreRelease(version) && !isPreRelease(other));
    default:
      // and neither a post-release nor a local build of it as higher.
      return order > 0 && !(isSameBase && (version.local ?? (other.post === undefined && version.post)));
  }
}

/** Without a local label in the specifier, that of the version does not count. */
function isEqual(version: Version, other: Version): boolean {
  if (other.local !== undefined && other.local !== version.local) return false;
  return compare(publicVersion(version), publicVersion(other)) === 0;
}

/** `==1.2.*`: as far as the prefix is written, where missing numbers of the release count as zeros. */
function hasPrefix(version: Version, prefix: Version): boolean {
  const missing = Math.max(prefix.release.length - version.release.length, 0);
  const parts = comparedParts({ ...version, release: [...version.release, ...Array<number>(missing).fill(0)] });
  return comparedParts(prefix).every((part, index) => part === parts[index]);
}

function comparedParts({ epoch, release, pre, post, dev }: Version): (number | string)[] {
  return [epoch, ...release, pre, post, dev].filter((part) => part !== undefined);
}

/** `~=1.4.5a1` asks for some `1.4.*`. */
function series({ epoch, release }: Version): Version {
  return { epoch, release: release.slice(0, -1), pre: undefined, post: undefined, dev: undefined, local: undefined };
}

function isPreRelease({ pre, dev }: Version): boolean {
  return pre !== undefined || dev !== undefined;
}

function withoutTrailingZeros(release: readonly number[]): readonly number[] {
  const last = release.findLastIndex((number) => number !== 0);
  return release.slice(0, Math.max(last, 0) + 1);
}

