import { setTimeout as pause } from 'node:timers/promises';
import type { ByteRange } from '../blob-store.js';
import { StoreUnavailable } from '../store-unavailable.js';
import type { Bucket, OpenObject } from './bucket.js';

/** Attempts in a row that bring no byte, and the pause after the first of them, in milliseconds. */
const ATTEMPTS = 6;
const FIRST_PAUSE = 200;

/**
 * The bytes of an object that was opened with `range`. A connection that breaks, or keeps silent for too long, is
 * replaced by one that goes on at the same byte of the same content. Whoever does not read to the end must end the
 * generator; one that was never begun leaves `object.body` to be destroyed.
 */
export async function* readObject(
  bucket: Bucket,
  key: string,
  what: string,
  object: OpenObject,
  range?: ByteRange,
): AsyncGenerator<Uint8Array> {
  const { etag, length } = object;
  const start = range?.start ?? 0;
  let { body } = object;
  let done = 0;
  for (let attempt = 1; ;) {
    const before = done;
    try {
      const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
      // Why it breaks off is a matter of the network, and asking again tells more.
      for (let chunk; (chunk = await chunks.next().catch(() => undefined)) && !chunk.done;) {
        done += chunk.value.length;
        yield chunk.value;
      }
    } finally {
      body.destroy();
    }
    if (done >= length) return;
    attempt = done > before ? 1 : attempt + 1;
    if (attempt > ATTEMPTS) {
      throw new StoreUnavailable(`${what} cannot be used now: the connection breaks again and again`);
    }
    await pause(FIRST_PAUSE * 2 ** (attempt - 1) * Math.random());
    const rest = { start: start + done, end: start + length - 1 };
    ({ body } = await bucket.get(key, what, { range: rest, ...(etag === '' ? {} : { etag }) }));
  }
}
