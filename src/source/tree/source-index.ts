import { readLines, type TarSegment } from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';

/** First line of an index blob; what follows is one segment a line, in the order of the tree. */
const HEADER = JSON.stringify({ format: 'cachito-source-index', version: 1 });

/** Bytes of a line: two thousand entries with long names stay far below. */
const MAX_LINE = 64 * 1024 * 1024;

/** A segment and where its line lies in the index blob, so that one line can be read by itself. */
export interface IndexedSegment {
  segment: TarSegment;
  /** Bytes. */
  offset: number;
  length: number;
}

/** The text of an index blob, a line at a time. Equal segments give equal bytes. */
export async function* indexLines(segments: AsyncIterable<TarSegment>): AsyncIterable<Uint8Array> {
  yield Buffer.from(`${HEADER}\n`);
  for await (const segment of segments) yield Buffer.from(`${JSON.stringify(segment)}\n`);
}

/**
 * Reads an index blob; one segment in memory at a time. Throws `FileAccessError` when it is missing or not an index.
 */
export async function* readIndex(store: BlobStore, sha256: string): AsyncIterable<IndexedSegment> {
  const input = await store.read(sha256);
  try {
    let offset = 0;
    for await (const bytes of readLines(input, MAX_LINE)) {
      const line = bytes.toString('utf8');
      const length = bytes.length + 1;
      if (offset === 0) checkHeader(line, sha256);
      else yield { segment: parseSegment(line, sha256), offset, length };
      offset += length;
    }
    if (offset === 0) throw damaged(sha256);
  } catch (error) {
    throw error instanceof RangeError ? damaged(sha256) : error;
  } finally {
    input.destroy();
  }
}

/** One segment of an index blob, by the place that `readIndex` told. */
export async function readIndexLine(
  store: BlobStore,
  sha256: string,
  place: { offset: number; length: number },
): Promise<TarSegment> {
  const chunks: Buffer[] = [];
  const input = await store.read(sha256, { start: place.offset, end: place.offset + place.length - 2 });
  for await (const chunk of input) chunks.push(chunk as Buffer);
  return parseSegment(Buffer.concat(chunks).toString('utf8'), sha256);
}

function checkHeader(line: string, sha256: string): void {
  if (line !== HEADER) throw damaged(sha256);
}

function parseSegment(line: string, sha256: string): TarSegment {
  try {
    return JSON.parse(line) as TarSegment;
  } catch {
    throw damaged(sha256);
  }
}

function damaged(sha256: string): FileAccessError {
  return new FileAccessError(
    `The stored index ${sha256} of a source cannot be read. Post the request again to have it fetched anew.`,
  );
}
