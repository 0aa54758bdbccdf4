import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { ValidationError } from '../../../errors/index.js';
import { Unverified } from './unverified.js';

/** The public key of whoever signs notes (golang.org/x/mod/sumdb/note). */
export interface NoteKey {
  /** Of the signer: `sum.golang.org`. */
  name: string;
  /** The four bytes that signatures by this key begin with, hexadecimal. */
  id: string;
  key: KeyObject;
}

const ED25519 = 1;
const SIGNATURE_MARK = '— ';
const MAX_SIGNATURES = 100;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads `<name>+<id>+<base64 of 1 and an Ed25519 key>`. Throws `ValidationError`. */
export function parseNoteKey(text: string): NoteKey {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  const encoded = Buffer.from(match?.[3] ?? '', 'base64');
  if (match === null || encoded[0] !== ED25519) throw new ValidationError('The key of the checksum database is malformed.');
  const [, name, id] = match;
  const expected = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), encoded]), 'hex').slice(0, 8);
  if (id !== expected) throw new ValidationError('The key of the checksum database is not the one that it names.');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: encoded.subarray(1).toString('base64url') };
  return { name, id, key: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/** The text of a note, which ends with a line feed. Throws `Unverified` unless the key has signed it. */
export function openNote(note: string, key: NoteKey): string {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n') || !isPlainText(note)) throw malformed();
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw malformed();
  // Others may sign too; all by this key must be right.
  const signatures = lines.map(parseSignature).filter(({ name, id }) => name === key.name && id === key.id);
  if (signatures.length === 0) throw new Unverified(`its tree is not signed by ${key.name}`);
  for (const { bytes } of signatures) {
    if (!verify(null, Buffer.from(text), key.key, bytes)) throw new Unverified('the signature of its tree is wrong');
  }
  return text;
}

function parseSignature(line: string): { name: string; id: string; bytes: Buffer } {
  const [name, encoded, ...rest] = line.slice(SIGNATURE_MARK.length).split(' ');
  const isSignature = line.startsWith(SIGNATURE_MARK) && name !== '' && rest.length === 0;
  if (!isSignature || encoded === undefined || !BASE64.test(encoded)) throw malformed();
  const bytes = Buffer.from(encoded, 'base64');
  return { name, id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
}

/** Whether a text has no control characters but line feeds. */
export function isPlainText(text: string): boolean {
  return !/[\0-\x09\x0b-\x1f]/.test(text);
}

function malformed(): Unverified {
  return new Unverified('its signed tree is malformed');
}
