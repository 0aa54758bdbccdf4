import { ForbiddenException } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Configuration } from '../config/index.js';

/** Methods that promise to change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Middleware that refuses (403) calls which a page of another site has its reader's browser make: the browser may add a
 * login by itself (Kerberos, certificate, password of a proxy). Browsers say where a call comes from, in
 * `Sec-Fetch-Site`; older ones, and all over plain http, in `Origin`. Who sends neither is no browser.
 */
export function refuseCrossSiteCalls({ server }: Configuration): RequestHandler {
  const own = server.publicUrl === undefined ? undefined : new URL(server.publicUrl).host;
  return (request: Request, _response: Response, next: NextFunction): void => {
    if (SAFE.has(request.method) || isOwn(request, own)) return next();
    next(
      new ForbiddenException(
        'Pages of other sites may not do this; those of this service may, if CACHITO_PUBLIC_URL is their address',
      ),
    );
  };
}

/** `none`: a person has typed the address. */
function isOwn({ headers }: Request, own: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return [host?.toLowerCase(), own].includes(new URL(origin).host);
}
