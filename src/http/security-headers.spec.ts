import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../requests/testing.js';

const BODY = { repo: 'https://git.example.org/a.git', ref: 'a'.repeat(40) };
const PUBLIC = 'https://cachito.example.org';

let plain: TestService;
let secure: TestService;
beforeAll(async () => {
  plain = await startTestService();
  secure = await startTestService({ server: { publicUrl: PUBLIC } });
  await plain.call('POST', '/requests', { body: BODY });
});
afterAll(async () => {
  await plain?.close();
  await secure?.close();
});

/** Names, in small letters, and values of the headers of an answer, repeated ones one by one. */
function rawHeaders(url: string): Promise<[string, string][]> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      const { rawHeaders: raw } = response;
      resolve(raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1]]] : [])));
    }).on('error', reject);
  });
}

describe('security headers', () => {
  it.each([
    ['/', true],
    ['/swagger-ui/swagger-ui.css', true],
    ['/api/v1/requests', false],
    ['/api/v1/requests/1', false],
    ['/api/v1/requests/999', false],
    ['/api/v1/requests/1/packages', false],
    ['/api/v1/openapi.json', false],
    ['/nothing', false],
    ['/api/v1/requests/', false],
    ['/api/v1/requests?x=%', false],
  ])('of %s are there, each once', async (path, isPage) => {
    const pairs = await rawHeaders(`${plain.origin}${path}`);
    const headers = Object.fromEntries(pairs);
    expect(pairs).toHaveLength(Object.keys(headers).length);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining(isPage ? "script-src 'self'" : "default-src 'none'; frame"),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=()'),
    });
    if (!isPage) expect(headers['cache-control']).toBe('no-store');
    for (const unwanted of ['x-powered-by', 'server', 'strict-transport-security', 'access-control-allow-origin']) {
      expect(headers).not.toHaveProperty(unwanted);
    }
  });

  it('ask for https for ever when that is the public address', async () => {
    const headers = Object.fromEntries(await rawHeaders(`${secure.origin}/api/v1/requests`));
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });
});

describe('a page of another site', () => {
  const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'];

  it.each(['/requests', '/requests/1/resubmit'])('may not ask for more than a form can: POST %s', async (path) => {
    const answer = await fetch(`${plain.origin}/api/v1${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    const names = [...answer.headers.keys()];
    expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it.each(FORMS)('changes nothing by a form of an old browser: %s', async (type) => {
    for (const [path, text] of [['/requests', JSON.stringify(BODY)], ['/requests/1/resubmit', ''], ['/requests/1/resubmit', '{}']]) {
      const answer = await plain.call('POST', path, { text, headers: { 'content-type': type } });
      expect([path, answer.status]).toEqual([path, 415]);
    }
  });

  it.each<[string, Record<string, string>, number, number]>([
    ['a program', {}, 201, 201],
    ['the service’s own page', { 'sec-fetch-site': 'same-origin', origin: 'https://anything.example' }, 201, 201],
    ['a person', { 'sec-fetch-site': 'none' }, 201, 201],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403, 403],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }, 403, 403],
    ['another site, claiming our origin', { 'sec-fetch-site': 'cross-site', origin: PUBLIC }, 403, 403],
    ['another site over http', { origin: 'http://evil.example' }, 403, 403],
    ['a page without an origin', { origin: 'null' }, 403, 403],
    ['an origin that is none', { origin: '::' }, 403, 403],
    ['the public address over http', { origin: PUBLIC }, 403, 201],
    ['the public address on another port', { origin: `${PUBLIC}:8443` }, 403, 403],
  ])('%s', async (_, headers, withoutPublicUrl, withPublicUrl) => {
    for (const [service, status] of [[plain, withoutPublicUrl], [secure, withPublicUrl]] as const) {
      const answer = await service.call('POST', '/requests', { body: BODY, headers });
      expect([answer.status, answer.text]).toEqual([status, answer.text]);
      if (status === 403) expect(answer.text).toContain('Pages of other sites may not do this');
    }
    // Without a body no content type is asked for, so a browser sends it without asking before.
    const { status } = await plain.call('POST', '/requests/1/resubmit', { headers });
    expect(status).toBe(withoutPublicUrl);
    expect((await plain.call('GET', '/requests', { headers })).status).toBe(200);
  });

  it('that is our own host is told by the origin', async () => {
    const { status } = await plain.call('POST', '/requests', { body: BODY, headers: { origin: plain.origin } });
    expect(status).toBe(201);
  });
});
