import { SEGMENT_SIZE } from '../../archive/index.js';

/** Tar text that lies in no piece yet. */
export interface TextPiece {
  kind: 'text';
  text: Buffer;
}

/** Collects tar text that lies in no piece yet, until there is enough for one. */
export class TextRun {
  #chunks: Uint8Array[] = [];
  #length = 0;

  push(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.#length += chunk.length;
    this.#chunks.push(...chunks);
  }

  /** Whether there is enough for a piece. */
  get full(): boolean {
    return this.#length >= SEGMENT_SIZE;
  }

  /** What was collected, nothing if that is nothing; the run is empty then. */
  *flush(): Generator<TextPiece> {
    if (this.#length === 0) return;
    const text = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    yield { kind: 'text', text };
  }
}
