import { BadRequestException, PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { Request } from 'express';
import { parseJson } from './json-text.js';

/** Bytes of a body, unless the route says otherwise. */
export const DEFAULT_BODY_LIMIT = 1024 * 1024;

/**
 * Reads and parses the JSON body of a request. Undefined when there is none and `optional`. Throws 413 (more than
 * `limit` bytes), 415 (another content type or encoding), 400 (missing, unparsable, `null`).
 */
export async function readJsonBody(request: Request, limit: number, optional: boolean): Promise<unknown> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(limit);
  checkContentType(request);
  const text = decode(await readBytes(request, limit));
  if (text.trim() === '') {
    if (optional) return undefined;
    throw new BadRequestException('A JSON body is required, but none was sent');
  }
  if (request.headers['content-type'] === undefined) throw unsupported('nothing');
  const value = parseJson(text);
  if (value === null) throw new BadRequestException('A JSON body is required, but it is null');
  return value;
}

function checkContentType(request: Request): void {
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i.test(type)) {
    throw unsupported(JSON.stringify(type.slice(0, 80)));
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new UnsupportedMediaTypeException('The body must be sent without Content-Encoding');
  }
}

async function readBytes(request: Request, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        reject(tooLarge(limit));
        return;
      }
      chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => reject(new BadRequestException('The body broke off')));
    request.once('close', () => reject(new BadRequestException('The body broke off')));
  });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadRequestException('The body is not valid JSON: it is not UTF-8');
  }
}

function tooLarge(limit: number): PayloadTooLargeException {
  return new PayloadTooLargeException(`The body is larger than ${limit} bytes`);
}

function unsupported(type: string): UnsupportedMediaTypeException {
  return new UnsupportedMediaTypeException(`The content type must be application/json, not ${type}`);
}
