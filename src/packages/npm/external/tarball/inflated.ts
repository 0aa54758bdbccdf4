import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileAccessError, ValidationError } from '../../../../errors/index.js';
import { ByteReader } from './byte-reader.js';
import type { TarLimits } from './limits.js';

/** RFC 1952: the first two bytes. */
const GZIP = Buffer.of(0x1f, 0x8b);

/**
 * The tar text of an archive that is gzipped or plain. Throws `ValidationError` for more than the limits allow,
 * `FileAccessError` for what cannot be inflated. `owner` is what messages call the archive.
 */
export async function* inflated(source: Readable, limits: TarLimits, owner: string): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  const start = await reader.take(GZIP.length);
  const whole = Readable.from(startingWith(start, reader));
  const gunzip = start.equals(GZIP) ? createGunzip() : undefined;
  const text: Readable = gunzip === undefined ? whole : whole.pipe(gunzip);
  if (gunzip !== undefined) whole.on('error', (error) => gunzip.destroy(error));
  let size = 0;
  try {
    for await (const chunk of text as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      const isBomb = gunzip !== undefined && size > limits.ratioFree && size > limits.ratio * gunzip.bytesWritten;
      if (isBomb || size > limits.inflated) {
        throw new ValidationError(`The archive of ${owner} inflates to more than is allowed.`);
      }
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? new FileAccessError(`The archive of ${owner} is damaged.`, { cause: error }) : error;
  } finally {
    whole.destroy();
    gunzip?.destroy();
    source.destroy();
  }
}

async function* startingWith(start: Uint8Array, reader: ByteReader): AsyncGenerator<Uint8Array> {
  yield start;
  yield* reader.rest();
}

function isZlibError(error: unknown): boolean {
  const { code } = Object(error);
  return typeof code === 'string' && code.startsWith('Z_');
}
