import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { InvalidChecksum, UnsupportedFeature } from '../errors/index.js';
import type { Digests } from './artifact.js';

const LENGTHS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** Throws unless every digest is of a known algorithm and has the form of one. */
export function checkDigestForms(digests: Digests, name: string): void {
  checkAlgorithms(Object.keys(digests), name);
  for (const [algorithm, digest] of Object.entries(digests)) {
    if (digest.length !== LENGTHS[algorithm] || !/^[0-9a-f]+$/.test(digest)) {
      throw new InvalidChecksum(`The ${algorithm} checksum of ${name} is malformed.`);
    }
  }
}

/** Throws `UnsupportedFeature` for one that is not known. */
export function checkAlgorithms(algorithms: readonly string[], name: string): void {
  for (const algorithm of algorithms) {
    if (Object.hasOwn(LENGTHS, algorithm)) continue;
    throw new UnsupportedFeature(`The checksum of ${name} uses the algorithm ${algorithm}, which is not supported.`);
  }
}

/** Digests that the bytes must have, and what says so: `the lock file`. */
export interface Expectation {
  digests: Digests;
  by: string;
}

/** Hashes a stream while it passes, and compares at its end: a mismatch is thrown before the consumer sees the end. */
export class DigestCheck {
  private readonly hashes: Map<string, Hash>;
  private readonly results = new Map<string, string>();

  /** @param compute algorithms besides the expected ones */
  constructor(
    private readonly expected: readonly Expectation[],
    compute: readonly string[],
    private readonly name: string,
  ) {
    const algorithms = [...expected.flatMap(({ digests }) => Object.keys(digests)), ...compute];
    this.hashes = new Map(algorithms.map((algorithm) => [algorithm, createHash(algorithm)]));
  }

  /** Throws `InvalidChecksum` at the end of a stream whose bytes are not the expected ones. */
  async *pass(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of content) {
      for (const hash of this.hashes.values()) hash.update(chunk);
      yield chunk;
    }
    for (const [algorithm, hash] of this.hashes) this.results.set(algorithm, hash.digest('hex'));
    for (const expectation of this.expected) compareDigests(expectation, this.digests, this.name);
  }

  /** What the stream had; after its end. */
  get digests(): Digests {
    return Object.fromEntries(this.results);
  }
}

/** Throws `InvalidChecksum` unless `actual` has every expected digest. */
export function compareDigests({ digests, by }: Expectation, actual: Digests, name: string): void {
  for (const [algorithm, digest] of Object.entries(digests)) {
    if (isEqual(digest, actual[algorithm] ?? '')) continue;
    throw new InvalidChecksum(
      `${name} does not have the ${algorithm} checksum ${digest} that ${by} names: it has ${actual[algorithm]}. ` +
        `Either ${by} is wrong, or the upstream serves another file under this name.`,
    );
  }
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
