import { InvalidChecksum } from '../errors/index.js';
import type { ArchiveStore } from '../store/index.js';
import { anyLockedDigest, compareAny, hasAny, knownAlgorithms } from './any-digest.js';
import { type Artifact, type ArtifactSpec, type Digests, displayName } from './artifact.js';
import type { ArtifactRows } from './artifact-rows.js';
import { compareDigests, DigestCheck, lockedDigests } from './digests.js';

/** What is asked of an artifact that is recorded: the digests it has, and those that must be recorded. */
export type Demands = Pick<ArtifactSpec, 'digests' | 'anyDigest' | 'compute' | 'fileDigests' | 'namedBy'>;

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
  async look(artifact: Artifact, demands: Demands): Promise<Finding> {
    const { digests, compute = [], fileDigests = {} } = demands;
    const stored = await this.store.stat(artifact.sha256);
    if (stored?.size !== artifact.size) return { kind: 'lost', artifact };
    const actual: Digests = { ...artifact.digests, sha256: artifact.sha256 };
    const choice = anyLockedDigest(demands);
    const chosen = hasAny(choice, actual) ? [] : knownAlgorithms(choice);
    const wanted = new Set([...Object.keys(digests), ...chosen, ...compute, ...Object.keys(fileDigests)]);
    const algorithms = [...wanted].filter((algorithm) => !Object.hasOwn(actual, algorithm));
    if (algorithms.length > 0) return { kind: 'unhashed', algorithms };
    try {
      compareDigests(lockedDigests(demands), actual, displayName(artifact));
      compareAny(choice, actual, displayName(artifact));
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
    const artifact = await this.withDigests(recorded, finding.algorithms, demands, signal);
    return artifact === undefined ? { kind: 'lost', artifact: recorded } : this.look(artifact, demands);
  }

  /** Undefined when the stored bytes are damaged. */
  private async withDigests(
    artifact: Artifact,
    algorithms: readonly string[],
    { fileDigests = {} }: Demands,
    signal: AbortSignal,
  ): Promise<Artifact | undefined> {
    const ofFile = Object.entries(fileDigests).filter(([algorithm]) => algorithms.includes(algorithm));
    const check = new DigestCheck(artifact, {
      expectations: [{ digests: { sha256: artifact.sha256 }, by: 'the archive' }],
      compute: algorithms,
      fileDigests: Object.fromEntries(ofFile),
    });
    const content = check.pass(await this.store.read(artifact.sha256));
    try {
      if (ofFile.length === 0) await drain(content, signal);
      // Written a second time, to have it in a file.
      else await this.store.put(content, { inspect: (file) => check.inspect(file, signal), signal });
    } catch (error) {
      if (error instanceof InvalidChecksum) return undefined;
      throw error;
    }
    return this.rows.addDigests(artifact, check.digests);
  }
}

async function drain(content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const chunk of content) if (chunk.length > 0) signal.throwIfAborted();
}
