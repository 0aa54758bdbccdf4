/** Reads a stream by numbers of bytes. */
export class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array();
  private position = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]();
  }

  /** So many bytes, fewer only at the end of the stream. Not for large numbers: they are held in memory. */
  async take(length: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The same as they come. */
  async *stream(length: number): AsyncGenerator<Uint8Array> {
    let missing = length;
    while (missing > 0 && (await this.fill())) {
      const part = this.chunk.subarray(this.position, this.position + missing);
      this.position += part.length;
      missing -= part.length;
      yield part;
    }
  }

  /** All that is left. */
  rest(): AsyncGenerator<Uint8Array> {
    return this.stream(Infinity);
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  /** False at the end. */
  private async fill(): Promise<boolean> {
    while (this.position === this.chunk.length) {
      const next = await this.iterator.next();
      if (next.done === true) return false;
      this.chunk = next.value;
      this.position = 0;
    }
    return true;
  }
}
