import { InvalidChecksum, InvalidRequestData, NetworkError } from '../errors/index.js';
import { type Artifact, type ArtifactKey, type ArtifactSpec, displayName } from './artifact.js';
import type { ArtifactFetcher, FetchOptions } from './artifact-fetcher.js';
import type { ArtifactMetrics } from './artifact-metrics.js';
import type { ArtifactRows, NewArtifact } from './artifact-rows.js';
import type { Finding, StoredArtifacts } from './stored-artifacts.js';

export interface ObtainOptions extends FetchOptions {
  /** Nothing is fetched. */
  offline: boolean;
}

/** The keys under which an artifact may be recorded, in order of preference. */
export function candidates({ ecosystem, name, version, upstreams }: ArtifactSpec): ArtifactKey[] {
  return upstreams.map((upstream) => ({ ecosystem, name, version, upstream }));
}

/** Finds one artifact among its upstreams: recorded under any of them, else fetched from the first that has it. */
export class ArtifactObtainer {
  constructor(
    private readonly rows: ArtifactRows,
    private readonly stored: StoredArtifacts,
    private readonly fetcher: ArtifactFetcher,
    private readonly metrics: Pick<ArtifactMetrics, 'count'>,
  ) {}

  /** The first recorded artifact that will do, unless one must compute or fetch something to tell. */
  async ready(spec: ArtifactSpec, recorded: readonly (Artifact | undefined)[]): Promise<Artifact | undefined> {
    for (const artifact of recorded) {
      const finding = artifact && (await this.stored.look(artifact, spec));
      if (finding?.kind === 'usable') return this.found(finding.artifact);
      if (finding?.kind === 'unhashed') return undefined;
    }
    return undefined;
  }

  /** Throws `InvalidChecksum`, `NetworkError`, `InvalidRequestData` (not stored and offline), `ValidationError`. */
  async obtain(spec: ArtifactSpec, options: ObtainOptions): Promise<Artifact> {
    // Others may have recorded it since the caller looked.
    const recorded = await Promise.all(candidates(spec).map((key) => this.rows.find(key)));
    const findings: (Finding | undefined)[] = [];
    for (const artifact of recorded) {
      const finding = artifact && (await this.stored.judge(artifact, spec, options.signal));
      if (finding?.kind === 'usable') return this.found(finding.artifact);
      findings.push(finding);
    }
    if (!options.offline) return this.fetchFirst(spec, findings, options);
    findings.forEach(refuseOther);
    throw new InvalidRequestData(`${displayName(spec)} is not archived, and the request forbids to fetch anything.`);
  }

  /** Fetches from the first upstream that has it. */
  private async fetchFirst(
    spec: ArtifactSpec,
    findings: readonly (Finding | undefined)[],
    options: FetchOptions,
  ): Promise<Artifact> {
    const absences: NetworkError[] = [];
    for (const [at, upstream] of spec.upstreams.entries()) {
      const finding = findings[at];
      refuseOther(finding);
      const lost = finding?.kind === 'lost' ? finding.artifact : undefined;
      const fetched = await this.fetcher.fetch(spec, upstream, lost, options);
      if (!(fetched instanceof NetworkError)) {
        this.metrics.count(fetched, 'fetched');
        return lost === undefined ? this.record(fetched) : this.rows.addDigests(lost, fetched.digests);
      }
      absences.push(fetched);
    }
    throw absences.length === 1 ? absences[0] : new NetworkError(absences.map(({ message }) => message).join(' '));
  }

  private found(artifact: Artifact): Artifact {
    this.metrics.count(artifact, 'found');
    return artifact;
  }

  private async record(fetched: NewArtifact): Promise<Artifact> {
    const recorded = await this.rows.record(fetched);
    if (recorded.sha256 !== fetched.sha256) {
      // Another process was faster, with other bytes.
      throw new InvalidChecksum(
        `The upstream of ${displayName(fetched)} served two different files under the same address.`,
      );
    }
    const isWhole = Object.keys(fetched.digests).every((algorithm) => Object.hasOwn(recorded.digests, algorithm));
    return isWhole ? recorded : this.rows.addDigests(recorded, fetched.digests);
  }
}

/** Throws when what an upstream served before is not what is wanted: it is not asked again, nor is the next one. */
function refuseOther(finding: Finding | undefined): void {
  if (finding?.kind === 'other') throw finding.error;
}
