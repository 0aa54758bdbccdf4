import type { IncomingMessage } from 'node:http';

/** Bytes; a larger body is not waited for. */
const LIMIT = 16 * 1024 * 1024;

/** Reads and forgets the body of a call, so that the connection can be used for the next one. */
export async function drain(request: IncomingMessage): Promise<void> {
  let size = 0;
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > LIMIT) return;
  }
}
