import type { Readable } from 'node:stream';

/** A blob that lies in a store: named by its content, never overwritten. */
export interface Blob {
  /** SHA-256, 64 lower-case hexadecimal digits: the key. */
  sha256: string;
  /** Bytes. */
  size: number;
}

export interface StoredBlob extends Blob {
  /** When it was last written or asked to be written again; the collector's grace period counts from here. */
  modified: Date;
}

/** Which bytes of a blob: `start` and `end` count from 0, both inclusive (RFC 9110, §14.1.2). */
export interface ByteRange {
  start: number;
  end: number;
}

/** How a browser is to take what it downloads. */
export interface LinkedFile {
  /** Under which name to save it. */
  name: string;
  /** Media type. */
  type: string;
}

export interface PutOptions {
  /** Refuse other bytes with `InvalidChecksum`; nothing is stored then. */
  expectedSha256?: string;
  /** Refuse more bytes with `ValidationError`; nothing is stored then. */
  maxSize?: number;
  /**
   * Looks at the whole content before it becomes visible: gets the absolute path of a file of this host that holds it
   * and must not be changed. (An adapter that keeps its blobs elsewhere writes one to a local directory for this.)
   * Called only when the content is what `expectedSha256` and `maxSize` say; whatever it throws ends `put`, and nothing
   * is stored then.
   */
  inspect?: (file: string) => Promise<void>;
  signal?: AbortSignal;
}

/**
 * Blobs by SHA-256. A blob is visible only whole: written to a temporary name, synced, renamed. Writing what is there
 * already moves no bytes into place but renews `modified`, so that a collector leaves it alone.
 * Every adapter passes `blob-store.compliance.ts`.
 */
export abstract class BlobStore {
  /** Stores a stream while hashing it. On any error, or when `signal` fires, nothing stays behind. */
  abstract put(content: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<Blob>;
  /** Streams a blob or a part of it. Throws `FileAccessError` when it is not there. */
  abstract read(sha256: string, range?: ByteRange): Promise<Readable>;
  /**
   * Hands a blob or a part of it to `write`, piece by piece: faster than `read` for large blobs, since two pieces of
   * memory are used over and over. So a piece may be kept only until the promise of `write` is settled. Errors as
   * `read`; an error of `write` ends it.
   */
  abstract copy(sha256: string, write: (piece: Uint8Array) => Promise<void>, range?: ByteRange): Promise<void>;
  /** A small blob in memory: one that is larger than `maxSize` bytes, or not there, is a `FileAccessError`. */
  abstract readWhole(sha256: string, maxSize: number): Promise<Buffer>;
  /**
   * An address at which anybody can fetch the blob for some minutes; undefined when the store gives none. It is a secret:
   * never log it. Does not look whether the blob is there.
   */
  abstract directLink(sha256: string, file: LinkedFile): Promise<string | undefined>;
  /** Undefined when it is not there. */
  abstract stat(sha256: string): Promise<StoredBlob | undefined>;
  /** Renews `modified`; false when it is not there. */
  abstract touch(sha256: string): Promise<boolean>;
  /**
   * Whether the stored bytes still have their digest; false also when the blob is missing. A file that was found good
   * is not read again while its inode, size and modification time are unchanged.
   */
  abstract verify(sha256: string, signal?: AbortSignal): Promise<boolean>;
  /** Removes a blob; a missing one is no error. */
  abstract delete(sha256: string): Promise<void>;
  /** All blobs, by key ascending, one prefix folder at a time (memory does not grow with their number). */
  abstract list(): AsyncIterable<StoredBlob>;
  /**
   * Removes what crashed writers left behind: at once where the writer is known to be dead, else when nobody has
   * touched it since `olderThan`. Returns how many.
   */
  abstract removeAbandoned(olderThan: Date): Promise<number>;
  /** Throws when the store cannot take a write now (readiness). */
  abstract check(): Promise<void>;
}

/** The permanent store: sources and artifacts, kept for ever unless pruned. */
export abstract class ArchiveStore extends BlobStore {}

/** The store of finished bundles, which may be dropped: their recipes bring them back bit for bit. */
export abstract class BundleStore extends BlobStore {}
