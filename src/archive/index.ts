/**
 * The shared vocabulary of archives: tar text cut into pieces, each deflated once, that are put together into one gzip
 * member (RFC 1952) without being inflated again.
 */

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

export type TreeEntryType = 'file' | 'executable' | 'symlink' | 'directory';

/** One entry of a source tree. `directory` only for empty ones: a submodule's place, `deps/`. */
export interface TreeEntry {
  /** Relative to the root, `/` between names, no `.` or `..`, as the repository spells it (bytes as latin1 if not UTF-8). */
  path: string;
  type: TreeEntryType;
  /** Bytes of the content; 0 for links and directories. */
  size: number;
  /** Target of a symlink, as stored. */
  linkTarget?: string;
}
