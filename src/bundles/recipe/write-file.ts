import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { padding, SEGMENT_SIZE, tarHeader, type TreeEntryType } from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { TextPiece, TextRun } from './text-run.js';

/** The bytes of a written file: in memory, or in a file that lies there until the bundle is built. */
export type FileContent = Buffer | { file: string };

export interface WrittenFile {
  /** Whole path in the archive. */
  path: string;
  type: TreeEntryType;
  /** Seconds since 1970. */
  modified: number;
}

/**
 * Adds a file to a run of tar text and yields what is enough for a piece. A content comes in blocks of the same size
 * however it is read, so equal contents give equal pieces; one block is in memory at a time.
 *
 * Throws `FileAccessError` when a file is missing, is no regular file (a link is not followed), or gets shorter.
 */
export async function* writeFile(run: TextRun, file: WrittenFile, content: FileContent): AsyncGenerator<TextPiece> {
  if (Buffer.isBuffer(content)) {
    yield* writeBlocks(run, file, content.length, blocksOf(content));
    return;
  }
  const { handle, size } = await openRegular(content.file);
  try {
    yield* writeBlocks(run, file, size, blocksFrom(handle, size));
  } finally {
    await handle.close();
  }
}

async function* writeBlocks(
  run: TextRun,
  file: WrittenFile,
  size: number,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TextPiece> {
  run.push(tarHeader({ ...file, size }));
  for await (const block of blocks) {
    run.push(block);
    if (run.full) yield* run.flush();
  }
  run.push(padding(size));
  if (run.full) yield* run.flush();
}

async function* blocksOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += SEGMENT_SIZE) yield content.subarray(at, at + SEGMENT_SIZE);
}

async function* blocksFrom(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += SEGMENT_SIZE) {
    const block = Buffer.allocUnsafe(Math.min(SEGMENT_SIZE, size - at));
    for (let filled = 0; filled < block.length; ) {
      const { bytesRead } = await handle.read(block, filled, block.length - filled, at + filled);
      if (bytesRead === 0) throw unreadable('it got shorter');
      filled += bytesRead;
    }
    yield block;
  }
}

/** Without waiting for the other end of a pipe. */
async function openRegular(path: string): Promise<{ handle: FileHandle; size: number }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      throw unreadable(error.code ?? error.message, error);
    },
  );
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, size: stats.size };
  await handle.close();
  throw unreadable('it is no regular file');
}

function unreadable(why: string, cause?: unknown): FileAccessError {
  return new FileAccessError(`A file that was written for the bundle cannot be read (${why}).`, { cause });
}
