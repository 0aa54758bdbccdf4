const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** Everything up to and including the space is white space, or not JSON: `JSON.parse` sees to it inside of objects. */
const SPACE = 0x20;

/** What is printed is no stream of JSON objects, or one of them is too large. */
export class JsonStreamError extends Error {}

/**
 * Cuts a stream of JSON objects, one after the other as go prints them, into objects. Memory: the object that is being
 * read.
 */
export class JsonStream {
  private depth = 0;
  private inString = false;
  private escaped = false;
  /** The beginning of an object that goes on in the next chunk. */
  private pieces: Uint8Array[] = [];
  private size = 0;

  /** `maxSize`: of the text of one object, in bytes. */
  constructor(private readonly maxSize: number) {}

  /** The objects that end in this chunk, parsed when they are asked for. Throws `JsonStreamError`. */
  *push(chunk: Uint8Array): Generator<unknown> {
    let start = 0;
    for (let end = this.scan(chunk, start); end >= 0; end = this.scan(chunk, start)) {
      this.keep(chunk.subarray(start, end));
      yield this.take();
      start = end;
    }
    if (this.depth > 0) this.keep(chunk.subarray(start));
  }

  /** Says that nothing follows. Throws `JsonStreamError` within an object. */
  end(): void {
    if (this.depth > 0) throw new JsonStreamError('The last object is cut off');
  }

  /** The index behind the end of the object that begins or goes on at `from`; -1 when it does not end in the chunk. */
  private scan(chunk: Uint8Array, from: number): number {
    let { depth, inString, escaped } = this;
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE && depth > 0) inString = true;
      else if (byte === OPEN) depth++;
      else if (byte === CLOSE && depth > 0) {
        depth--;
        if (depth === 0) break;
      } else if (depth === 0 && byte > SPACE) throw new JsonStreamError('There is something between the objects');
    }
    this.depth = depth;
    this.inString = inString;
    this.escaped = escaped;
    return at < chunk.length ? at + 1 : -1;
  }

  private keep(piece: Uint8Array): void {
    this.size += piece.length;
    if (this.size > this.maxSize) throw new JsonStreamError(`An object is larger than ${this.maxSize} bytes`);
    this.pieces.push(piece);
  }

  private take(): unknown {
    const text = Buffer.concat(this.pieces, this.size).toString('utf8');
    this.pieces = [];
    this.size = 0;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new JsonStreamError('An object is no JSON', { cause });
    }
  }
}
