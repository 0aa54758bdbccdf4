import type { INestApplication } from '@nestjs/common';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Configuration } from '../../config/index.js';
import { API_BASE } from '../absolute-url.js';
import { createDocument } from './document.js';

/** Scripts and styles lie in files of their own, so that the page's policy allows no inline script. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Cachito API</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="swagger-ui/swagger-ui.css">
  <link rel="icon" type="image/png" href="swagger-ui/favicon-32x32.png">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="swagger-ui/swagger-ui-bundle.js"></script>
  <script src="swagger-ui/swagger-ui-standalone-preset.js"></script>
  <script src="swagger-ui/swagger-ui-init.js"></script>
</body>
</html>
`;

/** The issuer sends the browser here after a login; the script hands the code on to the page that waits for it. */
const REDIRECT_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Cachito API: login</title></head>
<body><script src="swagger-ui/oauth2-redirect.js"></script></body>
</html>
`;
const REDIRECT_POLICY =
  "default-src 'none'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/**
 * Serves Swagger UI at `/` and the OpenAPI document at `/api/v1/openapi.json`. The document is made at the first call.
 */
export function serveDocumentation(app: INestApplication, configuration: Configuration): void {
  let document: OpenAPIObject | undefined;
  const browser = configuration.auth.oidcIssuers.find((issuer) => issuer.browser !== undefined)?.browser;
  SwaggerModule.setup('swagger-ui', app, () => (document ??= createDocument(app, configuration)), {
    jsonDocumentUrl: `${API_BASE}/openapi.json`,
    raw: ['json'],
    swaggerOptions: {
      displayRequestDuration: true,
      docExpansion: 'list',
      filter: true,
      // Without the bar on top, which offers to load another document.
      layout: 'BaseLayout',
      tryItOutEnabled: true,
      validatorUrl: null,
      ...(browser && {
        initOAuth: {
          clientId: browser.clientId,
          scopes: [...browser.scopes],
          usePkceWithAuthorizationCodeGrant: true,
        },
      }),
    },
  });
  app.getHttpAdapter().get('/', (_: Request, response: Response) => {
    if (browser !== undefined) allowLogin(response, new URL(browser.tokenEndpoint).origin);
    response.type('html').send(PAGE);
  });
  if (browser === undefined) return;
  app.getHttpAdapter().get('/oauth2-redirect.html', (_: Request, response: Response) => {
    response.setHeader('Content-Security-Policy', REDIRECT_POLICY);
    // Any other value would cut it off from the page that waits for it, as the issuer's page lies between them.
    response.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none');
    response.type('html').send(REDIRECT_PAGE);
  });
}

/** The page opens a window for the login, and takes its token from `origin`. */
function allowLogin(response: Response, origin: string): void {
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
  const policy = String(response.getHeader('Content-Security-Policy'));
  response.setHeader('Content-Security-Policy', policy.replace("connect-src 'self'", `connect-src 'self' ${origin}`));
}
