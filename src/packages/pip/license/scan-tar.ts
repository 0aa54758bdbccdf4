import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { checkUnpackedSize, LIMITS, refusalOf } from '../distributions/archive-limits.js';
import { TarScanner } from '../distributions/tar-scanner.js';
import type { LicenseFiles } from './license-files.js';

const PIECE = 64 * 1024;

/** Shows the text of a tar archive to `files`, piece by piece. */
export class LicenseScanner {
  private readonly refusal = refusalOf('');
  private readonly scanner: TarScanner;
  private unpacked = 0;

  constructor(private readonly files: LicenseFiles) {
    this.scanner = new TarScanner(({ path, type, size }) => {
      // To be asked for each member.
      const isWanted = files.wants(path);
      return isWanted && type === 'file' && size <= LIMITS.file ? (content) => files.take(path, content) : undefined;
    }, this.refusal);
  }

  /** `packed`: bytes of the archive so far. Returns whether the rest need not be read. Throws for what is refused. */
  push(piece: Uint8Array, packed: number): boolean {
    this.unpacked += piece.length;
    checkUnpackedSize(this.unpacked, packed, this.refusal);
    this.scanner.push(piece);
    return this.files.isComplete;
  }
}

/** Shows the members of a tar archive, gzipped or plain, to `files`, until it has seen enough. */
export async function scanTar(content: Readable, isGzipped: boolean, files: LicenseFiles): Promise<void> {
  const gunzip = isGzipped ? createGunzip({ chunkSize: PIECE }) : undefined;
  const text = gunzip === undefined ? content : content.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  const scanner = new LicenseScanner(files);
  let size = 0;
  try {
    for await (const piece of text as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (scanner.push(piece, gunzip?.bytesWritten ?? size)) return;
    }
  } finally {
    content.destroy();
    gunzip?.destroy();
  }
}
