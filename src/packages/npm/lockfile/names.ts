import semver from 'semver';
import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';

const MAX_NAME = 214;
const URL_SAFE = /^[A-Za-z0-9\-_.!~*'()]+$/;
const RESERVED: readonly string[] = ['node_modules', 'favicon.ico'];

/**
 * Whether a text is a package name by npm's grammar. Old names, with capitals and the odd character that needs no
 * escaping in an address, are names too. A name is safe as one or two names of a path.
 */
export function isPackageName(name: string): boolean {
  if (name.length > MAX_NAME || name.startsWith('_')) return false;
  const parts = name.startsWith('@') ? name.slice(1).split('/') : [name];
  if (parts.length !== (name.startsWith('@') ? 2 : 1)) return false;
  return parts.every((part) => URL_SAFE.test(part) && !part.startsWith('.') && !RESERVED.includes(part.toLowerCase()));
}

/** Throws `InvalidFileFormat` unless it is one. */
export function checkPackageName(name: string, place: () => string): void {
  if (isPackageName(name)) return;
  throw new InvalidFileFormat(`${quote(name)} is not a package name: see ${place()}.`);
}

/** Whether a text is a version exactly as semver.org spells it, without `v`, spaces or leading zeros. */
export function isExactVersion(version: string): boolean {
  const parsed = semver.parse(version);
  return parsed !== null && spelled(parsed) === version;
}

function spelled({ version, build }: semver.SemVer): string {
  return build.length === 0 ? version : `${version}+${build.join('.')}`;
}

/** A version without its `+build` part. */
export function withoutBuild(version: string): string {
  return version.split('+', 1)[0];
}

/** The last part of a name: `dial` of `@acme/dial`. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}
