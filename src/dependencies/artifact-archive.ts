import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { sideBySide, SingleFlight, Slots } from '../concurrency/index.js';
import { Configuration } from '../config/index.js';
import { HttpClient, Retries } from '../download/index.js';
import { Metrics } from '../observability/index.js';
import { ArchiveStore } from '../store/index.js';
import { type Artifact, type ArtifactSpec, handedOut, type MadeArtifactSpec } from './artifact.js';
import { ArtifactFetcher } from './artifact-fetcher.js';
import { ArtifactMetrics } from './artifact-metrics.js';
import { ArtifactObtainer, candidates, type ObtainOptions } from './artifact-obtainer.js';
import { ArtifactRows, keyText } from './artifact-rows.js';
import { checkMadeSpec, checkSpec } from './check-spec.js';
import { MadeArtifacts } from './made-artifacts.js';
import { StoredArtifacts } from './stored-artifacts.js';

/** How a list of artifacts is archived. */
export interface ArchiveAllOptions {
  signal: AbortSignal;
  /** Fetches at a time; undefined = as many as there are connections. */
  concurrency?: number;
  /** Attempts to fetch one file, instead of the usual number. */
  tries?: number;
  /** Hears how many of the files are archived, each time it grows. */
  onArchived?: (count: number) => void;
}

/** The port for the package managers of one request. */
export interface RequestArtifacts {
  get(spec: ArtifactSpec, signal: AbortSignal): Promise<Artifact>;
  getAll(specs: readonly ArtifactSpec[], options: ArchiveAllOptions): Promise<Artifact[]>;
  getMade(spec: MadeArtifactSpec, signal: AbortSignal): Promise<Artifact>;
  open(artifact: Artifact): Promise<Readable>;
  versionsOf(ecosystem: string, name: string): Promise<string[]>;
}

/** Files that are looked at in the store at a time. */
const LOOKED_AT = 32;

/**
 * Archives artifacts: one that the catalogue knows costs no network, another is fetched from its upstream once, checked
 * while it streams into the archive store, and recorded. What is recorded is never overwritten.
 */
@Injectable()
export class ArtifactArchive {
  private readonly flights = new SingleFlight<Artifact>();
  private readonly rows: ArtifactRows;
  private readonly obtainer: ArtifactObtainer;
  private readonly made: MadeArtifacts;
  private readonly concurrency: number;
  /** Of those who ask for one file at a time. */
  private readonly slots: Slots;

  constructor(
    dataSource: DataSource,
    private readonly store: ArchiveStore,
    http: HttpClient,
    retries: Retries,
    { outbound }: Configuration,
    metrics: Metrics,
  ) {
    const counts = new ArtifactMetrics(metrics);
    this.rows = new ArtifactRows(dataSource);
    const stored = new StoredArtifacts(store, this.rows);
    const fetcher = new ArtifactFetcher(store, http, retries, outbound.maxArtifactSize);
    this.obtainer = new ArtifactObtainer(this.rows, stored, fetcher, counts);
    this.made = new MadeArtifacts(store, this.rows, stored, counts, outbound.maxArtifactSize);
    this.concurrency = outbound.concurrency;
    this.slots = new Slots(outbound.concurrency);
  }

  /** The port for the package managers of one request. `offline` = nothing is fetched. */
  forRequest(options: { offline: boolean }): RequestArtifacts {
    return {
      get: (spec, signal) => this.get(spec, signal, options),
      getAll: (specs, all) => this.getAll(specs, { ...all, ...options }),
      getMade: (spec, signal) => this.getMade(spec, signal),
      open: (artifact) => this.open(artifact),
      versionsOf: (ecosystem, name) => this.rows.versionsOf(ecosystem, name),
    };
  }

  /**
   * The archived artifact. Throws `InvalidChecksum` (nothing is stored then), `NetworkError`, `InvalidRequestData`
   * (not stored and `offline`), `UnsupportedFeature` (unknown digest), `ValidationError` (address with credentials).
   */
  async get(spec: ArtifactSpec, signal: AbortSignal, { offline = false } = {}): Promise<Artifact> {
    checkSpec(spec);
    return this.share(spec, { offline, slots: this.slots }, signal);
  }

  /**
   * All of them, in the order of the specs; errors as `get`. What is recorded is looked up together, the rest fetched
   * side by side. The first failure aborts the others.
   */
  async getAll(
    specs: readonly ArtifactSpec[],
    options: ArchiveAllOptions & { offline?: boolean },
  ): Promise<Artifact[]> {
    const { signal, concurrency = this.concurrency, tries, onArchived, offline = false } = options;
    specs.forEach(checkSpec);
    const artifacts = await this.ready(specs, signal);
    let count = artifacts.filter((artifact) => artifact !== undefined).length;
    if (count > 0) onArchived?.(count);
    const missing = [...artifacts.keys()].filter((at) => artifacts[at] === undefined);
    const way = { offline, tries, slots: new Slots(concurrency) };
    // Four times as many as are fetched: the others wait for the disk or the database meanwhile.
    const fetched = await sideBySide(missing, concurrency * 4, signal, async (at, shared) => {
      const artifact = await this.share(specs[at], way, shared);
      onArchived?.((count += 1));
      return artifact;
    });
    missing.forEach((at, index) => (artifacts[at] = fetched[index]));
    return artifacts.filter((artifact) => artifact !== undefined);
  }

  /**
   * A file that is made here: made once, then found by its `upstream`. Of two that were made of the same thing at the
   * same time, the one that was recorded first counts. `make` is also called for a request that is offline: it fetches
   * by ports that know.
   */
  async getMade(spec: MadeArtifactSpec, signal: AbortSignal): Promise<Artifact> {
    checkMadeSpec(spec);
    const key = JSON.stringify(['made', spec.ecosystem, spec.upstream, spec.compute ?? []]);
    return this.flights.run(key, signal, (shared) => this.made.get(spec, shared));
  }

  /** The bytes of an archived artifact. Throws `FileAccessError` when they are gone. */
  async open({ sha256 }: Artifact): Promise<Readable> {
    return this.store.read(sha256);
  }

  /** For each spec the artifact that is stored already, if one can tell so by looking. */
  private async ready(specs: readonly ArtifactSpec[], signal: AbortSignal): Promise<(Artifact | undefined)[]> {
    const known = await this.rows.findAll(specs.flatMap(candidates));
    return sideBySide(specs, LOOKED_AT, signal, async (spec) => {
      const recorded = candidates(spec).map((key) => known.get(keyText(key)));
      const artifact = await this.obtainer.ready(spec, recorded);
      return artifact && handedOut(artifact, spec);
    });
  }

  /** Lets everybody who wants the same file at the same time share the work, whatever vouches for it by their specs. */
  private async share(spec: ArtifactSpec, way: Omit<ObtainOptions, 'signal'>, signal: AbortSignal): Promise<Artifact> {
    const { ecosystem, name, version, upstreams, digests, anyDigest = [], compute = [], fileDigests = {} } = spec;
    const demands = [digests, anyDigest, compute, Object.keys(fileDigests), spec.inspect !== undefined];
    const key = JSON.stringify([ecosystem, name, version, upstreams, demands, spec.insecureTls, way.offline]);
    const recorded = await this.flights.run(key, signal, (shared) =>
      this.obtainer.obtain(spec, { ...way, signal: shared }),
    );
    return handedOut(recorded, spec);
  }
}
