import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { InvalidChecksum, UnsupportedFeature } from '../errors/index.js';
import { type Choice, compareAny, hashName, knownAlgorithms } from './any-digest.js';
import { type ArtifactSpec, type Digests, displayName, type FileDigest, type PackageVersion } from './artifact.js';

type FileDigests = NonNullable<ArtifactSpec['fileDigests']>;

const LENGTHS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** Throws unless every digest is of a known algorithm, or one of `fileDigests`, and has the form of one. */
export function checkDigestForms(digests: Digests, name: string, fileDigests: FileDigests = {}): void {
  const algorithms = Object.keys(digests);
  checkAlgorithms(
    algorithms.filter((algorithm) => !Object.hasOwn(fileDigests, algorithm)),
    name,
  );
  for (const algorithm of algorithms) checkDigestForm(algorithm, digests[algorithm], name);
}

/** Throws `UnsupportedFeature` for one that is not known. */
export function checkAlgorithms(algorithms: readonly string[], name: string): void {
  for (const algorithm of algorithms) {
    if (Object.hasOwn(LENGTHS, algorithm)) continue;
    throw new UnsupportedFeature(`The checksum of ${name} uses the algorithm ${algorithm}, which is not supported.`);
  }
}

function checkDigestForm(algorithm: string, digest: string, name: string): void {
  const hasLength = Object.hasOwn(LENGTHS, algorithm) ? digest.length === LENGTHS[algorithm] : digest.length >= 64;
  if (hasLength && /^[0-9a-f]+$/.test(digest)) return;
  throw new InvalidChecksum(`The ${algorithm} checksum of ${name} is malformed.`);
}

/** Digests that the bytes must have, and what says so: `the lock file`. */
export interface Expectation {
  digests: Digests;
  by: string;
}

/** What the lock file says. */
export function lockedDigests({ digests, namedBy }: Pick<ArtifactSpec, 'digests' | 'namedBy'>): Expectation {
  return { digests, by: namedBy ?? 'the lock file' };
}

/** What is expected of a file. */
export interface DigestDemands {
  expectations: readonly Expectation[];
  /** One of these too. */
  choice?: Choice;
  /** Algorithms besides the expected ones. */
  compute: readonly string[];
  fileDigests?: FileDigests;
}

/**
 * Hashes a stream while it passes, and compares at its end: a mismatch is thrown before the consumer sees the end.
 * Digests that need the whole file are computed, and compared, when the file is there.
 */
export class DigestCheck {
  private readonly hashes: Map<string, Hash>;
  private readonly fileDigests: [string, FileDigest][];
  private readonly results = new Map<string, string>();

  constructor(
    private readonly artifact: PackageVersion,
    private readonly demands: DigestDemands,
  ) {
    const { expectations, choice, compute, fileDigests = {} } = demands;
    const chosen = choice === undefined ? [] : knownAlgorithms(choice);
    const algorithms = [...expectations.flatMap(({ digests }) => Object.keys(digests)), ...chosen, ...compute];
    const streamed = algorithms.filter((algorithm) => !Object.hasOwn(fileDigests, algorithm));
    this.hashes = new Map(streamed.map((algorithm) => [algorithm, createHash(hashName(algorithm) ?? algorithm)]));
    this.fileDigests = Object.entries(fileDigests);
  }

  /** Throws `InvalidChecksum` at the end of a stream whose bytes are not the expected ones. */
  async *pass(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of content) {
      for (const hash of this.hashes.values()) hash.update(chunk);
      yield chunk;
    }
    for (const [algorithm, hash] of this.hashes) this.results.set(algorithm, hash.digest('hex'));
    this.compare();
    if (this.demands.choice !== undefined)
      compareAny(this.demands.choice, Object.fromEntries(this.results), displayName(this.artifact));
  }

  /** Throws `InvalidChecksum` when the file is not the expected one, or what the function of a digest throws. */
  async inspect(file: string, signal: AbortSignal): Promise<void> {
    for (const [algorithm, digestOf] of this.fileDigests) {
      this.results.set(algorithm, await digestOf(file, signal, this.artifact));
    }
    this.compare();
  }

  /** What the stream and the file had, after both were looked at. */
  get digests(): Digests {
    const expected = this.hashes.size + this.fileDigests.length;
    if (this.results.size < expected) throw new Error(`${displayName(this.artifact)} was not looked at as a whole`);
    return Object.fromEntries(this.results);
  }

  /** By what is computed so far. */
  private compare(): void {
    for (const { digests, by } of this.demands.expectations) {
      const computed = Object.entries(digests).filter(([algorithm]) => this.results.has(algorithm));
      const actual = Object.fromEntries(this.results);
      compareDigests({ digests: Object.fromEntries(computed), by }, actual, displayName(this.artifact));
    }
  }
}

/** Throws `InvalidChecksum` unless `actual` has every expected digest. */
export function compareDigests({ digests, by }: Expectation, actual: Digests, name: string): void {
  for (const [algorithm, digest] of Object.entries(digests)) {
    if (isEqual(digest, actual[algorithm] ?? '')) continue;
    const [expected, found] = [digest, actual[algorithm]].map((value) => readable(algorithm, value));
    throw new InvalidChecksum(
      `${name} does not have the ${algorithm} checksum ${expected} that ${by} names: it has ${found}. ` +
        `Either ${by} is wrong, or the upstream serves another file under this name.`,
    );
  }
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** A digest as people know it: Go's as it stands in `go.sum`, others hexadecimal. */
function readable(algorithm: string, digest: string): string {
  return algorithm === 'h1' ? `h1:${Buffer.from(digest, 'hex').toString('base64')}` : digest;
}
