import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { InvalidZip } from './invalid-zip.js';

/** Bytes that are read at a time, and the most that can be asked for. */
export const WINDOW = 1024 * 1024;

/** A file of which any small part can be looked at. Parts that lie close together cost one read. */
export class FileWindow {
  readonly size: number;
  private readonly file: number;
  private readonly buffer = Buffer.allocUnsafeSlow(WINDOW);
  private start = 0;
  private length = 0;

  constructor(path: string) {
    this.file = openSync(path, 'r');
    this.size = fstatSync(this.file).size;
  }

  /** Bytes at a place, valid until the next call. Throws `InvalidZip` when the file does not have them. */
  at(offset: number, length: number): Buffer {
    this.refuseOutside(offset, length);
    if (offset < this.start || offset + length > this.start + this.length) this.fill(offset);
    const from = offset - this.start;
    if (from + length > this.length) throw new RangeError('More than a window was asked for, or the file has shrunk');
    return this.buffer.subarray(from, from + length);
  }

  /** A copy of more bytes than a window has. Errors as `at`. */
  copy(offset: number, length: number): Buffer {
    this.refuseOutside(offset, length);
    const copy = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; done += WINDOW) {
      this.at(offset + done, Math.min(WINDOW, length - done)).copy(copy, done);
    }
    return copy;
  }

  close(): void {
    closeSync(this.file);
  }

  private refuseOutside(offset: number, length: number): void {
    if (offset + length > this.size) throw new InvalidZip('it is cut off, or points outside of itself');
  }

  private fill(offset: number): void {
    this.start = offset;
    this.length = 0;
    const wanted = Math.min(WINDOW, this.size - offset);
    while (this.length < wanted) {
      const read = readSync(this.file, this.buffer, this.length, wanted - this.length, offset + this.length);
      if (read === 0) return;
      this.length += read;
    }
  }
}
