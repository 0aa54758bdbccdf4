import { Readable } from 'node:stream';
import { constants, createInflateRaw } from 'node:zlib';
import { inflatePiece, SEGMENT_SIZE, type SegmentEntry, type TarSegment } from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import { quote } from './tree-checker.js';

/** The content of one entry: its segment is inflated up to the entry's end, while it is read. */
export function readEntry(store: BlobStore, segment: TarSegment, entry: SegmentEntry): Readable {
  return Readable.from(entryContent(store, segment, entry));
}

/**
 * The contents of some entries of a segment, which is inflated once: buffers of their own, or the one file of a large
 * segment as a stream.
 */
export async function* readEntries(
  store: BlobStore,
  segment: TarSegment,
  entries: readonly SegmentEntry[],
): AsyncIterable<{ entry: SegmentEntry; content: Buffer | Readable }> {
  const empty = entries.every(({ size }) => size === 0);
  if (segment.length > SEGMENT_SIZE && !empty) {
    for (const entry of entries) {
      const content = readEntry(store, segment, entry);
      try {
        yield { entry, content };
      } finally {
        content.destroy();
      }
    }
    return;
  }
  const text = empty ? Buffer.alloc(0) : await inflate(store, segment);
  for (const entry of entries) {
    // A copy, so that who keeps one small file does not keep its whole segment.
    yield { entry, content: Buffer.from(text.subarray(entry.contentOffset, entry.contentOffset + entry.size)) };
  }
}

async function inflate(store: BlobStore, { sha256, deflatedLength, length }: TarSegment): Promise<Buffer> {
  const deflated = await store.readWhole(sha256, deflatedLength);
  return inflatePiece(deflated, length).catch((error: unknown) => {
    throw new FileAccessError(`The stored source is damaged: blob ${sha256}`, { cause: error });
  });
}

async function* entryContent(
  store: BlobStore,
  { sha256 }: TarSegment,
  { contentOffset, size, path }: SegmentEntry,
): AsyncIterable<Buffer> {
  if (size === 0) return;
  const deflated = await store.read(sha256);
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH });
  deflated.on('error', (error) => inflate.destroy(error));
  const end = contentOffset + size;
  let at = 0;
  try {
    for await (const chunk of deflated.pipe(inflate) as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, contentOffset - at), Math.max(0, end - at));
      at += chunk.length;
      if (part.length > 0) yield part;
      if (at >= end) return;
    }
    throw new FileAccessError(`The stored content of ${quote(path)} is cut off.`);
  } finally {
    deflated.destroy();
    inflate.destroy();
  }
}
