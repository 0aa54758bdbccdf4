import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Configuration } from '../../config/index.js';
import { API_BASE } from '../absolute-url.js';
import { describeLogins, loginText } from './login-schemes.js';

/** Sections of the documentation, in its order. */
const TAGS = {
  requests: 'Submit a commit, watch the work on it, list what was submitted',
  'request data': 'What a request found and made: packages, bundle, configuration files, manifests, logs',
  metrics: 'How long requests take and how they end',
  dependencies: 'The catalogue of everything that was archived',
  status: 'Whether the service and its parts work',
  maintenance: 'What administrators have done out of turn',
} as const;
export type Tag = keyof typeof TAGS;

const DESCRIPTION = `
Cachito archives exactly one commit of a git repository together with everything its lock files name, and hands back all
that is needed to rebuild it without the internet.

**Start here:** \`POST /api/v1/requests\` with a repository and a commit, \`GET /api/v1/requests/{id}?wait=60\` until the
state is \`complete\`, then \`GET /api/v1/requests/{id}/download\`.

**Conventions.** Times are UTC, \`YYYY-MM-DDTHH:MM:SS.ffffff\`. Errors are \`{"error": "<text>"}\`; every 404 has the same
text. Unknown query parameters and unknown properties of a body are errors. Of a repeated query parameter the last value
counts, unless it is a list. What a call brings is checked before who calls: query, body, login (401), role (403),
meaning (400), existence (404).
`.trim();

/** The OpenAPI document of everything that the application serves. */
export function createDocument(app: INestApplication, configuration: Configuration): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Cachito')
    .setDescription(`${DESCRIPTION}\n\n**Login.** ${loginText(configuration.auth)}`)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(publicPath(configuration), 'This service');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), { operationIdFactory: (_, method) => method });
  describeIds(document);
  describeLogins(document, configuration.auth);
  return document;
}

/** Every room has endpoints below a request; what its id is need be said once only. */
function describeIds(document: OpenAPIObject): void {
  for (const [path, item] of Object.entries(document.paths)) {
    if (!path.startsWith(`/${API_BASE}/requests/{id}`)) continue;
    for (const { parameters = [] } of [item.get, item.post, item.patch].filter(
      (operation) => operation !== undefined,
    )) {
      for (const parameter of parameters) {
        if (!('name' in parameter) || parameter.in !== 'path' || parameter.name !== 'id') continue;
        Object.assign(parameter, {
          description: 'Number of the request',
          schema: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
          example: 1,
        });
      }
    }
  }
}

/** The path under which browsers see the service: calls of the documentation go to the host it was loaded from. */
function publicPath({ server }: Configuration): string {
  return server.publicUrl === undefined ? '/' : new URL(server.publicUrl).pathname;
}
