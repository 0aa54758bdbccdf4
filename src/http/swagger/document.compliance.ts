import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** A running application. */
export interface DocumentedService {
  app: NestExpressApplication;
  /** `http://127.0.0.1:<port>` */
  origin: string;
  close(): Promise<void>;
}

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: unknown;
  responses: Record<string, { description?: string }>;
  security?: unknown;
}

/** What the OpenAPI document of an application must have: every route, and everything of it described. */
export function documentCompliance(start: () => Promise<DocumentedService>): void {
  describe('OpenAPI document', () => {
    let service: DocumentedService;
    let document: OpenAPIObject;

    beforeAll(async () => {
      service = await start();
      document = Object(await (await fetch(`${service.origin}/api/v1/openapi.json`)).json());
    });
    afterAll(() => service.close());

    it('is OpenAPI 3.1 and has every route', () => {
      expect(document.openapi).toBe('3.1.0');
      const names = operationsOf(document).map(([name]) => name);
      expect(names.sort()).toEqual([...new Set(routesOf(service.app))].sort());
      expect(names.length).toBeGreaterThan(12);
    });

    it('describes every endpoint, parameter and answer', () => {
      for (const [name, operation] of operationsOf(document)) {
        const missing = [
          ...(operation.summary ? [] : ['summary']),
          ...(operation.tags?.length ? [] : ['tags']),
          ...(operation.parameters ?? []).filter(({ description }) => !description).map((parameter) => parameter.name),
          ...Object.entries(operation.responses)
            .filter(([, { description }]) => !description)
            .map(([status]) => status),
        ];
        expect([name, missing]).toEqual([name, []]);
      }
    });

    it('declares the errors that an endpoint can give', () => {
      for (const [name, { parameters = [], requestBody, responses, security }] of operationsOf(document)) {
        const expected = [
          ...(parameters.some((parameter) => parameter.in === 'query') || requestBody !== undefined ? ['400'] : []),
          ...(requestBody === undefined ? [] : ['413', '415']),
          ...(security === undefined ? [] : ['401']),
          ...(name.includes('{id}') ? ['404'] : []),
        ];
        expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(expected)]);
      }
    });

    it('describes every property of every schema', () => {
      const missing = Object.entries(document.components?.schemas ?? {}).flatMap(([name, schema]) =>
        Object.entries(Object(schema).properties ?? {})
          .filter(([, value]) => !Object(value).description)
          .map(([property]) => `${name}.${property}`),
      );
      expect(missing).toEqual([]);
    });

    it('has tags with descriptions', () => {
      const known = (document.tags ?? []).map(({ name }) => name);
      expect((document.tags ?? []).every(({ description }) => description)).toBe(true);
      for (const [name, { tags = [] }] of operationsOf(document)) {
        expect([name, tags.filter((tag) => !known.includes(tag))]).toEqual([name, []]);
      }
    });

    it('resolves every reference', () => {
      const references = JSON.stringify(document).match(/"#\/components\/schemas\/[^"]+"/g) ?? [];
      const schemas = Object.keys(document.components?.schemas ?? {});
      const names = references.map((reference) => reference.slice('"#/components/schemas/'.length, -1));
      expect(names.filter((name) => !schemas.includes(name))).toEqual([]);
    });
  });
}

function operationsOf(document: OpenAPIObject): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      Object(operation),
    ]),
  );
}

/** Every route that Nest has put into Express, but for the registries: their clients know their protocols. */
function routesOf(app: NestExpressApplication): string[] {
  const router: { stack: { route?: { path: string; stack: { method: string }[] } }[] } = app
    .getHttpAdapter()
    .getInstance().router;
  return router.stack.flatMap(({ route }) =>
    route === undefined || /^\/(swagger-ui.*)?$|openapi\.json$|^\/repository\//.test(route.path)
      ? []
      : route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`),
  );
}
