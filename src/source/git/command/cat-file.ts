import type { Readable } from 'node:stream';
import { DamagedRepositoryError, type GitBlob } from '../git-client.js';
import type { GitProcess } from './git-process.js';

/** Blobs that are asked for ahead; their ids must fit into a pipe's buffer (41 bytes each). */
const AHEAD = 256;
const LINE_FEED = 10;
const MAX_HEADER = 200;

/**
 * Streams blobs through one `git cat-file --batch`: ids go in some way ahead of what is read, so that git never waits
 * for us longer than for a full pipe, and one blob of any size passes in pieces.
 */
export async function* readBatch<Entry extends { id: string }>(
  git: GitProcess,
  entries: AsyncIterable<Entry>,
): AsyncIterable<GitBlob<Entry>> {
  const iterator = entries[Symbol.asyncIterator]();
  const reader = new ByteReader(git.stdout);
  const asked: Entry[] = [];
  git.stdin.on('error', () => undefined);
  let more = true;
  try {
    for (;;) {
      while (more && asked.length < AHEAD) {
        const next = await iterator.next();
        if (next.done === true) more = false;
        else {
          asked.push(next.value);
          git.stdin.write(`${next.value.id}\n`);
        }
      }
      const entry = asked.shift();
      if (entry === undefined) break;
      const size = parseHeader(await reader.line(), entry.id);
      const content = reader.take(size);
      yield { entry, size, content };
      for await (const skipped of content) void skipped;
      await reader.skipLineFeed();
    }
    git.stdin.end();
    await git.end();
  } finally {
    await iterator.return?.();
    await git.stop();
  }
}

/** `<id> blob <size>`. */
function parseHeader(line: string, id: string): number {
  const match = /^([0-9a-f]{40}) blob (\d+)$/.exec(line);
  if (match === null || match[1] !== id)
    throw new DamagedRepositoryError(`No blob ${id}: ${line.slice(0, MAX_HEADER)}`);
  return Number(match[2]);
}

/** Lines and runs of bytes from a stream. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private buffer: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async line(): Promise<string> {
    let end = this.buffer.indexOf(LINE_FEED);
    while (end < 0) {
      if (this.buffer.length > MAX_HEADER)
        throw new DamagedRepositoryError('git cat-file printed something unexpected');
      this.buffer = Buffer.concat([this.buffer, await this.next()]);
      end = this.buffer.indexOf(LINE_FEED);
    }
    const line = this.buffer.toString('latin1', 0, end);
    this.buffer = this.buffer.subarray(end + 1);
    return line;
  }

  async *take(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.buffer.length === 0) this.buffer = await this.next();
      const chunk = this.buffer.subarray(0, left);
      this.buffer = this.buffer.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  async skipLineFeed(): Promise<void> {
    if (this.buffer.length === 0) this.buffer = await this.next();
    this.buffer = this.buffer.subarray(1);
  }

  private async next(): Promise<Buffer> {
    const { value, done } = await this.chunks.next();
    if (done === true) throw new DamagedRepositoryError('git cat-file ended early');
    return value;
  }
}
