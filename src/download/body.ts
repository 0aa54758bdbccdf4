import { type Readable, Transform } from 'node:stream';
import { NetworkError } from '../errors/index.js';
import { brokenOff, timedOut } from './failures.js';
import type { HttpResponse } from './http-client.js';
import type { TimeLimit } from './time-limit.js';

/** A body with more bytes than the caller wants. Its `errorType` is `NetworkError`. */
export class BodyTooLargeError extends NetworkError {
  constructor(url: string, maxSize: number) {
    super(`The answer of ${url} is larger than ${maxSize} bytes.`);
  }

  override get errorType(): string {
    return 'NetworkError';
  }
}

/** The body with its limits: size, time, and errors that callers understand. `received` hears of each piece. */
export function limitedBody(
  { body, url }: HttpResponse,
  maxSize: number | undefined,
  limit: TimeLimit,
  received: (bytes: number) => void,
): Readable {
  let size = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      limit.received(chunk.length);
      received(chunk.length);
      size += chunk.length;
      if (maxSize !== undefined && size > maxSize) callback(new BodyTooLargeError(url, maxSize));
      else callback(null, chunk);
    },
  });
  body.on('error', (error) => {
    counter.destroy(limit.expired ? timedOut(new URL(url)) : brokenOff(new URL(url), error));
  });
  counter.on('close', () => {
    limit.clear();
    body.destroy();
  });
  // It may break before the caller begins to read, who hears of it all the same.
  counter.on('error', () => undefined);
  return body.pipe(counter);
}

/**
 * Throws when the head of a successful answer says that its body will not do: announced as too large, or in a content
 * encoding, since what is archived must be what the server has, not what it makes of it.
 */
export function checkHead(
  { status, headers, url }: HttpResponse,
  { maxSize, identity }: { maxSize: number | undefined; identity: boolean },
): void {
  if (status < 200 || status > 299) return;
  if (maxSize !== undefined && Number(headers['content-length'] ?? 0) > maxSize) {
    throw new BodyTooLargeError(url, maxSize);
  }
  const encoding = headers['content-encoding']?.trim() ?? '';
  if (!identity || encoding === '' || encoding.toLowerCase() === 'identity') return;
  const shown = /^[\w, -]{1,40}$/.test(encoding) ? ` (${encoding})` : '';
  throw new NetworkError(`${url} answers in a content encoding${shown} that was not asked for.`);
}
