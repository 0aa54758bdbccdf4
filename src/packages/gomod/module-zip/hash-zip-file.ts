import { createHash } from 'node:crypto';
import { comparePaths } from '../../../archive/index.js';
import type { PackageVersion } from '../../../dependencies/index.js';
import { quote } from '../../quote.js';
import { checkNames } from './check-names.js';
import { findContent, hashContent } from './entry-content.js';
import { FileWindow } from './file-window.js';
import { InvalidZip } from './invalid-zip.js';
import { MAX_ZIP } from './limits.js';
import { readDirectory, type ZipEntry } from './zip-directory.js';
import { findDirectory } from './zip-end.js';

/** A file that should be the zip of a module. */
export interface ModuleZip extends PackageVersion {
  /** Absolute path. */
  file: string;
}

/**
 * The digest that `go.sum` has of a module zip, hexadecimal: golang.org/x/mod/sumdb/dirhash.Hash1. Runs in a thread.
 * Throws `InvalidZip` for a zip that golang.org/x/mod/zip refuses, or that tools could read in different ways.
 */
export async function hashZipFile({ file: path, ...module }: ModuleZip): Promise<string> {
  const file = new FileWindow(path);
  try {
    if (file.size > MAX_ZIP) throw new InvalidZip(`it has more than ${MAX_ZIP} bytes`);
    const place = findDirectory(file);
    const entries = readDirectory(file.copy(place.offset, place.size), place);
    checkNames(entries, module);
    return summary(await hashEntries(file, entries, place.offset));
  } finally {
    file.close();
  }
}

/** SHA-256 of each file, in the order in which they lie in the zip; no two may have bytes in common. */
async function hashEntries(
  file: FileWindow,
  entries: readonly ZipEntry[],
  directory: number,
): Promise<{ name: string; digest: string }[]> {
  const hashed: { name: string; digest: string }[] = [];
  let free = 0;
  for (const entry of entries.toSorted((one, other) => one.offset - other.offset)) {
    if (entry.offset < free) throw new InvalidZip(`${quote(entry.name)} overlaps with another file`);
    const place = findContent(file, entry);
    if (place.end > directory) throw new InvalidZip(`${quote(entry.name)} overlaps with the directory`);
    const digest = entry.name.endsWith('/') ? EMPTY : await hashContent(file, entry, place);
    hashed.push({ name: entry.name, digest });
    free = place.end;
  }
  return hashed;
}

const EMPTY = createHash('sha256').digest('hex');

/** What `sha256sum` prints of all files, sorted by the bytes of their names, hashed again. */
function summary(files: { name: string; digest: string }[]): string {
  const hash = createHash('sha256');
  for (const { name, digest } of files.sort((one, other) => comparePaths(one.name, other.name))) {
    hash.update(`${digest}  ${name}\n`);
  }
  return hash.digest('hex');
}
