import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { runInThread, Slots } from '../../../concurrency/index.js';
import type { ReadableFile } from '../../lenient-reading.js';
import { readZipFiles } from '../../zip-files.js';
import { LIMITS } from '../distributions/archive-limits.js';
import { type LicenseFile, LicenseFiles } from './license-files.js';
import type { PackedTar } from './scan-packed.js';
import { scanTar } from './scan-tar.js';
import { MAGIC_LENGTH, sdistFormat } from './sdist-format.js';

/** Bytes of an archive that is unpacked in memory; the largest are a fifth of it, and few are packed like this. */
const MAX_PACKED = 128 * 1024 ** 2;
/** Milliseconds. Ten megabytes, unpacked, take about a second. */
const TIMEOUT = 600_000;
/** Each has a thread and an archive in memory. */
const slots = new Slots(1);

/**
 * The files of a source distribution that may name its licence, the best first. Throws for what is no archive, damaged,
 * or too large.
 */
export async function sdistLicenseFiles(
  file: ReadableFile,
  { withMetadata }: { withMetadata: boolean },
  signal: AbortSignal,
): Promise<LicenseFile[]> {
  if (file.size < MAGIC_LENGTH) return [];
  const format = sdistFormat(await buffer(await file.read({ start: 0, end: MAGIC_LENGTH - 1 })));
  if (format === 'bzip2' || format === 'xz') return scanAside(file, { format, withMetadata }, signal);
  const files = new LicenseFiles(withMetadata);
  if (format === 'zip') await scanZip(file, files);
  else await scanTar(await file.read(), format === 'gzip', files);
  return files.result();
}

async function scanZip(file: ReadableFile, files: LicenseFiles): Promise<void> {
  const isWanted = (path: string): boolean => files.wants(path);
  // There is at most one honest file of each kind but `.egg-info`.
  const selection = { isWanted, maxFiles: 8, maxBytes: LIMITS.file };
  for (const { path, content } of await readZipFiles(file, selection)) {
    if (files.wants(path)) files.take(path, content);
  }
}

/** Two archives of that kind would not be unpacked faster side by side. */
async function scanAside(
  file: ReadableFile,
  { format, withMetadata }: Omit<PackedTar, 'bytes'>,
  signal: AbortSignal,
): Promise<LicenseFile[]> {
  if (file.size > MAX_PACKED) return [];
  const giveBack = await slots.take(signal);
  try {
    const bytes = await ownBytes(await file.read(), file.size);
    const work: PackedTar = { bytes, format, withMetadata };
    const options = { signal, timeout: TIMEOUT, transfer: [bytes.buffer] };
    return await runInThread<LicenseFile[]>(new URL('./scan-packed.js', import.meta.url), 'scanPacked', work, options);
  } finally {
    giveBack();
  }
}

/** In memory that is shared with nobody, so that it can be handed over. */
async function ownBytes(content: Readable, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const piece of content as AsyncIterable<Uint8Array>) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
