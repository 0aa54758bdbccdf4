import { closeSync, openSync, readSync } from 'node:fs';
import Bunzip from 'seek-bzip';

const PIECE = 64 * 1024;
/** What ends a stream: a magic number (the square root of pi), a CRC of 32 bits, and up to seven bits of padding. */
const FOOTER = { magic: 0x177245385090n, length: 11 };

/**
 * Unpacks a bzip2 file, and passes on the content piece by piece with the number of bytes read so far. Synchronous and
 * slow: to be used in a thread. Throws for what is damaged, cut off, or followed by anything.
 */
export function unpackBzip2(file: string, take: (piece: Buffer, packed: number) => void): void {
  const source = new FileBytes(file);
  try {
    let piece = Buffer.alloc(PIECE);
    let length = 0;
    const flush = (): void => {
      take(piece.subarray(0, length), source.position);
      piece = Buffer.alloc(PIECE);
      length = 0;
    };
    const writeByte = (byte: number): void => {
      piece[length++] = byte;
      if (length === PIECE) flush();
    };
    Bunzip.decode(source, { writeByte }, true);
    // The library does not mind when a file ends between two blocks.
    if (!endsWithFooter(source.lastBytes())) throw new Error('cut off');
    flush();
  } finally {
    source.close();
  }
}

function endsWithFooter(last: Buffer): boolean {
  const bits = BigInt(`0x0${last.toString('hex')}`);
  return [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n].some(
    (padding) => ((bits >> (padding + 32n)) & 0xffffffffffffn) === FOOTER.magic,
  );
}

/** The bytes of a file, one by one. */
class FileBytes {
  /** Bytes that were given out. */
  position = 0;
  private readonly file: number;
  private readonly window = Buffer.alloc(PIECE);
  private start = 0;
  private length = 0;

  constructor(path: string) {
    this.file = openSync(path, 'r');
  }

  eof(): boolean {
    if (this.position < this.start + this.length) return false;
    this.start = this.position;
    this.length = readSync(this.file, this.window, 0, PIECE, this.start);
    return this.length === 0;
  }

  readByte(): number {
    if (this.eof()) throw new Error('cut off');
    return this.window[this.position++ - this.start];
  }

  read(buffer: Buffer, offset: number, length: number): number {
    for (let at = 0; at < length; at += 1) buffer[offset + at] = this.readByte();
    return length;
  }

  lastBytes(): Buffer {
    const last = Buffer.alloc(FOOTER.length);
    readSync(this.file, last, 0, last.length, Math.max(0, this.position - last.length));
    return last;
  }

  close(): void {
    closeSync(this.file);
  }
}
