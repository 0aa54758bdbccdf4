import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { Request, Response } from 'express';

/** Answers refusals as plain text: the clients that show them to their users (`go`) show text, and no JSON. */
@Catch(HttpException)
export class PlainTextErrors implements ExceptionFilter<HttpException> {
  catch(error: HttpException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    // The rest of a body that nobody reads would otherwise be taken for the next call, or never end.
    const hasBody = request.get('Content-Length') !== undefined || request.get('Transfer-Encoding') !== undefined;
    if (hasBody && !request.complete) response.setHeader('Connection', 'close');
    response.status(error.getStatus()).type('text/plain').send(`${error.message}\n`);
  }
}
