import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { matchesEntityTag } from '../../http/index.js';

/** Smaller bodies are not worth it. */
const MIN_COMPRESSED = 1024;

const compress = promisify(gzip);

/** Headers of everything that only the request's user may keep, and not for long. */
export const CACHED_PRIVATELY = {
  'Cache-Control': 'private, max-age=300',
  Vary: 'Accept, Accept-Encoding, Authorization',
};

/** Answers with a document, compressed if the client takes that, or says that the client has it already. */
export async function answerJson(
  request: Request,
  response: Response,
  document: object,
  type = 'application/json',
): Promise<void> {
  const body = Buffer.from(JSON.stringify(document));
  const digest = createHash('sha512').update(body).digest('base64url');
  const compressed = body.length >= MIN_COMPRESSED && request.acceptsEncodings('gzip', 'identity') === 'gzip';
  // A strong tag names bytes, and compressed ones are others.
  const tags = [`"${digest}"`, `"${digest}-gzip"`] as const;
  response.set({ ...CACHED_PRIVATELY, ETag: tags[compressed ? 1 : 0] });
  if (tags.some((tag) => matchesEntityTag(request.get('If-None-Match'), tag))) {
    response.status(304).end();
    return;
  }
  const content = compressed ? await compress(body) : body;
  if (compressed) response.set('Content-Encoding', 'gzip');
  // Not by `type()`, which would add a charset that JSON does not have.
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', String(content.length));
  response.end(request.method === 'HEAD' ? undefined : content);
}
