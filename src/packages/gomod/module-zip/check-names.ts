import type { PackageVersion } from '../../../dependencies/index.js';
import { quote } from '../../quote.js';
import { isFilePath } from './file-path.js';
import { InvalidZip } from './invalid-zip.js';
import { MAX_GO_MOD, MAX_LICENSE, MAX_PATHS, MAX_ZIP } from './limits.js';
import type { ZipEntry } from './zip-directory.js';

interface KnownPath {
  path: string;
  isDirectory: boolean;
}

/**
 * What golang.org/x/mod/zip.CheckZip asks of names and sizes: all below `<path>@<version>/`, clean, none twice, none that
 * differs only in case, one `go.mod` at the root at most, and not too much of anything. Throws `InvalidZip`.
 */
export function checkNames(entries: readonly ZipEntry[], { name, version }: PackageVersion): void {
  const prefix = `${name}@${version}/`;
  const known = new Map<string, KnownPath>();
  let total = 0;
  for (const entry of entries) {
    if (!entry.name.startsWith(prefix)) throw new InvalidZip(`${quote(entry.name)} does not lie in ${quote(prefix)}`);
    const inside = entry.name.slice(prefix.length);
    const isDirectory = inside === '' || inside.endsWith('/');
    if (isDirectory && entry.size > 0) throw new InvalidZip(`the directory ${quote(entry.name)} has content`);
    if (inside === '') continue;
    const path = isDirectory ? inside.slice(0, -1) : inside;
    if (!isFilePath(path)) throw new InvalidZip(`${quote(entry.name)} is no path that Go allows`);
    addPath(known, path, isDirectory);
    if (isDirectory) continue;
    total += entry.size;
    if (total > MAX_ZIP) throw new InvalidZip(`its files have more than ${MAX_ZIP} bytes`);
    checkFile(path, entry.size);
  }
}

/** A path and, above it, its directories, as far as they are not known. */
function addPath(known: Map<string, KnownPath>, path: string, isDirectory: boolean): void {
  let added = { path, isDirectory };
  for (let key = foldCase(path); !isKnown(known.get(key), added); key = parentOf(key)) {
    if (known.size === MAX_PATHS) throw new InvalidZip('it has too many directories');
    known.set(key, added);
    added = { path: parentOf(added.path), isDirectory: true };
    if (added.path === '') return;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** Throws `InvalidZip` when another one is known under this name. */
function isKnown(known: KnownPath | undefined, { path, isDirectory }: KnownPath): boolean {
  if (known === undefined) return false;
  if (known.path !== path) throw new InvalidZip(`${quote(known.path)} and ${quote(path)} differ only in case`);
  if (known.isDirectory !== isDirectory) throw new InvalidZip(`${quote(path)} is both a file and a directory`);
  if (!isDirectory) throw new InvalidZip(`${quote(path)} is in it twice`);
  return true;
}

function checkFile(path: string, size: number): void {
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (foldCase(base) === 'go.mod' && path !== 'go.mod') {
    throw new InvalidZip(`${quote(path)} is a go.mod in another place or case than the root's`);
  }
  if (path === 'go.mod' && size > MAX_GO_MOD) throw new InvalidZip(`its go.mod has more than ${MAX_GO_MOD} bytes`);
  if (path === 'LICENSE' && size > MAX_LICENSE) throw new InvalidZip(`its LICENSE has more than ${MAX_LICENSE} bytes`);
}

/** Two names are the same but for case if they fold to the same: Unicode's simple case folding, as Go's `EqualFold`. */
function foldCase(name: string): string {
  // The characters that fold to one of ASCII (long s, the Kelvin sign) are none of ASCII.
  return /[^\0-\x7f]/.test(name) ? Array.from(name, foldCharacter).join('') : name.toLowerCase();
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  // What becomes several letters (ß) has no simple counterpart.
  return (upper.length === character.length ? upper : character).toLowerCase();
}
