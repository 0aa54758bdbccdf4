import { InvalidChecksum } from '../errors/index.js';
import type { ArchiveStore } from '../store/index.js';
import { type Artifact, type Digests, displayName } from './artifact.js';
import type { ArtifactRows } from './artifact-rows.js';
import { compareDigests, DigestCheck } from './digests.js';

/** What is asked of an artifact that is recorded. */
export interface Demands {
  /** By the lock file. */
  digests: Digests;
  /** Algorithms whose digests must be recorded. */
  compute?: readonly string[];
}

/**
 * What is known of one recorded artifact: that it will do, that its bytes are gone, that digests must be computed to
 * tell, or that it is another file than the wanted one.
 */
export type Finding =
  | { kind: 'usable' | 'lost'; artifact: Artifact }
  | { kind: 'unhashed'; algorithms: string[] }
  | { kind: 'other'; error: InvalidChecksum };

/** Judges recorded artifacts by what lies in the store. */
export class StoredArtifacts {
  constructor(
    private readonly store: ArchiveStore,
    private readonly rows: ArtifactRows,
  ) {}

  /** Reads no content, only whether it is there. */
  async look(artifact: Artifact, { digests, compute = [] }: Demands): Promise<Finding> {
    const stored = await this.store.stat(artifact.sha256);
    if (stored?.size !== artifact.size) return { kind: 'lost', artifact };
    const actual: Digests = { ...artifact.digests, sha256: artifact.sha256 };
    const algorithms = [...Object.keys(digests), ...compute].filter((algorithm) => !Object.hasOwn(actual, algorithm));
    if (algorithms.length > 0) return { kind: 'unhashed', algorithms };
    try {
      compareDigests({ digests, by: 'the lock file' }, actual, displayName(artifact));
      return { kind: 'usable', artifact };
    } catch (error) {
      if (error instanceof InvalidChecksum) return { kind: 'other', error };
      throw error;
    }
  }

  /** Computes digests that are not recorded yet, once, from the stored bytes, and adds them: never `unhashed`. */
  async judge(recorded: Artifact, demands: Demands, signal: AbortSignal): Promise<Finding> {
    const finding = await this.look(recorded, demands);
    if (finding.kind !== 'unhashed') return finding;
    const artifact = await this.withDigests(recorded, finding.algorithms, signal);
    return artifact === undefined ? { kind: 'lost', artifact: recorded } : this.look(artifact, demands);
  }

  /** Undefined when the stored bytes are damaged. */
  private async withDigests(
    artifact: Artifact,
    algorithms: readonly string[],
    signal: AbortSignal,
  ): Promise<Artifact | undefined> {
    const check = new DigestCheck([], ['sha256', ...algorithms], displayName(artifact));
    const content = await this.store.read(artifact.sha256);
    for await (const chunk of check.pass(content)) if (chunk.length > 0) signal.throwIfAborted();
    const { sha256, ...added } = check.digests;
    return sha256 === artifact.sha256 ? this.rows.addDigests(artifact, added) : undefined;
  }
}
