import semver from 'semver';
import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { shortName, withoutBuild } from './names.js';

/**
 * Throws `InvalidFileFormat` when the address of a registry package names clearly another package or version than its
 * entry: whoever reads the entry would believe in something else than what is installed. Addresses that are made in
 * another way than `<name>/-/<file>` say nothing.
 */
export function checkNamesPackage(address: URL, name: string, version: string, place: () => string): void {
  const path = decoded(address.pathname);
  const dash = path.lastIndexOf('/-/');
  if (dash < 0) return;
  const names = path.slice(0, dash).split('/');
  const scoped = names.length > 1 && names[names.length - 2].startsWith('@');
  const named = names.slice(scoped ? -2 : -1).join('/');
  if (named !== name) throw mismatch(`the package ${quote(named)}`, name, version, place);
  const file = path.slice(path.lastIndexOf('/') + 1);
  if (!file.endsWith('.tgz')) return;
  const prefix = `${shortName(name)}-`;
  const namedVersion = file.slice(prefix.length, -'.tgz'.length);
  if (!file.startsWith(prefix) || isOther(namedVersion, version)) {
    throw mismatch(`the file ${quote(file)}`, name, version, place);
  }
}

/** Very old files are named after versions that are spelled otherwise today: `1.0.5beta`. */
function isOther(named: string, version: string): boolean {
  const spelled = semver.valid(named, { loose: true });
  return spelled !== null && spelled !== withoutBuild(version);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function mismatch(found: string, name: string, version: string, place: () => string): InvalidFileFormat {
  return new InvalidFileFormat(
    `The address of ${name}@${version} names ${found}: see ${place()}. ` +
      'Let npm write the lock file anew, and find out who changed it.',
  );
}
