import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LoginService, startLoginService } from './support/login-service.js';
import type { OidcIssuers } from './support/oidc-issuer.js';
import type { Service } from './support/service.js';

let login: LoginService;
let service: Service;
let issuers: OidcIssuers;
beforeAll(async () => {
  login = await startLoginService();
  ({ service, issuers } = login);
});
afterAll(() => login?.close());

describe('the document', () => {
  it('has the ways to log in that are on, for reading, too', async () => {
    const document = Object(await (await service.fetch('/api/v1/openapi.json')).json());
    expect(Object.keys(document.components.securitySchemes)).toEqual(['bearer', 'oidc']);
    const ways = [{ bearer: [] }, { oidc: [] }];
    const operations = document.paths['/api/v1/requests'];
    expect([operations.post.security, operations.get.security]).toEqual([ways, ways]);
    expect(document.paths['/healthz'].get.security).toBeUndefined();
    expect(document.info.description).toContain('Ways to log in: *bearer*, *oidc*');
  });
});

describe('Swagger UI', () => {
  it('may call this host and the issuer, and nobody else', async () => {
    const page = await service.fetch('/');
    const policy = page.headers.get('Content-Security-Policy');
    expect(policy).toContain(`connect-src 'self' ${issuers.origin};`);
    expect(policy).toContain("script-src 'self';");
    const redirect = await service.fetch('/oauth2-redirect.html');
    expect(redirect.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await redirect.text()).toContain('src="swagger-ui/oauth2-redirect.js"');
    expect((await service.fetch('/swagger-ui/oauth2-redirect.js')).status).toBe(200);
  });
});
