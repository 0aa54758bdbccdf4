import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { matchesEntityTag } from '../http/index.js';

/**
 * Answers with a small document that is made for each call, never compressed, or says that the client has it already.
 * `headers` are those of both answers.
 */
export function answerText(
  request: Request,
  response: Response,
  { text, type, headers }: { text: string; type: string; headers: Record<string, string> },
): void {
  const body = Buffer.from(text);
  const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
  response.set({ ...headers, ETag: etag });
  if (matchesEntityTag(request.get('If-None-Match'), etag)) {
    response.status(304).end();
    return;
  }
  // Not by `set`, which would add a charset.
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}
