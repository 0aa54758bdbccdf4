import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { methodsOf } from '../routes.js';
import { errorResponse } from './error-response.js';

/** What an answer has told of content that it cannot give after all. */
const OF_CONTENT = [
  'Content-Type',
  'Content-Length',
  'Content-Range',
  'Content-Disposition',
  'ETag',
  'Digest',
  'Accept-Ranges',
  'Last-Modified',
];

/** Answers every error with `{"error": "<text>"}`; a method that a known path does not have with 405 and `Allow`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const answer = errorResponse(error);
    if (answer.unknown || answer.status >= 500) this.logError(request, error);
    if (response.headersSent) {
      // The answer has begun: only a broken connection tells the client that it is not whole.
      response.destroy();
      return;
    }
    // The rest of a body that nobody reads would otherwise be taken for the next call, or never end.
    const hasBody =
      request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
    if (hasBody && !request.complete) response.setHeader('Connection', 'close');
    const routeWasFound = request.route !== undefined;
    if (answer.status === 404 && !routeWasFound && this.refuseMethod(request, response)) return;
    if (answer.status >= 500) {
      for (const name of OF_CONTENT) response.removeHeader(name);
      response.setHeader('Cache-Control', 'no-store');
    }
    if (answer.retryAfter !== undefined) response.setHeader('Retry-After', String(answer.retryAfter));
    response.status(answer.status).json({ error: answer.message });
  }

  /** Answers when the path exists, but not with this method. */
  private refuseMethod(request: Request, response: Response): boolean {
    const allowed = methodsOf(request);
    if (allowed.length === 0) return false;
    response.setHeader('Allow', allowed.join(', '));
    if (request.method === 'OPTIONS') response.status(204).end();
    else
      response
        .status(405)
        .json({ error: `The method ${request.method} is not allowed here; use ${allowed.join(' or ')}` });
    return true;
  }

  private logError(request: Request, error: unknown): void {
    const stack = error instanceof Error ? error.stack : undefined;
    this.logger.error(`${request.method} ${request.path} failed: ${String(error)}`, stack);
  }
}
