import { getHashes } from 'node:crypto';
import { InvalidChecksum } from '../errors/index.js';
import type { AlgorithmDigest, ArtifactSpec, Digests } from './artifact.js';

/** Digests of which one must be right, and what says so: `the lock file`. */
export interface Choice {
  digests: readonly AlgorithmDigest[];
  by: string;
}

/** What the lock file leaves open. */
export function anyLockedDigest({ anyDigest = [], namedBy }: Pick<ArtifactSpec, 'anyDigest' | 'namedBy'>): Choice {
  return { digests: anyDigest, by: namedBy ?? 'the lock file' };
}

const HASHES = new Set(getHashes());
const OTHER_NAMES = new Map([
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
]);

/**
 * The name by which `createHash` knows an algorithm that is named as Python's `hashlib` does: `sha3_256`, `blake2b`.
 * Undefined = unknown; those whose digests have any length (`shake_128`) are no checksums.
 */
export function hashName(algorithm: string): string | undefined {
  if (!/^[a-z0-9_-]{1,30}$/.test(algorithm) || algorithm.startsWith('shake')) return undefined;
  const name = OTHER_NAMES.get(algorithm) ?? algorithm.replaceAll('_', '-');
  return HASHES.has(name) ? name : undefined;
}

/** Those algorithms of a choice that can be computed, each once. */
export function knownAlgorithms({ digests }: Choice): string[] {
  const algorithms = new Set(digests.map(({ algorithm }) => algorithm));
  return [...algorithms].filter((algorithm) => hashName(algorithm) !== undefined);
}

/** Whether what is computed so far is enough. Nothing to choose from means that nothing is asked. */
export function hasAny({ digests }: Choice, actual: Digests): boolean {
  const isRight = ({ algorithm, digest }: AlgorithmDigest): boolean =>
    hashName(algorithm) !== undefined && Object.hasOwn(actual, algorithm) && actual[algorithm] === digest;
  return digests.length === 0 || digests.some(isRight);
}

/** Throws `InvalidChecksum` unless `actual` has one of the digests. */
export function compareAny(choice: Choice, actual: Digests, name: string): void {
  if (hasAny(choice, actual)) return;
  const algorithms = [...new Set(choice.digests.map(({ algorithm }) => algorithm))].slice(0, MAX_SHOWN).map(shown);
  const found = knownAlgorithms(choice).map((algorithm) => `${algorithm} ${actual[algorithm]}`);
  throw new InvalidChecksum(
    `${name} has none of the checksums (${algorithms.join(', ')}) that ${choice.by} names: ` +
      `${found.length > 0 ? `it has ${found.join(', ')}` : 'these algorithms are not known here'}. ` +
      `Either ${choice.by} is wrong, or the upstream serves another file under this name.`,
  );
}

const MAX_SHOWN = 10;

/** The name of an algorithm may be any text. */
function shown(algorithm: string): string {
  return /^[\w-]{1,30}$/.test(algorithm) ? algorithm : JSON.stringify(algorithm.slice(0, 30));
}
