/** The key of an artifact in the catalogue: one file of one package as one upstream serves it. */
export interface ArtifactKey {
  /** `npm`, `pip`, `gomod`, … */
  ecosystem: string;
  name: string;
  version: string;
  /** Where it came from, an address without credentials. */
  upstream: string;
}

/** What an artifact must be, by a lock file or a registry: algorithm → lower-case hexadecimal digest. */
export type Digests = Readonly<Record<string, string>>;

/** A file to archive. */
export interface ArtifactSpec {
  ecosystem: string;
  name: string;
  version: string;
  /**
   * Where it can be had, in order of preference, without credentials. The next one is asked only where one does not
   * have it (404, 410). A fragment is part of the key in the catalogue and not sent.
   */
  upstreams: readonly [string, ...string[]];
  /** All of these are checked while the bytes stream; a mismatch is `InvalidChecksum` and stores nothing. */
  digests: Digests;
  /**
   * At least one of these must be right: pip's `--hash` names the files of a release that will do. Algorithms are named
   * as Python's `hashlib` does; one that nobody knows is never right. Empty or absent = nothing is asked.
   */
  anyDigest?: readonly AlgorithmDigest[];
  /**
   * Looks at the file, given by its absolute path, before it is stored; throws for one that is refused: nothing is
   * stored then. Called when it has been fetched, after the digests were found right; not for one that is stored.
   */
  inspect?: (file: string, signal: AbortSignal) => Promise<void>;
  /**
   * Any certificate will do for the host of an upstream, pip's `--trusted-host`. Only with digests that the lock file
   * names; credentials are not sent then, and what a redirect leads to elsewhere is checked as ever.
   */
  insecureTls?: true;
  /**
   * More digests to check, for a file that the lock file has none for: asked only when it has to be fetched, with the
   * upstream that is about to be asked.
   */
  findDigests?: (upstream: string, signal: AbortSignal) => Promise<FoundDigests>;
  /** Algorithms whose digests are recorded besides SHA-256 and those of `digests`. */
  compute?: readonly string[];
  /**
   * Algorithms of `digests` that need the whole file, such as Go's `h1` of a module zip: computed from a temporary file
   * before it is stored, always recorded. They return 64 or more hexadecimal digits, or throw for a file that is refused.
   */
  fileDigests?: Readonly<Record<string, FileDigest>>;
  /**
   * What the digests come from, shown in the SBOM; `none` when nothing vouches for the bytes, or when it is only asked
   * for what is recorded: its digest vouches for nothing.
   */
  verifiedBy: string;
  /** The same as a part of sentences: `go.sum`. `the lock file` unless told. */
  namedBy?: string;
}

/** One digest: lower-case hexadecimal. */
export interface AlgorithmDigest {
  algorithm: string;
  digest: string;
}

/** Digests that something else than the lock file names. */
export interface FoundDigests {
  digests: Digests;
  verifiedBy: string;
  /** `its registry` unless told. */
  namedBy?: string;
}

/** Hexadecimal digest of a file, given by its absolute path, that is to be archived as `artifact`. */
export type FileDigest = (file: string, signal: AbortSignal, artifact: PackageVersion) => Promise<string>;

/** Name and version of a package. */
export interface PackageVersion {
  name: string;
  version: string;
}

/** A file that is made here, reproducibly, from something else. */
export interface MadeArtifactSpec {
  ecosystem: string;
  /** What it is made from and its exact content, the key: `git+https://host/team/kite.git#<commit>`. */
  upstream: string;
  /** Algorithms whose digests are recorded besides SHA-256. */
  compute?: readonly string[];
  verifiedBy: string;
  /** Called only when it is not stored yet. */
  make(signal: AbortSignal): Promise<MadeArtifact>;
}

export interface MadeArtifact {
  name: string;
  version: string;
  content: AsyncIterable<Uint8Array>;
  /** When what it is made from was published; undefined if nobody knows. */
  published?: Date;
}

/** A file that lies in the archive store, recorded once and never overwritten. */
export interface Artifact extends ArtifactKey {
  id: number;
  sha256: string;
  digests: Digests;
  /** Bytes. */
  size: number;
  /**
   * What vouches for the bytes: what the spec that it was asked for by names digests from; when that names none, what
   * vouched for them when they were recorded.
   */
  verifiedBy: string;
  /**
   * When it was published, by the upstream's word: `Last-Modified` of the file, the time of a commit. Undefined if it
   * did not tell.
   */
  published?: Date;
}

/** Whether the lock file says anything of the bytes. */
export function hasDigests({ digests, anyDigest = [] }: Pick<ArtifactSpec, 'digests' | 'anyDigest'>): boolean {
  return Object.keys(digests).length > 0 || anyDigest.length > 0;
}

/**
 * A recorded artifact as it is handed to who asked for it: what was compared with digests of the spec is vouched for by
 * what the spec has them from, whatever vouched for it when it was recorded.
 */
export function handedOut(
  recorded: Artifact,
  spec: Pick<ArtifactSpec, 'digests' | 'anyDigest' | 'verifiedBy'>,
): Artifact {
  const { verifiedBy } = spec;
  return hasDigests(spec) && verifiedBy !== 'none' ? { ...recorded, verifiedBy } : recorded;
}

/** How an artifact is called in messages. */
export function displayName({ name, version }: PackageVersion): string {
  return `${name} ${version}`;
}
