import { Readable } from 'node:stream';
import { type NestInterceptor, StreamableFile, UseInterceptors } from '@nestjs/common';
import { map } from 'rxjs';
import { takingTurns } from '../concurrency/index.js';
import { jsonPieces } from './json-pieces.js';

/**
 * For handlers whose documents may become large: such a one is sent as it is made, at the pace of the connection. The
 * handler returns the document as ever; whatever it throws comes before the first byte.
 */
export const LargeDocuments = (): ClassDecorator & MethodDecorator => UseInterceptors(IN_PIECES);

const IN_PIECES: NestInterceptor = { intercept: (_, handler) => handler.handle().pipe(map(inPieces)) };

/** A document of more than one piece as a stream; a small one as it is, so that it has a `Content-Length`. */
export function inPieces(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  const pieces = jsonPieces(document);
  pieces.next();
  if (pieces.next().done) return document;
  const stream = Readable.from(takingTurns(jsonPieces(document)));
  return new StreamableFile(stream, { type: 'application/json; charset=utf-8' });
}
