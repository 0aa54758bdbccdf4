import type { NextFunction, Request, Response } from 'express';

/** Answers are data: nothing in them may load, run or be framed, even when a browser shows them. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

/** Swagger UI: its own scripts, the styles that it sets on its elements, calls to this host. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src " +
  "'self'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** Puts the headers that keep browsers from misusing an answer on every answer. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  const isPage = request.path === '/' || request.path.startsWith('/swagger-ui/');
  response.setHeader('Content-Security-Policy', isPage ? PAGE_POLICY : DATA_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (!isPage) response.setHeader('Cache-Control', 'no-store');
  next();
}
