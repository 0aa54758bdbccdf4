import { open, stat } from 'node:fs/promises';
import { type LogLine, parseLogLine } from './log-line.js';

/** Bytes per read. */
const CHUNK = 64 * 1024;
/** Bytes per call: of a log that grows faster, the oldest of the new lines are skipped. */
const MAX_BEHIND = 1024 * 1024;

/** Reads what is appended to a log, line by line, starting at its present end. */
export class LogTail {
  private position: number | undefined;
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  /** The lines since the last call; none at the first one. A missing file has none. */
  async read(): Promise<LogLine[]> {
    const size = await stat(this.path).then(
      (stats) => stats.size,
      () => 0,
    );
    if (this.position === undefined || size < this.position) {
      this.position = this.position === undefined ? size : 0;
      this.rest = Buffer.alloc(0);
    }
    if (size === this.position) return [];
    if (size - this.position > MAX_BEHIND) {
      this.position = size - MAX_BEHIND;
      this.rest = Buffer.alloc(0);
    }
    const bytes = await this.readTo(size);
    const lastBreak = bytes.lastIndexOf(0x0a);
    this.rest = bytes.subarray(lastBreak + 1);
    const lines = bytes
      .subarray(0, lastBreak + 1)
      .toString('utf8')
      .split('\n');
    return lines.flatMap((line) => parseLogLine(line) ?? []);
  }

  private async readTo(size: number): Promise<Buffer> {
    const chunks = [this.rest];
    const file = await open(this.path, 'r');
    try {
      let position = this.position ?? 0;
      while (position < size) {
        const { bytesRead, buffer } = await file.read(
          Buffer.alloc(Math.min(CHUNK, size - position)),
          0,
          undefined,
          position,
        );
        if (bytesRead === 0) break;
        chunks.push(buffer.subarray(0, bytesRead));
        position += bytesRead;
      }
      this.position = position;
    } finally {
      await file.close();
    }
    return Buffer.concat(chunks);
  }
}
