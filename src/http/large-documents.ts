import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { applyDecorators, Logger, type NestInterceptor, StreamableFile, UseInterceptors } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { concatMap, tap } from 'rxjs';
import { conditionsOf } from './conditions.js';
import { FAST, gzippedText, measure, type Measured, textOf } from './document-text.js';
import { matchesEntityTag } from './entity-tag.js';
import { jsonPieces } from './json-pieces.js';

/**
 * For handlers whose documents may become large. The handler returns the document as ever; whatever it throws comes
 * before the first byte. The text is made twice, first for its digest, then piece by piece at the pace of the
 * connection, so that it is never in memory as a whole. A view (200 to `GET` or `HEAD`) has a strong `ETag` and is
 * compressed for clients that like that better.
 */
export const LargeDocuments = (): ClassDecorator & MethodDecorator => UseInterceptors(IN_PIECES);

const IN_PIECES: NestInterceptor = {
  intercept(context, handler) {
    const http = context.switchToHttp();
    return handler.handle().pipe(concatMap((document) => answer(http.getRequest(), http.getResponse(), document)));
  },
};

/**
 * The same for documents that hold no secrets and are views without exception: caches may keep them if they ask with
 * the entity tag each time. All other answers must not be kept.
 */
export const CacheableDocuments = (): ClassDecorator =>
  applyDecorators(
    UseInterceptors(IN_PIECES, ASKED_FOR_AGAIN),
    ApiResponse({ status: 304, description: 'The document has one of the entity tags of `If-None-Match`' }),
  );

const ASKED_FOR_AGAIN: NestInterceptor = {
  intercept(context, handler) {
    const response: Response = context.switchToHttp().getResponse();
    return handler.handle().pipe(tap(() => response.setHeader('Cache-Control', 'no-cache')));
  },
};

/** Bytes; what is smaller is not worth compressing. */
const MIN_COMPRESSED = 1024;
const TYPE = 'application/json; charset=utf-8';

const compress = promisify(gzip);
const logger = new Logger('Http');

/** What Nest has to send, with the headers set; nothing for a client that is gone or has the document already. */
async function answer(request: Request, response: Response, document: unknown): Promise<unknown> {
  if (typeof document !== 'object' || document === null) return document;
  const measured = await measure(document, () => response.destroyed);
  if (measured === undefined) return undefined;
  const isView = ['GET', 'HEAD'].includes(request.method) && response.statusCode === 200;
  if (!isView) return identity(document, measured);
  response.vary('Accept-Encoding');
  const compressed = measured.bytes >= MIN_COMPRESSED && prefersGzip(request);
  if (isKnown(request, response, measured.sha256, compressed)) {
    response.status(304);
    return undefined;
  }
  if (!compressed) return identity(document, measured);
  const content = await gzipped(document, measured);
  response.setHeader('Content-Encoding', 'gzip');
  return content;
}

/** No preference means no compression; between equal ones the order of the client decides. */
function prefersGzip(request: Request): boolean {
  return request.acceptsEncodings('identity', 'gzip') === 'gzip';
}

/**
 * Sets the entity tag and tells whether the client has the document. A strong tag names bytes, so the compressed ones
 * have another (RFC 9110 §8.8.3.3); it does not matter which of both the client has, and it is told the one it named.
 */
function isKnown(request: Request, response: Response, sha256: string, compressed: boolean): boolean {
  const [plain, zipped] = [`"${sha256}"`, `"${sha256}-gzip"`];
  const tags = compressed ? [zipped, plain] : [plain, zipped];
  const known = tags.find((tag) => matchesEntityTag(conditionsOf(request).ifNoneMatch, tag));
  response.setHeader('ETag', known ?? tags[0]);
  return known !== undefined;
}

function identity(document: object, { bytes }: Measured): StreamableFile {
  return cutOnError(new StreamableFile(textOf(document), { type: TYPE, length: bytes }));
}

async function gzipped(document: object, { pieces }: Measured): Promise<StreamableFile> {
  if (pieces > 1) return cutOnError(new StreamableFile(gzippedText(document), { type: TYPE }));
  return new StreamableFile(await compress([...jsonPieces(document)].join(''), FAST), { type: TYPE });
}

/** Too late for another answer: a cut connection tells the client that this one is not whole. */
function cutOnError(file: StreamableFile): StreamableFile {
  return file.setErrorHandler((error, response) => {
    logger.error(`A document could not be sent to its end: ${String(error)}`, error.stack);
    response.destroy?.();
  });
}
