import { type NoteKey, openNote } from './signed-note.js';
import { HASH_SIZE } from './tree-hashes.js';
import { Unverified } from './unverified.js';

/** What the database signs: how many records it has, and the hash of the tree of all of them. */
export interface TreeHead {
  size: number;
  hash: Buffer;
  /** The signed note as it was received. */
  note: string;
}

const TREE = /^go\.sum database tree\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n/;

/** Reads a signed tree. Throws `Unverified` unless the key has signed it. */
export function readTreeHead(note: string, key: NoteKey): TreeHead {
  const match = TREE.exec(openNote(note, key));
  const root = Buffer.from(match?.[2] ?? '', 'base64');
  if (match === null || root.length !== HASH_SIZE) throw new Unverified('its signed tree is malformed');
  return { size: Number(match[1]), hash: root, note };
}

export function isSameTree(one: TreeHead, other: TreeHead): boolean {
  return one.size === other.size && one.hash.equals(other.hash);
}
