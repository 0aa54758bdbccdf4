import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import {
  errorCode,
  HttpClient,
  type HttpResponse,
  isTransientStatus,
  parseRetryAfter,
  Retries,
  TransientFailure,
} from '../download/index.js';
import { InvalidChecksum, InvalidRequestData, NetworkError } from '../errors/index.js';
import { type Blob, ArchiveStore } from '../store/index.js';
import type { Artifact, ArtifactSpec, Digests } from './artifact.js';
import { checkDigestForms, compareDigests, DigestCheck } from './digests.js';
import { refuseHtml } from './refuse-html.js';
import { SingleFlight } from '../concurrency/index.js';

/**
 * Archives artifacts: one that the catalogue knows costs no network, another is fetched from its upstream once, checked
 * while it streams into the archive store, and recorded. What is recorded is never overwritten.
 */
@Injectable()
export class ArtifactArchive {
  private readonly flights = new SingleFlight<Artifact>();
  private readonly maxSize: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: ArchiveStore,
    private readonly http: HttpClient,
    private readonly retries: Retries,
    configuration: Configuration,
  ) {
    this.maxSize = configuration.outbound.maxArtifactSize;
  }

  /** The port for the package managers of one request. `offline` = only what is stored. */
  forRequest(options: { offline: boolean }): { get(spec: ArtifactSpec, signal: AbortSignal): Promise<Artifact> } {
    return { get: (spec, signal) => this.get(spec, signal, options) };
  }

  /**
   * The archived artifact. Throws `InvalidChecksum` (nothing is stored then), `NetworkError`, `InvalidRequestData`
   * (not stored and `offline`), `UnsupportedFeature` (unknown digest), `ValidationError` (too large).
   */
  async get(spec: ArtifactSpec, signal: AbortSignal, { offline = false } = {}): Promise<Artifact> {
    checkDigestForms(spec.digests, displayName(spec));
    const { ecosystem, name, version, upstream, digests } = spec;
    const key = JSON.stringify([ecosystem, name, version, upstream, digests, offline]);
    return this.flights.run(key, signal, async (shared) => {
      const known = await this.find(spec);
      if (known !== undefined && (await this.isUsable(known, spec, shared))) return known;
      if (!offline) return this.fetch(spec, known, shared);
      throw new InvalidRequestData(`${displayName(spec)} is not archived, and the request forbids to fetch anything.`);
    });
  }

  private async find(spec: ArtifactSpec): Promise<Artifact | undefined> {
    const rows: ArtifactRow[] = await this.dataSource.query(SELECT_BY_KEY, [
      spec.ecosystem,
      spec.name,
      spec.version,
      spec.upstream,
    ]);
    return rows.length === 0 ? undefined : artifactOf(rows[0]);
  }

  /** Whether the stored bytes are there and are the wanted ones; throws `InvalidChecksum` when they are others. */
  private async isUsable(known: Artifact, spec: ArtifactSpec, signal: AbortSignal): Promise<boolean> {
    if ((await this.store.stat(known.sha256)) === undefined) return false;
    const recorded: Digests = { ...known.digests, sha256: known.sha256 };
    const unknown = Object.entries(spec.digests).filter(([algorithm]) => !Object.hasOwn(recorded, algorithm));
    const computed =
      unknown.length === 0 ? {} : await this.hash(known.sha256, Object.fromEntries(unknown), spec, signal);
    compareDigests(spec.digests, { ...recorded, ...computed }, displayName(spec));
    return true;
  }

  private async hash(sha256: string, digests: Digests, spec: ArtifactSpec, signal: AbortSignal): Promise<Digests> {
    const check = new DigestCheck(digests, displayName(spec));
    const content = await this.store.read(sha256);
    for await (const chunk of check.pass(content)) if (chunk.length > 0) signal.throwIfAborted();
    return check.digests;
  }

  private async fetch(spec: ArtifactSpec, known: Artifact | undefined, signal: AbortSignal): Promise<Artifact> {
    const { blob, digests } = await this.retries.run(new URL(spec.upstream).host, signal, () =>
      this.download(spec, known?.sha256, signal),
    );
    return known ?? (await this.record(spec, blob, digests));
  }

  private async download(
    spec: ArtifactSpec,
    expectedSha256: string | undefined,
    signal: AbortSignal,
  ): Promise<{ blob: Blob; digests: Digests }> {
    const check = new DigestCheck(spec.digests, displayName(spec));
    try {
      const response = await this.http.request(spec.upstream, { signal, maxSize: this.maxSize });
      // The connection may break before the store begins to read; the reader hears of it all the same.
      response.body.on('error', () => undefined);
      refuseStatus(response, spec);
      const content = check.pass(refuseHtml(response, displayName(spec)));
      const blob = await this.store.put(content, { expectedSha256, maxSize: this.maxSize, signal });
      return { blob, digests: check.digests };
    } catch (error) {
      signal.throwIfAborted();
      // A connection that broke has a code; a refusal by us has none.
      if (error instanceof NetworkError && errorCode(error) !== undefined) throw new TransientFailure(error);
      throw error;
    }
  }

  private async record(spec: ArtifactSpec, blob: Blob, digests: Digests): Promise<Artifact> {
    await this.dataSource.query(INSERT, [
      spec.ecosystem,
      spec.name,
      spec.version,
      spec.upstream,
      blob.sha256,
      JSON.stringify({ ...digests, sha256: blob.sha256 }),
      blob.size,
      spec.verifiedBy,
    ]);
    const recorded = await this.find(spec);
    if (recorded?.sha256 !== blob.sha256) {
      // Another process was faster, with other bytes: the upstream does not serve one file under this name.
      throw new InvalidChecksum(
        `The upstream of ${displayName(spec)} served two different files under the same address.`,
      );
    }
    return recorded;
  }
}

interface ArtifactRow {
  id: string;
  ecosystem: string;
  name: string;
  version: string;
  upstream: string;
  sha256: string;
  digests: Digests;
  size: string;
  verified_by: string;
}

const SELECT_BY_KEY = `
  SELECT "id", "ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by" FROM "artifact"
  WHERE "ecosystem" = $1 AND "name" = $2 AND "version" = $3 AND "upstream" = $4`;

const INSERT = `
  INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "digests", "size", "verified_by")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`;

function artifactOf({ verified_by, id, size, ...row }: ArtifactRow): Artifact {
  return { ...row, id: Number(id), size: Number(size), verifiedBy: verified_by };
}

function displayName({ name, version }: ArtifactSpec): string {
  return `${name} ${version}`;
}

/** Throws unless the status is 200; the body is given up then. */
function refuseStatus({ status, headers, body, url }: HttpResponse, spec: ArtifactSpec): void {
  if (status === 200) return;
  body.destroy();
  const error = new NetworkError(`${displayName(spec)} cannot be fetched: ${url} answers with status ${status}.`);
  if (isTransientStatus(status)) throw new TransientFailure(error, parseRetryAfter(headers['retry-after']));
  throw error;
}
