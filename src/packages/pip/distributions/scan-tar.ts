import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { checkUnpackedSize, type Refusal } from './archive-limits.js';
import type { SdistMembers } from './sdist-members.js';
import { TarScanner } from './tar-scanner.js';

const PIECE = 64 * 1024;

/** Shows the members of a tar archive, plain or gzipped, to `members`. Throws the refusal, or the signal's reason. */
export async function scanTar(
  file: string,
  extension: '.tar' | '.tar.gz',
  members: SdistMembers,
  refusal: Refusal,
  signal: AbortSignal,
): Promise<void> {
  const scanner = new TarScanner((member) => members.add(member), refusal);
  const source = createReadStream(file);
  const gunzip = extension === '.tar.gz' ? createGunzip({ chunkSize: PIECE }) : undefined;
  const text = addAbortSignal(signal, gunzip ?? source);
  if (gunzip !== undefined) source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  let unpacked = 0;
  try {
    for await (const piece of text as AsyncIterable<Uint8Array>) {
      unpacked += piece.length;
      checkUnpackedSize(unpacked, source.bytesRead, refusal);
      scanner.push(piece);
    }
    if (gunzip !== undefined) await checkTail(file, gunzip.bytesWritten, refusal);
  } catch (error) {
    signal.throwIfAborted();
    throw isZlibError(error) ? refusal('is no .tar.gz file, or is damaged or cut off') : error;
  } finally {
    source.destroy();
    gunzip?.destroy();
  }
  scanner.end();
}

/** Zeros may stand behind gzipped data. Some readers end there, others look for more of it behind them. */
async function checkTail(file: string, start: number, refusal: Refusal): Promise<void> {
  const tail = createReadStream(file, { start });
  for await (const piece of tail as AsyncIterable<Buffer>) {
    if (Buffer.compare(piece, Buffer.alloc(piece.length)) !== 0) throw refusal('goes on behind its end');
  }
}

function isZlibError(error: unknown): boolean {
  const { code } = Object(error);
  return typeof code === 'string' && code.startsWith('Z_');
}
