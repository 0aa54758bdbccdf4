import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Browser, BROWSER, type Page } from './support/browser.js';
import { type LoginService, startLoginService, STATIC_TOKEN } from './support/login-service.js';
import type { Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

/** The real page in a real browser, by its buttons: needs Debian's package chromium. */
describe('Swagger UI in a browser', () => {
  const obstacle = missingTool(BROWSER);
  let login: LoginService;
  let service: Service;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    login = await startLoginService();
    service = login.service;
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.close();
    await login?.close();
  });

  itUnless(obstacle, 'logs in by a bearer token that is pasted', async () => {
    page = await browser.open(`${service.base}/`, '.auth-wrapper .authorize');
    expect(await statusOfListing()).toBe('401');
    await page.click("document.querySelector('.auth-wrapper .authorize')");
    await page.type("document.querySelector('.auth-container input[type=text]')", STATIC_TOKEN);
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
    expect(login.issuers.asked.filter((path) => path === '/right/token')).not.toEqual([]);
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
