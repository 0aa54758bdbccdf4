import type { Readable } from 'node:stream';
import type { TreeEntry } from '../archive/index.js';

/** A submodule as the superproject records it. Addresses are as written in `.gitmodules`, without credentials. */
export interface Submodule {
  /** Name of its section in `.gitmodules`. */
  name: string;
  /** Where it is checked out, relative to the root. */
  path: string;
  /** As written, relative ones too. */
  url: string;
  /** 40 hexadecimal digits: the commit that the superproject pins. */
  commit: string;
}

/**
 * The files of one archived commit, read-only. Nothing outside its root can be named: every path is checked, links are
 * followed only inside the tree.
 */
export interface SourceTree {
  /** Empty unless the source was archived with submodules. */
  readonly submodules: readonly Submodule[];
  /** Entries at or below `directory` (default the root), sorted bytewise by path. */
  list(directory?: string): AsyncIterable<TreeEntry>;
  /**
   * The contents of many entries, in the order of `list`: much faster than `open` for each, because every stored piece
   * is inflated once, and those without a wanted entry not at all. Small files come as buffers, large ones as streams,
   * which are to be read before the next entry is asked for. Links are not followed: they and directories are empty.
   */
  contents(
    directory?: string,
    wanted?: (entry: TreeEntry) => boolean,
  ): AsyncIterable<{ entry: TreeEntry; content: Buffer | Readable }>;
  entry(path: string): Promise<TreeEntry | undefined>;
  /**
   * The whole of a file. Undefined when there is none; `ValidationError` when it is larger than `maxSize` (default
   * 64 MiB) or a link that leaves the tree.
   */
  read(path: string, options?: { maxSize?: number }): Promise<Buffer | undefined>;
  open(path: string): Promise<Readable>;
}
