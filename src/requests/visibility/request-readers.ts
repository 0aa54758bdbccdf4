import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { concatMap, type Observable } from 'rxjs';
import { callerOf, ReadersOnly } from '../../auth/index.js';
import { ApiErrors, ResourceNotFound } from '../../http/index.js';
import { RequestVisibility } from './request-visibility.js';

/**
 * For routes with a request's `:id`: the fixed 404 when the request is hidden from the caller. An interceptor, because
 * roles are checked before existence: what is hidden must not be told from what is not there by the order of errors.
 */
@Injectable()
export class HiddenRequests implements NestInterceptor {
  constructor(private readonly visibility: RequestVisibility) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const caller = callerOf(request);
    const id = Number(request.params.id);
    if (request.params.id === undefined || this.visibility.hiddenFrom(caller).length === 0) return handler.handle();
    await this.visibility.check(id, caller);
    const response = http.getResponse<Response>();
    const headers = response.getHeaderNames();
    // While the handler was at it, the work may have gone on and fetched from another host.
    const checkAgain = async (answer: unknown): Promise<unknown> => {
      if (response.headersSent || (await this.visibility.isVisible(id, caller))) return answer;
      for (const name of response.getHeaderNames()) if (!headers.includes(name)) response.removeHeader(name);
      throw new ResourceNotFound();
    };
    return handler.handle().pipe(concatMap(checkAgain));
  }
}

/**
 * For controllers of what belongs to requests: readers log in where that is needed, and what is below a request that is
 * hidden from them does not exist. A handler that writes its answer itself checks again when it has read what it sends.
 */
export function RequestReaders(): ClassDecorator {
  return applyDecorators(ReadersOnly(), UseInterceptors(HiddenRequests), ApiReaders());
}

/** The same without `:id` of a request: no more than the login. */
export function ApiReaders(): ClassDecorator {
  return ApiErrors([401, 'Reading needs a login here (`CACHITO_READ_REQUIRES_LOGIN`), or the login failed']);
}
