import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { startTestService, type TestService } from './testing.js';

let service: TestService;
let document: OpenAPIObject;

beforeAll(async () => {
  service = await startTestService({ server: { publicUrl: 'https://cachito.example.org/base' } });
  document = Object((await service.call('GET', '/openapi.json')).json);
});
afterAll(() => service.close());

interface Operation {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: unknown;
  responses: Record<string, { description?: string }>;
  security?: unknown;
}

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method.toUpperCase()} ${path}`, Object(operation)]),
  );
}

/** Every route that Nest has put into Express. */
function routes(): string[] {
  const router: { stack: { route?: { path: string; stack: { method: string }[] } }[] } = service.app.getHttpAdapter().getInstance().router;
  return router.stack.flatMap(({ route }) =>
    route === undefined || /^\/(swagger-ui.*)?$|openapi\.json$/.test(route.path)
      ? []
      : route.stack.map(({ method }) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`),
  );
}

describe('OpenAPI document', () => {
  it('is OpenAPI 3.1 and has every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations().map(([name]) => name).sort()).toEqual([...new Set(routes())].sort());
    expect(routes().length).toBeGreaterThan(12);
  });

  it('describes every endpoint, parameter and answer', () => {
    for (const [name, operation] of operations()) {
      const missing = [
        ...(operation.summary ? [] : ['summary']),
        ...(operation.tags?.length ? [] : ['tags']),
        ...(operation.parameters ?? []).filter(({ description }) => !description).map((parameter) => parameter.name),
        ...Object.entries(operation.responses).filter(([, { description }]) => !description).map(([status]) => status),
      ];
      expect([name, missing]).toEqual([name, []]);
    }
  });

  it('declares the errors that an endpoint can give', () => {
    for (const [name, { parameters = [], requestBody, responses, security }] of operations()) {
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
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      for (const [property, value] of Object.entries(Object(schema).properties ?? {})) {
        expect([name, property, Object(value).description]).toEqual([name, property, expect.any(String)]);
      }
    }
  });

  it('has tags with descriptions and a server on the same host', () => {
    const known = (document.tags ?? []).map(({ name }) => name);
    expect((document.tags ?? []).every(({ description }) => description)).toBe(true);
    for (const [name, { tags = [] }] of operations()) expect([name, tags.filter((tag) => !known.includes(tag))]).toEqual([name, []]);
    expect(document.servers).toEqual([{ url: '/base', description: expect.any(String) }]);
  });

  it('resolves every reference', () => {
    const references = JSON.stringify(document).match(/"#\/components\/schemas\/[^"]+"/g) ?? [];
    for (const reference of new Set(references)) {
      const name = reference.slice('"#/components/schemas/'.length, -1);
      expect(Object.keys(document.components?.schemas ?? {})).toContain(name);
    }
  });

  it('gives examples that the service accepts', async () => {
    const schema = Object(document.components?.schemas?.CreateRequestBody);
    const example = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, Object(property).example]),
    );
    const { status, json } = await service.call('POST', '/requests', { body: example });
    expect([status, json]).toEqual([201, expect.objectContaining({ repo: example.repo })]);
  });
});

describe('Swagger UI', () => {
  it('is the page at /, with nothing from elsewhere', async () => {
    const page = await fetch(service.origin);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = await page.text();
    expect(text).not.toMatch(/<script>|<style>|https?:\/\//);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    for (const [, file] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const answer = await fetch(new URL(file, service.origin));
      expect([file, answer.status, answer.headers.get('x-content-type-options')]).toEqual([file, 200, 'nosniff']);
    }
    expect(await (await fetch(`${service.origin}/swagger-ui/swagger-ui-init.js`)).text()).toContain('/api/v1/requests');
  });
});
