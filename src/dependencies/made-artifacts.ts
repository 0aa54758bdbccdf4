import { FileAccessError, InvalidChecksum, InvalidFileFormat } from '../errors/index.js';
import type { ArchiveStore } from '../store/index.js';
import { type Artifact, displayName, type MadeArtifact, type MadeArtifactSpec } from './artifact.js';
import type { ArtifactMetrics } from './artifact-metrics.js';
import type { ArtifactRows, NewArtifact } from './artifact-rows.js';
import { DigestCheck } from './digests.js';
import type { StoredArtifacts } from './stored-artifacts.js';

/** Artifacts that are made here, found by what they were made from. */
export class MadeArtifacts {
  constructor(
    private readonly store: ArchiveStore,
    private readonly rows: ArtifactRows,
    private readonly stored: StoredArtifacts,
    private readonly metrics: Pick<ArtifactMetrics, 'count'>,
    private readonly maxSize: number,
  ) {}

  /**
   * The one that was recorded first, else a new one. Throws `InvalidChecksum` when the bytes of a recorded one are gone
   * from the store and are made differently now, `ValidationError` when they are too many, and what `make` throws.
   */
  async get(spec: MadeArtifactSpec, signal: AbortSignal): Promise<Artifact> {
    const recorded = await this.rows.findByUpstream(spec.ecosystem, spec.upstream);
    if (recorded === undefined) return this.record(await this.make(spec, signal));
    const demands = { digests: {}, compute: spec.compute };
    let finding = await this.stored.judge(recorded, demands, signal);
    const isLost = finding.kind === 'lost';
    if (isLost) {
      await this.makeAgain(spec, recorded, signal);
      finding = await this.stored.judge(recorded, demands, signal);
    }
    if (finding.kind === 'usable') {
      this.metrics.count(finding.artifact, isLost ? 'made' : 'found');
      return finding.artifact;
    }
    throw new FileAccessError(`${displayName(recorded)} was lost from the archive store.`);
  }

  private async make(spec: MadeArtifactSpec, signal: AbortSignal): Promise<NewArtifact> {
    const { name, version, content, published } = await spec.make(signal);
    refuseNameless({ name, version }, spec);
    const check = new DigestCheck({ name, version }, { expectations: [], compute: spec.compute ?? [] });
    const blob = await this.store.put(check.pass(content), { maxSize: this.maxSize, signal });
    this.metrics.count({ ecosystem: spec.ecosystem, size: blob.size }, 'made');
    const { ecosystem, upstream, verifiedBy } = spec;
    return { ecosystem, name, version, upstream, ...blob, digests: check.digests, verifiedBy, published };
  }

  /** What another process recorded meanwhile counts. */
  private async record(made: NewArtifact): Promise<Artifact> {
    await this.rows.record(made);
    const first = await this.rows.findByUpstream(made.ecosystem, made.upstream);
    if (first === undefined) throw new Error(`The artifact ${displayName(made)} was not recorded.`);
    return first;
  }

  private async makeAgain(spec: MadeArtifactSpec, recorded: Artifact, signal: AbortSignal): Promise<void> {
    const { content } = await spec.make(signal);
    try {
      await this.store.put(content, { expectedSha256: recorded.sha256, signal });
    } catch (error) {
      if (!(error instanceof InvalidChecksum)) throw error;
      throw new InvalidChecksum(
        `${displayName(recorded)} was lost from the archive store, and is made differently now: restore the store.`,
        { cause: error },
      );
    }
  }
}

function refuseNameless({ name, version }: Pick<MadeArtifact, 'name' | 'version'>, { upstream }: MadeArtifactSpec): void {
  if (name !== '' && version !== '') return;
  throw new InvalidFileFormat(`What was made of ${upstream} has no ${name === '' ? 'name' : 'version'}.`);
}
