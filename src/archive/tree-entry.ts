/** What a tree holds. `directory` stands only for empty ones: a submodule's place, `deps/`. */
export type TreeEntryType = 'file' | 'executable' | 'symlink' | 'directory';

/** One entry of a source tree. */
export interface TreeEntry {
  /**
   * Relative to the root, `/` between names, no `.` or `..`, as the repository spells it. A name is bytes to git: those
   * that are not UTF-8 stand as U+DC80–U+DCFF, one for each byte (PEP 383), so that `encodePath` gives back exactly
   * what `decodePath` was given.
   */
  path: string;
  type: TreeEntryType;
  /** Bytes of the content; 0 for links and directories. */
  size: number;
  /** Target of a symlink, as stored, spelled like `path`. */
  linkTarget?: string;
}

/**
 * A run of whole tar entries, deflated by itself and sync-flushed (RFC 1951 §3.2.4: ends on a byte boundary, final bit
 * not set), so that pieces can be joined.
 */
export interface DeflatedPiece {
  /** Where the deflated bytes lie: SHA-256 of a blob. */
  sha256: string;
  /** Bytes of the blob. */
  deflatedLength: number;
  /** Bytes of the tar text inside. */
  length: number;
  /** CRC-32 of the tar text inside. */
  crc32: number;
}

/** Where an entry stands in the tar text of its segment; all offsets count bytes from the segment's start. */
export interface SegmentEntry extends TreeEntry {
  /** Where the entry's content starts. */
  contentOffset: number;
  /** Where the entry's headers start, and where the next entry starts. */
  headerOffset: number;
  nextOffset: number;
}

/**
 * A piece with an index: consecutive entries of a tree as tar text below `app/`, about 1 MiB, cut at entries; a larger
 * file has a segment of its own.
 */
export interface TarSegment extends DeflatedPiece {
  entries: readonly SegmentEntry[];
}
