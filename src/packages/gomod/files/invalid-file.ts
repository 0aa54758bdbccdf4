import { InvalidFileFormat } from '../../../errors/index.js';

/** The error that a line of a file is to blame for; `line` counts from 1. */
export function invalidLine(file: string, line: number, message: string): InvalidFileFormat {
  return new InvalidFileFormat(`${file}:${line}: ${message}`);
}

/** Throws `InvalidFileFormat` for a text of more than so many MiB: far more than anybody writes. */
export function checkSize(text: string, file: string, mebibytes: number): void {
  // A character has three bytes at most, so most texts need no counting.
  const limit = mebibytes * 2 ** 20;
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return;
  throw new InvalidFileFormat(`${file} is larger than ${mebibytes} MiB, which is more than is read of such a file.`);
}
