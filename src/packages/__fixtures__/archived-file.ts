import { Readable } from 'node:stream';
import type { ArchivedFile } from '../package-manager.js';

/** An archived file as the store would give it, and how many of its bytes were read. */
export class TestArchivedFile implements ArchivedFile {
  readonly name: string;
  readonly version: string;
  readonly upstream: string;
  readonly size: number;
  bytesRead = 0;

  constructor(
    private readonly bytes: Buffer,
    { name = 'kite', version = '1.0.0', upstream = 'https://registry.example/kite-1.0.0' } = {},
  ) {
    this.name = name;
    this.version = version;
    this.upstream = upstream;
    this.size = bytes.length;
  }

  /** In pieces, as they come from a file. */
  async read({ start, end } = { start: 0, end: this.size - 1 }): Promise<Readable> {
    if (this.size > 0 && start > end) throw new RangeError('No such bytes');
    const part = this.bytes.subarray(start, end + 1);
    const take = (piece: Buffer): Buffer => {
      this.bytesRead += piece.length;
      return piece;
    };
    return Readable.from(
      (function* () {
        for (let at = 0; at < part.length; at += PIECE) yield take(part.subarray(at, at + PIECE));
      })(),
    );
  }
}

const PIECE = 10_000;

/** One whose store fails: at once, or while it is read. */
export function brokenFile(file: ArchivedFile, when: 'at once' | 'while it is read'): ArchivedFile {
  const { name, version, upstream, size } = file;
  const read = async (range?: { start: number; end: number }): Promise<Readable> => {
    if (when === 'at once') throw new Error('broken disk');
    const content = await file.read(range);
    return Readable.from(
      (async function* () {
        for await (const piece of content) {
          yield (piece as Buffer).subarray(0, 2);
          throw new Error('broken disk');
        }
      })(),
    );
  };
  return { name, version, upstream, size, read };
}
