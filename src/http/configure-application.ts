import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Configuration } from '../config/index.js';
import { accessLog } from './access-log.js';
import { refuseCrossSiteCalls } from './cross-site-calls.js';
import { refuseForeignHosts } from './foreign-hosts.js';
import { HttpMetrics } from './http-metrics.js';
import { refuseBrokenPath, refuseTrailingSlash } from './routes.js';
import { securityHeaders } from './security-headers.js';
import { serveDocumentation } from './swagger/swagger-ui.js';

/** Milliseconds for a caller to send the headers, and the whole of a call. Answers may take as long as they need. */
const HEADERS_TIMEOUT = 30_000;
const REQUEST_TIMEOUT = 120_000;

/** Bytes of all headers of a call. A Kerberos ticket that holds many groups is 64,000 characters long. */
const MAX_HEADERS = 80 * 1024;

/**
 * Sets up what Nest's modules cannot: middleware, Swagger UI at `/`, limits of the HTTP server. `main.ts` and tests
 * call it once, between `NestFactory.create(…, { bodyParser: false })` and `listen`; `ValidationGuard` reads the
 * bodies.
 */
export function configureApplication(app: NestExpressApplication, configuration: Configuration): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use(accessLog(configuration));
  const metrics = app.get(HttpMetrics, { strict: false });
  app.use((request: Request, response: Response, next: NextFunction) => metrics.observe(request, response, next));
  app.use(securityHeaders(configuration));
  app.use(refuseForeignHosts(configuration));
  app.use(refuseCrossSiteCalls(configuration));
  app.use(refuseTrailingSlash);
  app.use(refuseBrokenPath);
  serveDocumentation(app, configuration);
  const server: Server = app.getHttpServer();
  server.headersTimeout = HEADERS_TIMEOUT;
  server.requestTimeout = REQUEST_TIMEOUT;
  // Nest makes the server without options; Node reads this one anew for each connection.
  Object.assign(server, { maxHeaderSize: MAX_HEADERS });
  // Their bytes are limited. A limit of their number would drop some unseen, and a second header that names a user must
  // be seen.
  server.maxHeadersCount = 0;
}
