import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { comparePaths, type SegmentEntry, type TarSegment, type TreeEntry } from '../../archive/index.js';
import { FileAccessError, ValidationError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import type { SourceTree, Submodule } from '../source-tree.js';
import { readIndex, readIndexLine } from './source-index.js';
import { readEntries, readEntry } from './segment-content.js';
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
      for (const entry of segment.entries) if (isBelow(entry.path, root)) yield treeEntry(entry);
    }
  }

  async *contents(
    directory = '.',
    wanted: (entry: TreeEntry) => boolean = () => true,
  ): AsyncIterable<{ entry: TreeEntry; content: Buffer | Readable }> {
    const root = normalised(directory);
    for await (const { segment } of readIndex(this.store, await this.index())) {
      const entries = segment.entries.filter((entry) => isBelow(entry.path, root) && wanted(treeEntry(entry)));
      for await (const { entry, content } of readEntries(this.store, segment, entries)) {
        yield { entry: treeEntry(entry), content };
      }
    }
  }

  async entry(path: string): Promise<TreeEntry | undefined> {
    const found = await this.find(normalised(path));
    return found && treeEntry(found.entry);
  }

  async read(path: string, options: { maxSize?: number } = {}): Promise<Buffer | undefined> {
    const found = await this.followed(path);
    if (found === undefined) return undefined;
    const maxSize = options.maxSize ?? MAX_FILE;
    if (found.entry.size > maxSize)
      throw new ValidationError(`The file ${quote(path)} is larger than ${maxSize} bytes.`);
    return buffer(readEntry(this.store, found.segment, found.entry));
  }

  async open(path: string): Promise<Readable> {
    const found = await this.followed(path);
    if (found === undefined) throw new FileAccessError(`The source has no file ${quote(path)}.`);
    return readEntry(this.store, found.segment, found.entry);
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
}

interface Found {
  segment: TarSegment;
  entry: SegmentEntry;
}

function isBelow(path: string, root: string): boolean {
  return root === '' || path === root || path.startsWith(`${root}/`);
}

/** Without its place in the segment. */
function treeEntry({ path, type, size, linkTarget }: SegmentEntry): TreeEntry {
  return linkTarget === undefined ? { path, type, size } : { path, type, size, linkTarget };
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
