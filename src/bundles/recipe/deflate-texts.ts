import { crc32 } from 'node:zlib';
import { deflatePiece } from '../../archive/index.js';
import type { BlobStore } from '../../store/index.js';
import { mapAhead } from './map-ahead.js';
import type { RecipePiece } from './recipe.js';
import type { TextPiece } from './text-run.js';

/** Deflated texts up to this many bytes stay in the recipe; longer ones become blobs. */
const MAX_INLINE = 2048;
/** Texts (about 1 MiB each) that are deflated and stored at a time. */
const AHEAD = 3;

/** Deflates and stores the texts among the pieces, a few side by side; the order stays. */
export function deflateTexts(
  pieces: AsyncIterable<RecipePiece | TextPiece>,
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<RecipePiece> {
  return mapAhead(pieces, AHEAD, async (piece) => (piece.kind === 'text' ? deflated(piece.text, store, signal) : piece));
}

async function deflated(text: Buffer, store: BlobStore, signal: AbortSignal | undefined): Promise<RecipePiece> {
  const bytes = await deflatePiece(text);
  const sums = { length: text.length, crc32: crc32(text) };
  if (bytes.length <= MAX_INLINE) return { kind: 'inline', deflated: bytes, ...sums };
  const { sha256, size } = await store.put(once(bytes), { signal });
  return { kind: 'deflated', sha256, deflatedLength: size, ...sums };
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
