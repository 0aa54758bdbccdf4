import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { type Configuration, isLoopback } from '../config/index.js';
import { HttpProblem } from './http-errors.js';

/**
 * Middleware for a service that everybody on its machine may use: refuses calls for another host (421, RFC 9110
 * §15.5.20). A page from anywhere could make a browser on this machine call it, by a name that first leads to the page's
 * server and then to this machine (DNS rebinding); to the browser that is the page's own site.
 */
export function refuseForeignHosts({ auth, server }: Configuration): RequestHandler {
  const isOpen = auth.loginDisabled && server.publicUrl === undefined && isLoopback(server.host);
  return (request: Request, _response: Response, next: NextFunction): void => {
    const host = request.headers.host?.replace(/:\d*$/, '');
    if (!isOpen || host === undefined || isLoopback(host)) return next();
    next(
      new HttpProblem(
        421,
        'This service is for its own machine and answers to localhost and loopback addresses; for other names set ' +
          'CACHITO_PUBLIC_URL',
      ),
    );
  };
}
