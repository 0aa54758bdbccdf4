import type { Remote } from '../remote/remote.js';
import type { RemoteTag } from './remote-tag.js';

/** A commit in a local repository. */
export interface GitCommit {
  /** 40 hexadecimal digits; differs from what was asked for when that names an annotated tag. */
  id: string;
  /** Committer's time, seconds since 1970. */
  time: number;
}

/** One line of a recursive tree listing. */
export interface GitTreeEntry {
  /** As in the tree object, six digits: `100644`, `100755`, `120000` link, `160000` gitlink, `040000` tree. */
  mode: string;
  /** Object id, 40 hexadecimal digits. */
  id: string;
  /** Full path, `decodePath` of its bytes; unchecked. */
  path: string;
}

/** A blob on its way; read `content` to its end before the next one is asked for. */
export interface GitBlob<Entry> {
  entry: Entry;
  /** Bytes. */
  size: number;
  content: AsyncIterable<Uint8Array>;
}

export interface GitCallOptions {
  signal: AbortSignal;
}

/**
 * A local bare repository that cannot be read: written to while the machine went down, or by a killed process. It is a
 * cache, so whoever sees this throws it away and fetches again.
 */
export class DamagedRepositoryError extends Error {}

/**
 * Ref that keeps an archived commit from being pruned. It is written last, so its presence says that a fetch was whole.
 */
export function refOf(commit: string): string {
  return `refs/cachito/${commit}`;
}

/**
 * What the service does with git, all of it in bare repositories: no work tree, no hook, no filter. `directory` is
 * always absolute. Every adapter passes `git-client.compliance.ts`.
 *
 * All methods may throw `DamagedRepositoryError`, `SubprocessCallError` when the time limit is over, and the signal's
 * reason.
 */
export abstract class GitClient {
  /** For the log. */
  abstract readonly name: string;
  abstract readonly transports: ReadonlySet<Remote['transport']>;

  /** Makes an empty bare repository unless there is one. */
  abstract initialize(directory: string, options: GitCallOptions): Promise<void>;

  /**
   * Fetches one commit with its whole tree and without history, then points `refOf(commit)` at it.
   *
   * Throws `InvalidRequestData` when the server has no such commit, `RepositoryAccessError` when it refuses or answers
   * nonsense, `ValidationError` for objects that are unsafe, `UnsupportedFeature` for what this adapter cannot do, and
   * `TransientFailure` around what may succeed later.
   */
  abstract fetch(directory: string, remote: Remote, commit: string, options: GitCallOptions): Promise<void>;

  /**
   * Fetches one commit with its history, of which only the commits are needed, then points `refOf(commit)` at it. For
   * repositories of their own, in which no `fetch` was done. Errors as `fetch`.
   */
  abstract fetchHistory(directory: string, remote: Remote, commit: string, options: GitCallOptions): Promise<void>;

  /** Those of the ids that name the commit or one that it descends from; its history was fetched. */
  abstract ancestorsAmong(
    directory: string,
    commit: string,
    ids: ReadonlySet<string>,
    options: GitCallOptions,
  ): Promise<Set<string>>;

  /**
   * The tags of the remote that may name versions (`isVersionTag`), at most `MAX_LISTED_TAGS`, in no order. Errors as
   * `fetch`.
   */
  abstract listVersionTags(remote: Remote, options: GitCallOptions): Promise<RemoteTag[]>;

  /** The commit that was fetched under this id, an annotated tag peeled; undefined when it was not fetched. */
  abstract commit(directory: string, id: string, options: GitCallOptions): Promise<GitCommit | undefined>;

  /**
   * All entries of a commit, trees before what is in them, in the order of git; lazily, so that a limit can stop it.
   */
  abstract listTree(directory: string, commit: string, options: GitCallOptions): AsyncIterable<GitTreeEntry>;

  /** The contents of these blobs, in the order given. */
  abstract readBlobs<Entry extends { id: string }>(
    directory: string,
    entries: AsyncIterable<Entry>,
    options: GitCallOptions,
  ): AsyncIterable<GitBlob<Entry>>;

  /**
   * Writes a `.git` directory to `target`: the commit checked out (detached), its objects from the local repository,
   * the history without old trees and blobs and all tags from the remote, `origin` without credentials.
   * `UnsupportedFeature` where that is not possible.
   */
  abstract writeGitDirectory(
    target: string,
    directory: string,
    remote: Remote,
    commit: GitCommit,
    options: GitCallOptions & { origin: string },
  ): Promise<void>;

  abstract close(): Promise<void>;
}
