import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TreeEntry } from '../../archive/index.js';
import type { SourceTree } from '../../source/index.js';
import { Batch } from './batch.js';
import { containsPath } from './go-paths.js';
import { isModuleFile } from './module-files.js';

/** The files of a source that `go` works on, in a directory of this host. */
export interface WorkTree {
  /** Absolute, without links. */
  root: string;
  /** The files that commands may change, as they were, by path: `go.mod` and the like, and what lies in `vendor`. */
  originals: ReadonlyMap<string, Original>;
  /** The symbolic links that commands may remove: `vendor`, and those in it. */
  links: ReadonlySet<string>;
}

export interface Original {
  sha256: string;
  executable: boolean;
}

export interface WorkTreeOptions {
  /** Directories that are left out. */
  ignored: ReadonlySet<string>;
  everything: boolean;
  signal: AbortSignal;
}

/**
 * Writes what `go` needs to see of a source: Go files, module files, and links within the tree. The others are left out,
 * since `go list` neither builds nor embeds (SWIG files alone add to what is imported). With `everything`, all files are written, because `go mod vendor` copies them.
 */
export async function writeWorkTree(
  source: SourceTree,
  root: string,
  { ignored, everything, signal }: WorkTreeOptions,
): Promise<WorkTree> {
  const wanted = ({ path, type }: TreeEntry): boolean =>
    type !== 'directory' &&
    isText(path) &&
    (everything || type === 'symlink' || (isGoFile(path) && !isBelow(path, ignored)));
  const originals = new Map<string, Original>();
  const links: TreeEntry[] = [];
  const directories = new Map<string, Promise<unknown>>();
  const write = async ({ path, type }: TreeEntry, content: Buffer | Readable): Promise<void> => {
    const file = join(root, path);
    const directory = directories.get(dirname(file)) ?? mkdir(dirname(file), { recursive: true });
    directories.set(dirname(file), directory);
    await directory;
    const executable = type === 'executable';
    const sha256 = await writeContent(file, content, { mode: executable ? 0o755 : 0o644, hashed: mayChange(path), signal });
    if (sha256 !== undefined) originals.set(path, { sha256, executable });
  };
  const writing = new Batch(WRITTEN_AT_A_TIME);
  for await (const { entry, content } of source.contents(undefined, wanted)) {
    signal.throwIfAborted();
    if (entry.type === 'symlink') links.push(entry);
    // A stream has to be read before the next entry comes.
    else if (Buffer.isBuffer(content)) await writing.add(write(entry, content));
    else await write(entry, content);
  }
  await writing.end();
  // Last, so that nothing is written through one.
  for (const link of links) await writeLink(root, link);
  const kept = await removeEscapes(root, links);
  return { root, originals, links: new Set(kept.filter((path) => mayChange(`${path}/`))) };
}

/** More would only wait for the same threads. */
const WRITTEN_AT_A_TIME = 16;

/** Whether commands may change it. */
export function mayChange(path: string): boolean {
  return isModuleFile(path) || path.startsWith('vendor/') || path.includes('/vendor/');
}

/** Returns the digest if it is wanted. */
async function writeContent(
  file: string,
  content: Buffer | Readable,
  { mode, hashed, signal }: { mode: number; hashed: boolean; signal: AbortSignal },
): Promise<string | undefined> {
  const hash = hashed ? createHash('sha256') : undefined;
  if (Buffer.isBuffer(content)) {
    await writeFile(file, content, { flag: 'wx', mode });
    return hash?.update(content).digest('hex');
  }
  const hashing = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      hash?.update(chunk);
      yield chunk;
    }
  };
  await pipeline(content, hashing, createWriteStream(file, { flags: 'wx', mode }), { signal });
  return hash?.digest('hex');
}

async function writeLink(root: string, { path, linkTarget = '' }: TreeEntry): Promise<void> {
  const leaves = posix.isAbsolute(linkTarget) || posix.join(posix.dirname(path), linkTarget).startsWith('..');
  if (leaves || !isText(linkTarget) || linkTarget === '') return;
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(linkTarget, join(root, path));
}

/** A link that goes up behind another link may leave the tree although its text does not. Returns those that do not. */
async function removeEscapes(root: string, links: readonly TreeEntry[]): Promise<string[]> {
  const kept: string[] = [];
  for (const { path } of links) {
    const target = await realpath(join(root, path)).catch(() => undefined);
    if (target !== undefined && containsPath(root, target)) kept.push(path);
    else await rm(join(root, path), { force: true });
  }
  return kept;
}

function isGoFile(path: string): boolean {
  return /\.(?:go|swig|swigcxx)$/.test(path) || isModuleFile(path);
}

/** Names that are not UTF-8 are spelled with single surrogates here; `go` refuses them. */
function isText(path: string): boolean {
  return !/[\udc80-\udcff]/u.test(path);
}

function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    if (directories.has(path.slice(0, at))) return true;
  }
  return false;
}
