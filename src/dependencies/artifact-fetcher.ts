import type { Slots } from '../concurrency/index.js';
import {
  type HttpClient,
  type HttpResponse,
  type Retries,
  TransientFailure,
  transientFailureOf,
} from '../download/index.js';
import { InvalidChecksum, InvalidFileFormat, NetworkError, ValidationError } from '../errors/index.js';
import type { ArchiveStore, Blob } from '../store/index.js';
import { anyLockedDigest } from './any-digest.js';
import { type Artifact, type ArtifactSpec, displayName, hasDigests } from './artifact.js';
import type { NewArtifact } from './artifact-rows.js';
import { checkDigestForms, DigestCheck, type DigestDemands, lockedDigests } from './digests.js';
import { refuseHtml } from './refuse-html.js';
import { isAbsent, lastModified, refuseStatus } from './upstream-answers.js';

export interface FetchOptions {
  /** A place is held while an upstream sends, not while the disk or a pause is waited for. */
  slots: Slots;
  /** Attempts, instead of the usual number. */
  tries?: number;
  signal: AbortSignal;
}

/** What is expected of a file from one upstream. */
interface Wanted extends DigestDemands {
  verifiedBy: string;
}

/** Fetches files into the archive store, checking them while they stream. */
export class ArtifactFetcher {
  constructor(
    private readonly store: ArchiveStore,
    private readonly http: HttpClient,
    private readonly retries: Retries,
    private readonly maxSize: number,
  ) {}

  /**
   * Archives the file as one upstream serves it, and returns what is to be recorded; `NetworkError` as a value when
   * the upstream does not have it. `recorded` is what the catalogue knows of it already: the bytes must be the same.
   */
  async fetch(
    spec: ArtifactSpec,
    upstream: string,
    recorded: Artifact | undefined,
    options: FetchOptions,
  ): Promise<NewArtifact | NetworkError> {
    const wanted = recorded === undefined ? await findWanted(spec, upstream, options.signal) : again(spec, recorded);
    const attempt = (): Promise<NewArtifact | NetworkError> => this.attempt(spec, upstream, wanted, options);
    return this.retries.run(new URL(upstream).host, options.signal, attempt, options.tries);
  }

  private async attempt(
    spec: ArtifactSpec,
    upstream: string,
    wanted: Wanted,
    { slots, signal }: FetchOptions,
  ): Promise<NewArtifact | NetworkError> {
    const name = displayName(spec);
    const release = await slots.take(signal);
    try {
      const { insecureTls } = spec;
      const response = await this.http.request(upstream, { signal, maxSize: this.maxSize, insecureTls });
      if (isAbsent(response)) return absent(response, name);
      refuseStatus(response, name);
      const check = new DigestCheck(spec, wanted);
      const content = endedBy(check.pass(refuseHtml(response, name)), release);
      const blob = await this.put(content, response, { check, spec, signal });
      const { ecosystem, version, name: packageName } = spec;
      const published = lastModified(response.headers);
      const key = { ecosystem, name: packageName, version, upstream };
      return { ...key, ...blob, digests: check.digests, verifiedBy: wanted.verifiedBy, published };
    } catch (error) {
      signal.throwIfAborted();
      throw transientFailureOf(error) ?? error;
    } finally {
      release();
    }
  }

  private async put(
    content: AsyncIterable<Uint8Array>,
    { headers }: HttpResponse,
    { check, spec, signal }: { check: DigestCheck; spec: ArtifactSpec; signal: AbortSignal },
  ): Promise<Blob> {
    try {
      const inspect = async (file: string): Promise<void> => {
        await check.inspect(file, signal);
        await spec.inspect?.(file, signal);
      };
      return await this.store.put(content, { maxSize: this.maxSize, inspect, signal });
    } catch (error) {
      // An answer that says nowhere how long it is ends like one that was cut off.
      const openEnded = headers['content-length'] === undefined && headers['transfer-encoding'] === undefined;
      throw openEnded && isAboutContent(error) ? new TransientFailure(error) : error;
    }
  }
}

/** What the lock file says of the file, and what its registry says where the lock file is silent. */
async function findWanted(spec: ArtifactSpec, upstream: string, signal: AbortSignal): Promise<Wanted> {
  const { compute = [], fileDigests } = spec;
  const locked = lockedDigests(spec);
  const choice = anyLockedDigest(spec);
  const found = await spec.findDigests?.(upstream, signal);
  if (found === undefined) return { expectations: [locked], choice, compute, fileDigests, verifiedBy: spec.verifiedBy };
  checkDigestForms(found.digests, displayName(spec), fileDigests);
  return {
    expectations: [locked, { digests: found.digests, by: found.namedBy ?? 'its registry' }],
    choice,
    compute,
    fileDigests,
    verifiedBy: hasDigests(spec) ? spec.verifiedBy : found.verifiedBy,
  };
}

/** What a file must be that is recorded and was lost from the store. */
function again(spec: ArtifactSpec, recorded: Artifact): Wanted {
  const expectations = [lockedDigests(spec), { digests: { sha256: recorded.sha256 }, by: 'the archive' }];
  const { compute = [], fileDigests } = spec;
  return { expectations, choice: anyLockedDigest(spec), compute, fileDigests, verifiedBy: recorded.verifiedBy };
}

/** What those say who look at the bytes. */
function isAboutContent(error: unknown): error is Error {
  return [InvalidChecksum, InvalidFileFormat, ValidationError].some((type) => error instanceof type);
}

function absent({ body, url, status }: HttpResponse, name: string): NetworkError {
  body.destroy();
  return new NetworkError(`${name} cannot be fetched: ${url} answers with status ${status}.`);
}

/** Passes a stream on and tells when it has ended, in whatever way. */
async function* endedBy(content: AsyncIterable<Uint8Array>, ended: () => void): AsyncIterable<Uint8Array> {
  try {
    yield* content;
  } finally {
    ended();
  }
}
