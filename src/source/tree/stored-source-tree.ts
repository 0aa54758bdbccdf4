import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createInflateRaw } from 'node:zlib';
import { comparePaths, type SegmentEntry, type TarSegment, type TreeEntry } from '../../archive/index.js';
import { FileAccessError, ValidationError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import type { SourceTree, Submodule } from '../source-tree.js';
import { readIndex, readIndexLine } from './source-index.js';
import { LinkResolver, symlinksOf } from './symlinks.js';
import { quote } from './tree-checker.js';

const MAX_FILE = 64 * 1024 * 1024;

/** Which entries a line of the index holds, so that one path costs one line. */
interface Page {
  first: string;
  last: string;
  offset: number;
  length: number;
}

/**
 * Reads the files of a stored source from its segments. What it keeps in memory grows with the number of segments (1
 * MiB of tar text each) and of symbolic links.
 */
export class StoredSourceTree implements SourceTree {
  private pagesOnce: Promise<Page[]> | undefined;
  private resolverOnce: Promise<LinkResolver> | undefined;

  constructor(
    private readonly store: BlobStore,
    /** Finds out where the index lies; asked at each reading. */
    private readonly index: () => Promise<string>,
    readonly submodules: readonly Submodule[],
  ) {}

  async *list(directory = '.'): AsyncIterable<TreeEntry> {
    const root = normalised(directory);
    for await (const { segment } of readIndex(this.store, await this.index())) {
      for (const { path, type, size, linkTarget } of segment.entries) {
        if (root !== '' && path !== root && !path.startsWith(`${root}/`)) continue;
        yield linkTarget === undefined ? { path, type, size } : { path, type, size, linkTarget };
      }
    }
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    const found = await this.find(normalised(path));
    if (found === undefined) return undefined;
    const { type, size, linkTarget } = found.entry;
    return { path: found.entry.path, type, size, ...(linkTarget === undefined ? {} : { linkTarget }) };
  }

  async read(path: string, options: { maxSize?: number } = {}): Promise<Buffer | undefined> {
    const found = await this.followed(path);
    if (found === undefined) return undefined;
    const maxSize = options.maxSize ?? MAX_FILE;
    if (found.entry.size > maxSize)
      throw new ValidationError(`The file ${quote(path)} is larger than ${maxSize} bytes.`);
    return buffer(await this.content(found));
  }

  async open(path: string): Promise<Readable> {
    const found = await this.followed(path);
    if (found === undefined) throw new FileAccessError(`The source has no file ${quote(path)}.`);
    return this.content(found);
  }

  /** The file at a path, links followed inside the tree; undefined when there is none. */
  private async followed(path: string): Promise<Found | undefined> {
    this.resolverOnce ??= symlinksOf(this).then((links) => new LinkResolver(links));
    const resolved = (await this.resolverOnce).resolve(normalised(path));
    if (resolved.kind === 'outside')
      throw new ValidationError(`The path ${quote(path)} leads out of the repository by a symbolic link.`);
    if (resolved.kind === 'loop') return undefined;
    const found = await this.find(resolved.path);
    return found?.entry.type === 'file' || found?.entry.type === 'executable' ? found : undefined;
  }

  private async find(path: string): Promise<Found | undefined> {
    this.pagesOnce ??= this.pages();
    const pages = await this.pagesOnce;
    let low = 0;
    let high = pages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparePaths(pages[middle]?.last ?? '', path) < 0) low = middle + 1;
      else high = middle;
    }
    const page = pages[low];
    if (page === undefined || comparePaths(page.first, path) > 0) return undefined;
    const segment = await readIndexLine(this.store, await this.index(), page);
    const entry = segment.entries.find((candidate) => candidate.path === path);
    return entry && { segment, entry };
  }

  private async pages(): Promise<Page[]> {
    const pages: Page[] = [];
    for await (const { segment, offset, length } of readIndex(this.store, await this.index())) {
      pages.push({ first: segment.entries[0]?.path ?? '', last: segment.entries.at(-1)?.path ?? '', offset, length });
    }
    return pages;
  }

  private async content({ segment, entry }: Found): Promise<Readable> {
    return Readable.from(contentOf(await this.store.read(segment.sha256), entry));
  }
}

interface Found {
  segment: TarSegment;
  entry: SegmentEntry;
}

/** Inflates a segment up to the end of one entry and yields that entry's bytes. */
async function* contentOf(deflated: Readable, { contentOffset, size, path }: SegmentEntry): AsyncIterable<Buffer> {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  deflated.on('error', (error) => inflate.destroy(error));
  const end = contentOffset + size;
  let at = 0;
  try {
    if (size === 0) return;
    for await (const chunk of deflated.pipe(inflate) as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, contentOffset - at), Math.max(0, end - at));
      at += chunk.length;
      if (part.length > 0) yield part;
      if (at >= end) return;
    }
    throw new FileAccessError(`The stored content of ${quote(path)} is cut off.`);
  } finally {
    deflated.destroy();
    inflate.destroy();
  }
}

/** A path of the tree without `./` and slashes at the end; `''` is the root. Throws `ValidationError` for others. */
function normalised(path: string): string {
  const names = path.split('/').filter((name, at) => name !== '.' && (name !== '' || at === 0));
  if (names[0] === '' && path !== '')
    throw new ValidationError(`The path ${quote(path)} is not relative to the repository.`);
  if (names.includes('..') || path.includes('\0'))
    throw new ValidationError(`The path ${quote(path)} is not below the root of the repository.`);
  return names.join('/');
}
