import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';

/**
 * Unpacks an xz file, and passes on the content piece by piece with the number of bytes read so far. It computes
 * without letting others have their turn: to be used in a thread. Throws for what is damaged, cut off, or followed by
 * anything.
 */
export async function unpackXz(file: string, take: (piece: Uint8Array, packed: number) => void): Promise<void> {
  const source = createReadStream(file);
  try {
    const unpacked = new xz.XzReadableStream(Readable.toWeb(source) as ReadableStream);
    for await (const piece of unpacked) take(piece, source.bytesRead);
  } finally {
    source.destroy();
  }
}
