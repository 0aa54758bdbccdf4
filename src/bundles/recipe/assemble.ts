import { GzipMember } from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import { mapAhead } from './map-ahead.js';
import type { RecipePiece } from './recipe.js';

/** Blobs up to this many bytes are read whole, a few ahead of their turn; larger ones are streamed when it comes. */
const READ_AHEAD_SIZE = 1024 * 1024;
const READ_AHEAD = 8;

/**
 * The bytes of a bundle: one gzip member (RFC 1952) of the pieces in order. Every blob is checked against its digest
 * before it is used (once while its file is unchanged), so that damage in the store never goes into a new bundle.
 * Throws `FileAccessError` when a blob is missing or damaged.
 */
export async function* assemble(
  pieces: AsyncIterable<RecipePiece>,
  store: BlobStore,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const member = new GzipMember();
  yield member.header;
  for await (const { piece, content } of mapAhead(pieces, READ_AHEAD, (piece) => prepare(piece, store, signal))) {
    if (piece.kind === 'stored') {
      yield* member.stored(content, piece.size);
    } else {
      member.addDeflated(piece);
      yield* content;
    }
  }
  yield member.trailer();
}

interface PreparedPiece {
  piece: RecipePiece;
  content: AsyncIterable<Uint8Array>;
}

async function prepare(piece: RecipePiece, store: BlobStore, signal: AbortSignal | undefined): Promise<PreparedPiece> {
  if (piece.kind === 'inline') return { piece, content: of(piece.deflated) };
  const { sha256 } = piece;
  if (!(await store.verify(sha256, signal))) {
    throw new FileAccessError(`A part of the bundle is missing or damaged in the store: blob ${sha256}`);
  }
  const size = piece.kind === 'stored' ? piece.size : piece.deflatedLength;
  if (size > READ_AHEAD_SIZE) return { piece, content: whenAsked(store, sha256) };
  return { piece, content: of(await store.readWhole(sha256, READ_AHEAD_SIZE)) };
}

async function* whenAsked(store: BlobStore, sha256: string): AsyncGenerator<Uint8Array> {
  yield* await store.read(sha256);
}

async function* of(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
