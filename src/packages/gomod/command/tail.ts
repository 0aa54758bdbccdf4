/** Keeps the end of a stream of bytes, of a limited size. */
export class Tail {
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxSize: number) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size > 2 * this.maxSize) this.cut();
  }

  /** As text; a character that the cut went through is replaced. */
  text(): string {
    this.cut();
    return Buffer.concat(this.chunks).toString('utf8');
  }

  private cut(): void {
    // A copy, so that what is dropped does not stay in memory.
    const kept = Buffer.from(Buffer.concat(this.chunks).subarray(-this.maxSize));
    this.chunks = [kept];
    this.size = kept.length;
  }
}
