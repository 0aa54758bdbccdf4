import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import tar from 'tar-stream';
import { comparePaths, type TarSegment, TarSegmentWriter, type TreeEntry } from '../../archive/index.js';
import type { PlacedArtifact, SourceEdit } from '../../packages/index.js';
import { type BlobStore, FilesystemBlobStore } from '../../store/index.js';

export const COMMIT_TIME = 1_700_000_000;

/** Text or bytes of a file, or what else an entry is. */
export type TreeNode = string | Buffer | { link: string } | { executable: string } | { directory: true };
export type Tree = Readonly<Record<string, TreeNode>>;

/** An archive and a bundle store below one temporary folder. */
export async function openStores(): Promise<{
  archive: FilesystemBlobStore;
  bundles: FilesystemBlobStore;
  root: string;
  close: () => Promise<void>;
}> {
  const root = await mkdtemp(join(tmpdir(), 'cachito-bundles-'));
  return {
    archive: new FilesystemBlobStore(join(root, 'sources')),
    bundles: new FilesystemBlobStore(join(root, 'bundles')),
    root,
    close: () => rm(root, { recursive: true, force: true }),
  };
}

/** Stores a tree as the room `source` does. */
export async function archiveTree(store: BlobStore, tree: Tree): Promise<TarSegment[]> {
  const writer = new TarSegmentWriter({ store: (content) => store.put(content), modified: COMMIT_TIME });
  const segments: TarSegment[] = [];
  for (const path of Object.keys(tree).sort(comparePaths)) {
    const { entry, content } = nodeOf(path, tree[path] ?? '');
    segments.push(...(await writer.addEntry(entry, content.length > 0 ? Readable.from([content]) : undefined)));
  }
  return [...segments, ...(await writer.finish())];
}

function nodeOf(path: string, node: TreeNode): { entry: TreeEntry; content: Buffer } {
  const empty = Buffer.alloc(0);
  if (typeof node === 'string' || Buffer.isBuffer(node)) {
    const content = Buffer.from(node);
    return { entry: { path, type: 'file', size: content.length }, content };
  }
  if ('link' in node) return { entry: { path, type: 'symlink', size: 0, linkTarget: node.link }, content: empty };
  if ('directory' in node) return { entry: { path, type: 'directory', size: 0 }, content: empty };
  const content = Buffer.from(node.executable);
  return { entry: { path, type: 'executable', size: content.length }, content };
}

/** Stores artifacts, as the catalogue would, at their places below `deps/`. */
export async function placeArtifacts(
  store: BlobStore,
  contents: Readonly<Record<string, Buffer>>,
): Promise<PlacedArtifact[]> {
  const placed = Object.entries(contents).map(async ([path, content], at) => {
    const { sha256, size } = await store.put(Readable.from([content]));
    const artifact = {
      id: at + 1,
      ecosystem: 'npm',
      name: path,
      version: '1.0.0',
      upstream: 'https://registry.example/',
      sha256,
      digests: {},
      size,
      verifiedBy: 'none',
    };
    return { path, artifact };
  });
  return Promise.all(placed);
}

/** Edits that write files, each of which lies in a scratch directory. */
export async function editsFromFiles(root: string, files: Tree): Promise<SourceEdit[]> {
  const scratch = await mkdtemp(join(root, 'scratch-'));
  const edits = Object.entries(files).map(async ([path, node], at): Promise<SourceEdit> => {
    const { entry, content } = nodeOf(path, node);
    const file = join(scratch, String(at));
    await writeFile(file, content);
    return { path, content: { file }, executable: entry.type === 'executable' };
  });
  return Promise.all(edits);
}

/** Bytes that do not get smaller. */
export function noise(size: number): Buffer {
  return randomBytes(size);
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** An entry of a bundle as tar-stream reads it, in a form that compares well. */
export interface UnpackedEntry {
  type: string;
  mode: number;
  content: string;
  link?: string;
  time?: number;
}

/** Entries of a bundle in their order, contents as SHA-256 (or the text itself when short). */
export async function unpack(bundle: AsyncIterable<Uint8Array>): Promise<Map<string, UnpackedEntry>> {
  const extract = tar.extract();
  Readable.from(bundle)
    .on('error', (error) => extract.destroy(error))
    .pipe(createGunzip())
    .on('error', (error) => extract.destroy(error))
    .pipe(extract);
  const entries = new Map<string, UnpackedEntry>();
  for await (const entry of extract) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    const content = Buffer.concat(chunks);
    const { name, type, mode, linkname, mtime } = entry.header;
    if (entries.has(name)) throw new Error(`${name} is there twice`);
    entries.set(name, {
      type: type ?? '',
      mode: mode ?? 0,
      content: content.length < 100 ? content.toString() : sha256Of(content),
      ...(linkname ? { link: linkname } : {}),
      ...(mtime?.getTime() === COMMIT_TIME * 1000 ? {} : { time: mtime?.getTime() }),
    });
  }
  return entries;
}
