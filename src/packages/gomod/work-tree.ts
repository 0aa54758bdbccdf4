import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TreeEntry } from '../../archive/index.js';
import type { SourceTree } from '../../source/index.js';
import { containsPath } from './go-paths.js';

/** Files that say which modules there are. */
const MODULE_FILES: ReadonlySet<string> = new Set(['go.mod', 'go.sum', 'go.work', 'go.work.sum']);

/** The files of a source that `go` works on, in a directory of this host. */
export interface WorkTree {
  /** Absolute, without links. */
  root: string;
  /** The files that commands may change, as they were, by path: `go.mod` and the like, and what lies in `vendor`. */
  originals: ReadonlyMap<string, Original>;
}

export interface Original {
  sha256: string;
  executable: boolean;
}

/**
 * Writes what `go` needs to see of a source: Go files, module files, and links within the tree. The others are left out,
 * since `go list` neither builds nor embeds, and so is `vendor` beside a `go.mod` or `go.work`, which `-mod=readonly`
 * ignores. With `everything`, all files are written, because `go mod vendor` copies them.
 */
export async function writeWorkTree(
  source: SourceTree,
  root: string,
  { everything, signal }: { everything: boolean; signal: AbortSignal },
): Promise<WorkTree> {
  const ignored = everything ? [] : await vendorDirectories(source);
  const wanted = ({ path, type }: TreeEntry): boolean =>
    type !== 'directory' &&
    isText(path) &&
    (everything || type === 'symlink' || (isGoFile(path) && !ignored.some((vendor) => containsPath(vendor, path))));
  const originals = new Map<string, Original>();
  const links: TreeEntry[] = [];
  const directories = new Set<string>();
  for await (const { entry, content } of source.contents(undefined, wanted)) {
    signal.throwIfAborted();
    if (entry.type === 'symlink') {
      links.push(entry);
      continue;
    }
    const file = join(root, entry.path);
    if (!directories.has(dirname(file))) await mkdir(dirname(file), { recursive: true });
    directories.add(dirname(file));
    const sha256 = await writeContent(file, content, signal);
    const executable = entry.type === 'executable';
    if (executable) await chmod(file, 0o755);
    if (mayChange(entry.path)) originals.set(entry.path, { sha256, executable });
  }
  // Last, so that nothing is written through one.
  for (const link of links) await writeLink(root, link);
  await removeEscapes(root, links);
  return { root, originals };
}

/** Whether commands may change it. */
export function mayChange(path: string): boolean {
  return MODULE_FILES.has(basename(path)) || path.startsWith('vendor/') || path.includes('/vendor/');
}

async function writeContent(file: string, content: Buffer | Readable, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  if (Buffer.isBuffer(content)) {
    await writeFile(file, content, { flag: 'wx' });
    return hash.update(content).digest('hex');
  }
  const hashed = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(content, hashed, createWriteStream(file, { flags: 'wx' }), { signal });
  return hash.digest('hex');
}

async function writeLink(root: string, { path, linkTarget = '' }: TreeEntry): Promise<void> {
  const leaves = posix.isAbsolute(linkTarget) || posix.join(posix.dirname(path), linkTarget).startsWith('..');
  if (leaves || !isText(linkTarget) || linkTarget === '') return;
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(linkTarget, join(root, path));
}

/** A link that goes up behind another link may leave the tree although its text does not. */
async function removeEscapes(root: string, links: readonly TreeEntry[]): Promise<void> {
  for (const { path } of links) {
    const target = await realpath(join(root, path)).catch(() => undefined);
    if (target === undefined || !containsPath(root, target)) await rm(join(root, path), { force: true });
  }
}

async function vendorDirectories(source: SourceTree): Promise<string[]> {
  const directories: string[] = [];
  for await (const { path } of source.list()) {
    if (basename(path) !== 'go.mod' && basename(path) !== 'go.work') continue;
    directories.push(posix.join(posix.dirname(path), 'vendor'));
  }
  return directories;
}

function isGoFile(path: string): boolean {
  return path.endsWith('.go') || MODULE_FILES.has(basename(path));
}

/** Names that are not UTF-8 are spelled with single surrogates here; `go` refuses them. */
function isText(path: string): boolean {
  return !/[\udc80-\udcff]/u.test(path);
}
