import { hash } from 'node:crypto';

/** Bytes of a hash. */
export const HASH_SIZE = 32;

/** Of a tree without records (RFC 6962, §2.1). */
const EMPTY = hash('sha256', '', 'buffer');

/** The hash of a record, a leaf of the tree (RFC 6962, §2.1). */
export function recordHash(record: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(0), record]), 'buffer');
}

/**
 * The hash of a whole subtree from the hashes of all its leaves, or of subtrees of the same height instead: a power of
 * two of them, one behind the other.
 */
export function subtreeHash(hashes: Buffer): Buffer {
  if (hashes.length === HASH_SIZE) return hashes;
  const half = hashes.length / 2;
  return nodeHash(subtreeHash(hashes.subarray(0, half)), subtreeHash(hashes.subarray(half)));
}

/** The hash of a tree from those of the whole subtrees that it is made of, the largest first. */
export function rootHash(subtrees: readonly Buffer[]): Buffer {
  return subtrees.length === 0 ? EMPTY : subtrees.reduceRight((right, left) => nodeHash(left, right));
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer');
}
