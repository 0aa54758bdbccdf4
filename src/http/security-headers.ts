import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Configuration } from '../config/index.js';

/** Answers are data: nothing in them may load, run or be framed, even when a browser shows them. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Swagger UI: its own scripts, the styles that it sets on its elements, calls to this host. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src " +
  "'self'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** What a page could ask of a browser, and none of ours needs. */
const NO_PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map((feature) => `${feature}=()`)
  .join(', ');

/** The same for every answer. `Cross-Origin-*`: pages of others neither embed an answer nor keep hold of ours. */
const COMMON = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': NO_PERMISSIONS,
};

/** A year, for this host name alone: others below the same domain may not have https. */
const ALWAYS_HTTPS = { 'Strict-Transport-Security': 'max-age=31536000' };

/**
 * Middleware that puts the headers that keep browsers from misusing an answer on every answer. There is no CORS header:
 * pages of other sites read nothing. Handlers may set another `Cache-Control` where an answer is for everybody, or for
 * the caller's own cache.
 */
export function securityHeaders({ server }: Configuration): RequestHandler {
  const headers = Object.entries({ ...COMMON, ...(server.publicUrl?.startsWith('https:') && ALWAYS_HTTPS) });
  return (request: Request, response: Response, next: NextFunction): void => {
    const isPage = request.path === '/' || request.path.startsWith('/swagger-ui/');
    for (const [name, value] of headers) response.setHeader(name, value);
    response.setHeader('Content-Security-Policy', isPage ? PAGE_POLICY : DATA_POLICY);
    if (!isPage) response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
