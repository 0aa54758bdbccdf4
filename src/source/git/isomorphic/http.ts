import type { GitHttpRequest, GitHttpResponse } from 'isomorphic-git';
import { buffer } from 'node:stream/consumers';
import {
  AddressRefusedError,
  BodyTooLargeError,
  type HttpClient,
  isTransientStatus,
  parseRetryAfter,
} from '../../../download/index.js';
import type { Remote } from '../../remote/remote.js';
import { WorkerError } from './protocol.js';

/** isomorphic-git needs about five times the pack in memory. */
export const MAX_PACK_SIZE = 100 * 1024 * 1024;
/** Milliseconds that a server may be silent, however long the whole may take. */
const SILENCE = 60_000;

/**
 * The HTTP plugin of isomorphic-git: the service's own client, so that the address policy holds, redirects are not
 * followed (they were before), and credentials go to their host. Answers are read whole, up to the limit, before
 * isomorphic-git sees them: it reports neither a broken stream nor an error line of the server.
 */
export function httpPlugin(client: HttpClient, remote: Remote, timeout: number) {
  const origin = new URL(remote.url).origin;
  return {
    async request({ url, method, headers, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const content = body === undefined ? undefined : await collect(body);
      try {
        const response = await client.request(url, {
          method: method === 'POST' ? 'POST' : 'GET',
          headers: headers ?? {},
          ...(content === undefined ? {} : { body: content }),
          authorize: (target) => (target.origin === origin ? remote.authorization : undefined),
          maxRedirects: 0,
          maxSize: MAX_PACK_SIZE,
          timeout: Math.min(timeout, SILENCE),
        });
        const answer = await buffer(response.body);
        checkAnswer(remote, response.status, response.headers, answer);
        return {
          url,
          method: method ?? 'GET',
          statusCode: response.status,
          statusMessage: '',
          headers: { ...response.headers },
          body: once(answer),
        };
      } catch (error) {
        throw asWorkerError(error);
      }
    },
  };
}

function checkAnswer(remote: Remote, status: number, headers: Readonly<Record<string, string>>, answer: Buffer): void {
  if (status !== 200) {
    throw new WorkerError({
      kind: 'access',
      message: `The git server of ${remote.url} answers with status ${status}.`,
      transient: isTransientStatus(status),
      retryAfter: parseRetryAfter(headers['retry-after']),
    });
  }
  if (headers['content-type'] === 'application/x-git-upload-pack-advertisement') {
    // No name of a reference may hold these (git check-ref-format); isomorphic-git makes files of the names.
    if (answer.includes('..')) throw nonsense(remote, 'a reference has ".." in its name');
    return;
  }
  const line = /^[0-9a-f]{4}ERR ([^\n\0]*)/.exec(answer.toString('latin1', 0, 1000))?.[1];
  if (line === undefined) return;
  if (/not our ref|unadvertised object/.test(line)) throw new WorkerError({ kind: 'no-commit' });
  throw nonsense(remote, line.slice(0, 200));
}

function nonsense(remote: Remote, detail: string): WorkerError {
  return new WorkerError({
    kind: 'access',
    message: `git cannot fetch from ${remote.url} (${detail}).`,
    transient: false,
  });
}

function asWorkerError(error: unknown): unknown {
  if (error instanceof WorkerError) return error;
  if (error instanceof BodyTooLargeError) return new WorkerError({ kind: 'too-large' });
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof AddressRefusedError) return new WorkerError({ kind: 'refused', message });
  return new WorkerError({ kind: 'access', message, transient: true });
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(chunk: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield chunk;
}
