import { posix } from 'node:path';
import type { TreeEntry } from '../../../archive/index.js';
import { InvalidFileFormat, ValidationError } from '../../../errors/index.js';
import type { SourceTree } from '../../../source/index.js';
import { quote } from '../../quote.js';

/** Bytes: longer files are not read. */
export const MAX_FILE = 1024 * 1024;
/** As Linux does. */
const MAX_LINKS = 40;
/** Names on the way of one path, those of links included: each costs a look into the tree. */
const MAX_NAMES = 200;

/** The files of one Python package. */
export interface ProjectFiles {
  /**
   * The content of the file at a path relative to the package's root, with `/` in between; the path may be any text.
   * Undefined when there is no such file. Throws `ValidationError` when the path leads out of the root, also by links,
   * `InvalidFileFormat` when the file is too large to be read.
   */
  read(path: string): Promise<Buffer | undefined>;
}

type Tree = Pick<SourceTree, 'entry' | 'read'>;

/** The files of the package in a directory of a source. That may be a link inside the source. */
export function sourceFiles(source: Tree, directory: string): ProjectFiles {
  let rootOnce: Promise<string[]> | undefined;
  return {
    async read(path) {
      rootOnce ??= resolved(source, [], directory);
      const root = await rootOnce;
      const names = await resolved(source, root, path);
      if (!root.every((name, at) => names[at] === name)) throw leadsOut(path);
      return readAt(source, names.join('/'), path);
    },
  };
}

/** Names from the source's root to where a path leads from a directory, links followed. Throws `ValidationError`. */
async function resolved(source: Tree, from: readonly string[], path: string): Promise<string[]> {
  if (path.startsWith('/') || path.includes('\0')) throw leadsOut(path);
  const names = [...from];
  // The next name is the last of the list.
  const todo = path.split('/').reverse();
  let links = 0;
  for (let steps = 0; todo.length > 0; steps += 1) {
    const name = todo.pop();
    if (steps > MAX_NAMES) throw new ValidationError(`The path ${quote(path)} is too long to be followed.`);
    if (name === undefined || name === '' || name === '.') continue;
    if (name === '..') {
      if (names.pop() === undefined) throw leadsOut(path);
      continue;
    }
    names.push(name);
    const target = linkTarget(await source.entry(names.join('/')));
    if (target === undefined) continue;
    links += 1;
    if (target.startsWith('/')) throw leadsOut(path);
    if (links > MAX_LINKS) throw new ValidationError(`The path ${quote(path)} leads through too many symbolic links.`);
    names.pop();
    todo.push(...target.split('/').reverse());
  }
  return names;
}

function linkTarget(entry: TreeEntry | undefined): string | undefined {
  return entry?.type === 'symlink' ? (entry.linkTarget ?? '') : undefined;
}

async function readAt(source: Tree, place: string, path: string): Promise<Buffer | undefined> {
  const entry = await source.entry(place);
  if (entry?.type !== 'file' && entry?.type !== 'executable') return undefined;
  if (entry.size > MAX_FILE) {
    throw new InvalidFileFormat(`${quote(posix.normalize(path))} is larger than ${MAX_FILE} bytes.`);
  }
  return source.read(place, { maxSize: MAX_FILE });
}

function leadsOut(path: string): ValidationError {
  return new ValidationError(
    `The path ${quote(path)} leads out of the package. Python metadata may only name files below the directory ` +
      'of the package itself.',
  );
}
