import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser, type Page } from './support/browser.js';
import { type IssuerKey, issuerKey, makeToken, OidcIssuers } from './support/oidc-issuer.js';
import { Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

const STATIC = `cachito_${'t'.repeat(43)}`;

let folder: string;
let key: IssuerKey;
let issuers: OidcIssuers;
let issuer: string;
let service: Service;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cachito-swagger-'));
  key = issuerKey('one');
  issuers = await OidcIssuers.start();
  issuer = issuers.addIssuer('right', [key]);
  issuers.addClient('right', 'cachito-ui', () => makeToken(key, { iss: issuer, aud: 'cachito', sub: 'alice' }));
  const login = { client_id: 'cachito-ui', authorization_endpoint: `${issuer}/auth`, token_endpoint: `${issuer}/token` };
  const rules = [{ claims: { sub: '*' }, user: 'sso:{sub}' }];
  await writeFile(join(folder, 'oidc.json'), JSON.stringify([{ issuer, audience: 'cachito', rules, ...login }]));
  const sha256 = createHash('sha256').update(STATIC).digest('hex');
  await writeFile(join(folder, 'tokens.json'), JSON.stringify([{ user: 'bot', sha256 }]), { mode: 0o600 });
  service = await Service.start({
    CACHITO_OIDC_FILE: join(folder, 'oidc.json'),
    CACHITO_TOKENS_FILE: join(folder, 'tokens.json'),
    CACHITO_READ_REQUIRES_LOGIN: 'true',
  });
});

afterAll(async () => {
  await service?.close();
  issuers?.close();
  await rm(folder, { recursive: true, force: true });
});

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

  describe('in a browser', () => {
    const obstacle = missingTool('chromium');
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      if (obstacle !== undefined) return;
      browser = await Browser.start();
    });
    afterAll(() => browser?.close());

    itUnless(obstacle, 'logs in by a bearer token that is pasted', async () => {
      page = await browser.open(`${service.base}/`, '.auth-wrapper .authorize');
      expect(await statusOfListing()).toBe('401');
      await page.click("document.querySelector('.auth-wrapper .authorize')");
      await page.type("document.querySelector('.auth-container input[type=text]')", STATIC);
      await page.click(authorizeButton('http, Bearer'));
      await page.waitFor("document.querySelector('.modal-ux').textContent.includes('Logout')");
      await page.click("document.querySelector('.modal-ux .close-modal')");
      expect(await statusOfListing()).toBe('200');
    });

    itUnless(obstacle, 'logs in at the issuer (authorization code with PKCE)', async () => {
      page = await browser.open(`${service.base}/`, '.auth-wrapper .authorize');
      await page.click("document.querySelector('.auth-wrapper .authorize')");
      await page.click(authorizeButton('with PKCE'));
      await page.waitFor("document.querySelector('.modal-ux').textContent.includes('Logout')");
      await page.click("document.querySelector('.modal-ux .close-modal')");
      expect(await statusOfListing()).toBe('200');
      expect(issuers.asked.filter((path) => path === '/right/token')).not.toEqual([]);
    });

    /** The button of the way to log in whose headline has these words. */
    function authorizeButton(words: string): string {
      const containers = `[...document.querySelectorAll('.auth-container')]`;
      return `${containers}.find((each) => each.textContent.includes('${words}'))?.querySelector('.authorize')`;
    }

    /** Executes `GET /api/v1/requests` by its form. */
    async function statusOfListing(): Promise<unknown> {
      const block = `[...document.querySelectorAll('.opblock-get')].find((each) =>
        each.querySelector('[data-path="/api/v1/requests"]'))`;
      if ((await page.evaluate(`${block}?.querySelector('.execute') != null`)) !== true) {
        await page.click(`${block}?.querySelector('.opblock-summary-control')`);
      } else {
        await page.click(`${block}?.querySelector('.btn-clear')`);
      }
      await page.click(`${block}?.querySelector('.execute')`);
      const status = `${block}?.querySelector('.live-responses-table .response .response-col_status')`;
      await page.waitFor(status);
      return page.evaluate(`${status}.firstChild.textContent.trim()`);
    }
  });
});
