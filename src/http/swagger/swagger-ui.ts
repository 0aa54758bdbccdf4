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

/**
 * Serves Swagger UI at `/` and the OpenAPI document at `/api/v1/openapi.json`. The document is made at the first call.
 */
export function serveDocumentation(app: INestApplication, configuration: Configuration): void {
  let document: OpenAPIObject | undefined;
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
    },
  });
  app.getHttpAdapter().get('/', (_: Request, response: Response) => response.type('html').send(PAGE));
}
