const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines of text, without what ends them. Memory: the line that is being read. */
export class LineStream {
  /** The beginning of a line that goes on in the next chunk. */
  private rest = Buffer.alloc(0);

  /** `maxSize`: of a line, in bytes. */
  constructor(private readonly maxSize: number) {}

  /** Whether the line that is being read is too long; more of it should not be pushed. */
  get isTooLong(): boolean {
    return this.rest.length > this.maxSize;
  }

  /** The lines that end in this chunk. */
  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield this.take(chunk.subarray(start, end));
      start = end + 1;
    }
    this.rest = Buffer.concat([this.rest, chunk.subarray(start)]);
  }

  /** The last line, unless it was ended. */
  *end(): Generator<string> {
    if (this.rest.length > 0) yield this.take(Buffer.alloc(0));
  }

  /** Each line is a text of its own, so that a part of it that is kept does not keep the chunk. */
  private take(piece: Buffer): string {
    if (this.rest.length === 0) return piece.toString('utf8');
    const line = Buffer.concat([this.rest, piece]).toString('utf8');
    this.rest = Buffer.alloc(0);
    return line;
  }
}
