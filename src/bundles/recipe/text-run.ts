import { crc32 } from 'node:zlib';
import { deflatePiece, SEGMENT_SIZE, type StoreContent } from '../../archive/index.js';
import type { RecipePiece } from './recipe.js';

/** Deflated texts up to this many bytes stay in the recipe; longer ones become blobs. */
const MAX_INLINE = 2048;

/** Collects tar text that lies in no piece yet, and makes pieces of it. */
export class TextRun {
  readonly #store: StoreContent;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(store: StoreContent) {
    this.#store = store;
  }

  push(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.#length += chunk.length;
    this.#chunks.push(...chunks);
  }

  /** Whether there is enough for a piece. */
  get full(): boolean {
    return this.#length >= SEGMENT_SIZE;
  }

  /** The piece of what was collected, none if that is nothing; the run is empty then. */
  async *flush(): AsyncGenerator<RecipePiece> {
    if (this.#length === 0) return;
    const text = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#length = 0;
    const deflated = await deflatePiece(text);
    const sums = { length: text.length, crc32: crc32(text) };
    if (deflated.length <= MAX_INLINE) {
      yield { kind: 'inline', deflated, ...sums };
    } else {
      const { sha256, size } = await this.#store(once(deflated));
      yield { kind: 'deflated', sha256, deflatedLength: size, ...sums };
    }
  }
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}
