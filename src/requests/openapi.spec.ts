import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { documentCompliance } from '../http/swagger/document.compliance.js';
import { startTestService, type TestService } from './testing.js';

documentCompliance(startTestService);

let service: TestService;
let document: OpenAPIObject;

beforeAll(async () => {
  service = await startTestService({ server: { publicUrl: 'https://cachito.example.org/base' } });
  document = Object((await service.call('GET', '/openapi.json')).json);
});
afterAll(() => service.close());

describe('OpenAPI document of requests', () => {
  it('sends calls to the host that it came from', () => {
    expect(document.servers).toEqual([{ url: '/base', description: expect.any(String) }]);
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
