/** The key of an artifact in the catalogue: one file of one package as one upstream serves it. */
interface ArtifactKey {
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
export interface ArtifactSpec extends ArtifactKey {
  /** All of these are checked while the bytes stream; a mismatch is `InvalidChecksum` and stores nothing. */
  digests: Digests;
  /** What these digests come from, shown in the SBOM; `none` when nothing vouches for the bytes. */
  verifiedBy: string;
}

/** A file that lies in the archive store, recorded once and never overwritten. */
export interface Artifact extends ArtifactKey {
  id: number;
  sha256: string;
  digests: Digests;
  /** Bytes. */
  size: number;
  verifiedBy: string;
}
