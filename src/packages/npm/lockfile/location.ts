import { InvalidFileFormat } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { isPackageName } from './names.js';

/** Where something is installed, as a key of `packages` names it. */
export interface Location {
  /** What the last part of the path calls it; with its scope. */
  name: string;
  /** `installed`: as a package below `node_modules`. `folder`: a directory of the source, such as a workspace. */
  kind: 'installed' | 'folder';
}

/** As long as a path of Linux may be. */
const MAX_LENGTH = 4096;
const MAX_NAMES = 256;
/** Neither in a name of a path nor safe to show. */
const FORBIDDEN = /[\u0000-\u001f\u007f\\]/;
const DRIVE = /^[A-Za-z]:$/;

/**
 * Takes a key of `packages` apart: names of folders, then `node_modules/<name>` any number of times; a folder outside
 * of the package's own directory begins with `..`. Throws `InvalidFileFormat` for everything else: absolute, with `.`,
 * empty or climbing names, NUL, back-slash, or a name below `node_modules` that is not a package name.
 */
export function parseLocation(location: string, place: () => string): Location {
  const names = location.split('/');
  if (location.length > MAX_LENGTH || FORBIDDEN.test(location) || !isPlainPath(names) || DRIVE.test(names[0])) {
    throw new InvalidFileFormat(`${quote(location)} is not a path where a package can be: see ${place()}.`);
  }
  for (let at = names.indexOf('node_modules'); at >= 0; at = names.indexOf('node_modules', at + 1)) {
    const name = nameAt(names, at + 1);
    if (isPackageName(name)) continue;
    throw new InvalidFileFormat(`${quote(name)} in ${quote(location)} is not a package name: see ${place()}.`);
  }
  const short = names.length > 1 && names[names.length - 2].startsWith('@') ? -2 : -1;
  const kind = names[names.length + short - 1] === 'node_modules' ? 'installed' : 'folder';
  return { name: names.slice(short).join('/'), kind };
}

/**
 * The location whose `node_modules` holds this one, or in which this folder lies; the empty text is the package itself.
 */
export function enclosingLocation(location: string, { name, kind }: Location): string {
  if (kind === 'installed')
    return location.slice(0, Math.max(0, location.length - name.length - '/node_modules/'.length));
  return location.slice(0, Math.max(0, location.lastIndexOf('/')));
}

/** A directory or file as `file:` and `link` name it: without the scheme, leading `./`, doubled and closing slashes. */
export function plainPath(path: string): string {
  const withoutScheme = path.startsWith('file:') ? path.slice('file:'.length) : path;
  const absolute = withoutScheme.startsWith('/');
  const names = withoutScheme.split('/').filter((name) => name !== '');
  while (names[0] === '.' && !absolute) names.shift();
  return (absolute ? '/' : '') + names.join('/');
}

/** Not too many names, none of them empty or `.`; `..` only at the beginning. */
function isPlainPath(names: readonly string[]): boolean {
  if (names.length > MAX_NAMES) return false;
  const climbs = names.findIndex((name) => name !== '..');
  const rest = climbs < 0 ? [] : names.slice(climbs);
  return rest.every((name) => name !== '' && name !== '.' && name !== '..');
}

function nameAt(names: readonly string[], at: number): string {
  const name = names[at] ?? '';
  return name.startsWith('@') ? `${name}/${names[at + 1] ?? ''}` : name;
}
