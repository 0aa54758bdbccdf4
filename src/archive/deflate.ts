import { Readable, pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createDeflateRaw, deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib';

/** Level 6 as `tar czf` uses; ends byte-aligned and without the final bit, so that another piece can follow. */
const OPTIONS = { level: 6, finishFlush: constants.Z_SYNC_FLUSH };

const deflateAsync = promisify(deflateRaw) as (text: Uint8Array, options: typeof OPTIONS) => Promise<Buffer>;
const inflateAsync = promisify(inflateRaw) as (
  bytes: Uint8Array,
  options: { finishFlush: number; maxOutputLength: number },
) => Promise<Buffer>;

/** Up to so many bytes, going to a thread and back takes several times as long as the work. */
const MAX_INLINE = 4096;

/**
 * Deflates a text that is held in memory, a longer one in zlib's own thread. Not for empty texts: they have no piece.
 */
export async function deflatePiece(text: Uint8Array): Promise<Buffer> {
  return text.length <= MAX_INLINE ? deflateRawSync(text, OPTIONS) : deflateAsync(text, OPTIONS);
}

/** The text of a piece of known length; throws when there is more or less in it. */
export async function inflatePiece(bytes: Uint8Array, length: number): Promise<Buffer> {
  const text = await inflateAsync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: Math.max(length, 1) });
  if (text.length !== length) throw new RangeError(`A piece holds ${text.length} bytes instead of ${length}`);
  return text;
}

/** Deflates a text of any length while it streams. */
export async function* deflateStream(text: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ ...OPTIONS, chunkSize: 256 * 1024 });
  // An error of either side destroys both; the loop below throws it.
  pipeline(Readable.from(text), deflate, () => undefined);
  for await (const chunk of deflate) yield chunk as Buffer;
}
