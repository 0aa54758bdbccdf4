import { createHash, type Hash } from 'node:crypto';
import type { TableContent } from './transfer-part.js';

const NEWLINE = 0x0a;

/**
 * Counts the rows in the text of a `COPY`, and sums up their SHA-256: two tables with the same rows have the same sum in
 * whatever order each server gives them. It tells accidents, not forgers.
 */
export class RowDigest {
  private readonly sum = new Uint32Array(8);
  private row: Hash | undefined;
  private rows = 0;

  /** Takes the text on, cut anywhere. Within a row, `COPY` writes a newline as `\n`, two characters. */
  add(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.finishRow(bytes.subarray(from, end));
      from = end + 1;
    }
    if (from < bytes.length) (this.row ??= createHash('sha256')).update(bytes.subarray(from));
  }

  get content(): TableContent {
    const bytes = Buffer.alloc(32);
    this.sum.forEach((word, at) => bytes.writeUInt32BE(word, 4 * at));
    return { rows: this.rows, digest: bytes.toString('hex') };
  }

  private finishRow(rest: Buffer): void {
    const digest = (this.row ?? createHash('sha256')).update(rest).digest();
    for (let at = 0; at < 8; at++) this.sum[at] += digest.readUInt32BE(4 * at);
    this.row = undefined;
    this.rows++;
  }
}
