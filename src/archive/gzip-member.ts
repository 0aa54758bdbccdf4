import { crc32 } from 'node:zlib';
import { combineCrc32 } from './crc32.js';

/** RFC 1952: magic, deflate, no flags, no time (`mtime` 0), no extra flags, operating system unknown (255). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty stored block with the final bit set (RFC 1951 §3.2.4). */
const FINAL_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff]);
/** The longest stored block: its length has 16 bits. */
const MAX_STORED = 0xffff;

/**
 * One gzip member put together from pieces: texts that are deflated already, and bytes that are framed as stored blocks
 * because deflating them again would gain nothing. Yield `header`, then the pieces, then `trailer()`.
 */
export class GzipMember {
  readonly header = HEADER;
  #crc32 = 0;
  #length = 0;

  /** Counts a deflated, sync-flushed piece whose bytes the caller passes on as they are. */
  addDeflated(piece: { length: number; crc32: number }): void {
    this.#crc32 = combineCrc32(this.#crc32, piece.crc32, piece.length);
    this.#length += piece.length;
  }

  /** Frames `size` bytes as stored blocks; the frames depend on the size only, not on how the content is chunked. */
  async *stored(content: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
    let done = 0;
    for await (const chunk of content) {
      if (done + chunk.length > size) throw new RangeError(`A content is longer than its ${size} bytes`);
      this.#crc32 = crc32(chunk, this.#crc32);
      for (let at = 0; at < chunk.length; ) {
        const inBlock = done % MAX_STORED;
        if (inBlock === 0) yield storedHeader(Math.min(MAX_STORED, size - done));
        const part = chunk.subarray(at, at + MAX_STORED - inBlock);
        yield part;
        at += part.length;
        done += part.length;
      }
    }
    if (done !== size) throw new RangeError(`A content has ${done} bytes instead of ${size}`);
    this.#length += size;
  }

  /** What follows the last piece: the final block, the CRC-32 and the length modulo 2^32 of all texts. */
  trailer(): Buffer {
    const sums = Buffer.alloc(8);
    sums.writeUInt32LE(this.#crc32, 0);
    sums.writeUInt32LE(this.#length % 2 ** 32, 4);
    return Buffer.concat([FINAL_BLOCK, sums]);
  }
}

function storedHeader(length: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(length, 1);
  header.writeUInt16LE(0xffff - length, 3);
  return header;
}
