import { createHash } from 'node:crypto';
import { inTurns } from '../../concurrency/index.js';
import { jsonPieces } from '../../http/index.js';

/**
 * The UUID of a document with this content (plain data): version 8 (RFC 9562 §5.8), made of the SHA-256 of its JSON
 * text. So the same document has the same name whoever asks for it, and a changed one has another.
 */
export async function documentUuid(content: object): Promise<string> {
  const digest = createHash('sha256');
  await inTurns(jsonPieces(content), (piece) => digest.update(piece));
  const bytes = digest.digest().subarray(0, 16);
  bytes[6] = 0x80 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
