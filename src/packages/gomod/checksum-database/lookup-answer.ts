import { isPlainText, type NoteKey } from './signed-note.js';
import { readTreeHead, type TreeHead } from './tree-head.js';
import { recordHash } from './tree-hashes.js';
import { Unverified } from './unverified.js';

/** An answer to `lookup/<module>@<version>`: a record of the tree, its number, and a tree that has it. */
export interface LookupAnswer {
  /** Counts from 0. */
  record: number;
  /** Lines of a `go.sum`. */
  text: string;
  head: TreeHead;
}

/** `h1` digests of the files of a module, hexadecimal. */
export interface ModuleSums {
  zip: string;
  mod: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads an answer, whose tree must be signed; whether the record is in it is not known yet. Throws `Unverified`. */
export function readLookupAnswer(bytes: Buffer, key: NoteKey): LookupAnswer {
  const content = decode(bytes);
  const textAt = content.indexOf('\n') + 1;
  const textEnd = content.indexOf('\n\n', textAt) + 1;
  const record = content.slice(0, Math.max(0, textAt - 1));
  const text = content.slice(textAt, textEnd);
  if (!/^(?:0|[1-9]\d{0,14})$/.test(record) || !text.endsWith('\n') || !isPlainText(text)) throw malformed();
  return { record: Number(record), text, head: readTreeHead(content.slice(textEnd + 1), key) };
}

export function writeLookupAnswer({ record, text, head }: LookupAnswer): Buffer {
  return Buffer.from(`${record}\n${text}\n${head.note}`);
}

/** The hash that the tree must have for the record. */
export function hashOfRecord({ text }: LookupAnswer): Buffer {
  return recordHash(Buffer.from(text));
}

/** What a record says of a module. Throws `Unverified` when it is about another one. */
export function sumsOf({ text }: LookupAnswer, path: string, version: string): ModuleSums {
  const lines = text.split('\n');
  return { zip: sumOf(lines, `${path} ${version} h1:`), mod: sumOf(lines, `${path} ${version}/go.mod h1:`) };
}

function sumOf(lines: readonly string[], prefix: string): string {
  const encoded = lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  if (encoded === undefined) throw new Unverified('it is about another module');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(encoded)) throw new Unverified('its checksum is malformed');
  return Buffer.from(encoded, 'base64').toString('hex');
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed();
  }
}

function malformed(): Unverified {
  return new Unverified('it is malformed');
}
