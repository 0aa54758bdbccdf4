import { open } from 'node:fs/promises';
import type { ZipFile } from 'yauzl';
import type { Refusal } from './archive-limits.js';

/** APPNOTE.TXT, §4.3.16, §4.3.14 and §4.3.15: lengths in bytes without comments and extensions. */
const END = 22;
const END_64 = { signature: 0x06064b50, length: 56, locatorLength: 20 };

/**
 * Some readers find the directory by its offset and take as many entries as are announced, others find it by its size,
 * counted back from the end, and take what is there. Throws unless both see the same: the whole room up to the end.
 */
export async function checkDirectoryPlace(
  file: string,
  zip: ZipFile,
  directory: { start: number; end: number },
  refusal: Refusal,
): Promise<void> {
  const end = await readBytes(file, zip.fileSize - END - zip.comment.length, END);
  const size = end.readUInt32LE(12);
  const gap = zip.fileSize - zip.comment.length - END - directory.end;
  const length = directory.end - directory.start;
  const isPlain = gap === 0 && size === length;
  if (isPlain || (gap > 0 && (await hasEnd64(file, directory.end, gap, length, size)))) return;
  throw refusal('has a directory that can be read in two ways');
}

async function hasEnd64(file: string, at: number, gap: number, length: number, size: number): Promise<boolean> {
  if (gap !== END_64.length + END_64.locatorLength) return false;
  const end = await readBytes(file, at, END_64.length);
  if (end.readUInt32LE(0) !== END_64.signature || end.readBigUInt64LE(40) !== BigInt(length)) return false;
  return size === 0xffffffff || size === length;
}

async function readBytes(file: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, position);
    return buffer;
  } finally {
    await handle.close();
  }
}
