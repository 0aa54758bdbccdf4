import type { TarSegment } from '../archive/index.js';
import type { SourceTree, Submodule } from './source-tree.js';

/** Which source: what a client asked for. */
export interface SourceSpec {
  /** As submitted; may hold credentials, so never log it. */
  repo: string;
  /** 40 lower-case hexadecimal digits. */
  ref: string;
  withSubmodules: boolean;
}

/** A commit that lies in the archive store for ever, as rows and blobs. */
export interface ArchivedSource {
  id: number;
  /** The address without credentials. */
  repo: string;
  /** `team/app` of `https://host/team/app.git/`: see `repoName()`. */
  repoName: string;
  ref: string;
  withSubmodules: boolean;
  /** Of the commit, seconds since 1970. */
  commitTime: number;
  submodules: readonly Submodule[];
  /** Sum of the file sizes, and how many entries. */
  size: number;
  entries: number;
}

/** A piece of a stored source: tar text with an index, see room `archive/`. */
export type SourceSegment = TarSegment;

/** Reports how far a step is; called as often as one likes. */
export type ReportProgress = (progress: { done: number; total: number; unit: 'packages' | 'bytes' }) => void;

export interface ArchiveOptions {
  signal: AbortSignal;
  /** Use the archive store only; `InvalidRequestData` when the commit is not stored. */
  offline?: boolean;
  /** One line for the request's log. */
  log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
  progress?: ReportProgress;
}

/** A tag that may name a version of what lies in the repository: `v1.2.3`, `sub/v1.2.3`. */
export interface VersionTag {
  name: string;
  /** Whether it names the commit itself; else the commit descends from what it names. */
  here: boolean;
}

export interface VersionTagOptions extends ArchiveOptions {
  /** The address as submitted: it may hold the credentials that fetching needs. */
  repo?: string;
  /** Ask the remote even though they are recorded. */
  refresh?: boolean;
}

/** For the `.git` directory. */
export interface GitDirectoryOptions extends ArchiveOptions {
  /** The address as submitted: it may hold the credentials that fetching the history needs. */
  repo?: string;
}

/**
 * The archive of sources (room `source/`). Everything it stores is permanent; what it fetches with is a cache.
 */
export abstract class SourceArchive {
  /**
   * Returns the stored commit, fetching and storing it first if it is not there. Without network when it is stored,
   * even if the upstream is gone. A damaged one is fetched again. Single flight per commit in this process.
   *
   * Throws `RepositoryAccessError`, `InvalidRequestData` (no such commit), `ValidationError` (an address or a tree that
   * is refused), `SubprocessCallError`, `NetworkError`.
   */
  abstract archive(spec: SourceSpec, options: ArchiveOptions): Promise<ArchivedSource>;
  /**
   * The `.git` directory for `include-git-dir`: history without old file contents, tags, so that `git log` and
   * `git describe` work. Stored at the first call, as pieces with `app/.git/…` entries. `UnsupportedFeature` when no
   * git command is present.
   */
  abstract archiveGitDirectory(
    source: ArchivedSource,
    options: GitDirectoryOptions,
  ): Promise<AsyncIterable<SourceSegment>>;
  /**
   * The tags on the commit and on its ancestors whose last part begins like a version (`v` and a digit), annotated ones
   * peeled, sorted by name; at most 50,000. Recorded at the first call that gets them; later ones answer what was
   * recorded, and so do those that are `offline` or whose remote fails: none then, if nothing was, and the log says so.
   * Without a git command, only tags on the commit itself are known, and nothing is recorded. Throws `FileAccessError`.
   */
  abstract versionTags(source: ArchivedSource, options: VersionTagOptions): Promise<readonly VersionTag[]>;
  /** The segments of a stored commit in the order of the tree. */
  abstract segments(source: ArchivedSource): AsyncIterable<SourceSegment>;
  /** A reader of its files. */
  abstract tree(source: ArchivedSource): SourceTree;
  abstract find(id: number): Promise<ArchivedSource | undefined>;
}
