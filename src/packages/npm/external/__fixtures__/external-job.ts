import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { testConfiguration } from '../../../../config/testing.js';
import type { Artifact, ArtifactSpec, Digests, MadeArtifactSpec } from '../../../../dependencies/index.js';
import { InvalidChecksum, NetworkError } from '../../../../errors/index.js';
import type { ArtifactPort, SourcePort } from '../../../package-manager.js';
import type { ExternalJob } from '../external-dependency.js';

/** An artifact store in memory that remembers what it was asked for. */
export class MemoryArtifacts implements ArtifactPort {
  readonly specs: ArtifactSpec[] = [];
  readonly made: MadeArtifactSpec[] = [];
  private readonly artifacts: Artifact[] = [];
  private readonly contents = new Map<string, Buffer>();
  /** As if other requests waited for the same: making goes on when one of them ends. */
  private readonly shared = new AbortController().signal;

  /** Address without fragment → bytes; all of them published at the same time. */
  constructor(
    private readonly upstreams: ReadonlyMap<string, Buffer> = new Map(),
    private readonly published?: Date,
  ) {}

  async get(spec: ArtifactSpec): Promise<Artifact> {
    this.specs.push(spec);
    const [upstream] = spec.upstreams;
    const bytes = this.upstreams.get(upstream.split('#', 1)[0]);
    if (bytes === undefined) throw new NetworkError(`nothing at ${upstream}`);
    for (const [algorithm, hex] of Object.entries(spec.digests)) {
      if (digest(algorithm, bytes) !== hex) throw new InvalidChecksum(`${spec.name} is another file`);
    }
    return this.keep({ ...spec, upstream, published: this.published }, bytes, spec.digests);
  }

  versionsOf(): never {
    throw new Error('not for externals');
  }

  getAll(): never {
    throw new Error('not for externals');
  }

  async getMade(spec: MadeArtifactSpec): Promise<Artifact> {
    const known = this.artifacts.find(({ upstream }) => upstream === spec.upstream);
    if (known !== undefined) return known;
    this.made.push(spec);
    const { content, ...made } = await spec.make(this.shared);
    const bytes = await buffer(content);
    const digests = Object.fromEntries((spec.compute ?? []).map((algorithm) => [algorithm, digest(algorithm, bytes)]));
    return this.keep({ ...spec, ...made }, bytes, digests);
  }

  async open({ sha256 }: Artifact): Promise<Readable> {
    return Readable.from([this.bytes(sha256)]);
  }

  bytes(sha256: string): Buffer {
    return this.contents.get(sha256) ?? Buffer.alloc(0);
  }

  private keep(
    { ecosystem, name, version, upstream, verifiedBy, published }: Omit<Artifact, 'id' | 'sha256' | 'digests' | 'size'>,
    bytes: Buffer,
    digests: Digests,
  ): Artifact {
    const sha256 = digest('sha256', bytes);
    this.contents.set(sha256, bytes);
    const id = this.artifacts.length + 1;
    const size = bytes.length;
    const artifact = { id, ecosystem, name, version, upstream, verifiedBy, published, sha256, digests, size };
    this.artifacts.push(artifact);
    return artifact;
  }
}

export interface ExternalJobOptions {
  artifacts: ArtifactPort;
  /** Below it scratch folders are made. */
  directory: string;
  sources?: SourcePort;
  gitScripts?: 'reject' | 'ignore';
  signal?: AbortSignal;
}

/** A job whose warnings are collected. */
export function externalJob(options: ExternalJobOptions): ExternalJob & { warnings: string[] } {
  const settings = testConfiguration();
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  return {
    warnings,
    artifacts: options.artifacts,
    sources: options.sources ?? {
      archive: () => {
        throw new Error('no source is to be asked for');
      },
    },
    settings: { ...settings, npm: { ...settings.npm, gitScripts: options.gitScripts ?? 'reject' } },
    scratchDirectory: () => mkdtemp(join(options.directory, 'scratch-')),
    log: { debug: nothing, info: nothing, warn: (message) => warnings.push(message), error: nothing },
    signal: options.signal ?? new AbortController().signal,
  };
}

export function digest(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** As a lock file has it. */
export function integrity(bytes: Buffer, algorithm = 'sha512'): string {
  return `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;
}
