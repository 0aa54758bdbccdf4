import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Authority, type Certificate } from './support/certificates.js';
import { freePort, startNginxWith } from './support/nginx.js';
import { Service } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

const PROXY = '127.0.0.3';
const OBSTACLE = missingTool('nginx') ?? missingTool('openssl');

/** As nginx writes it: RFC 2253, the last part first, bytes beyond ASCII in hexadecimal. */
const WORKER = 'CN=worker,OU=Build,O=Acme';

let service: Service;
let directory: string;
let stop: (() => Promise<void>) | undefined;
let authority: Authority;
let stranger: Authority;
let ca: string;
/** Servers that ask for a certificate: one that ends calls with a bad one, one that leaves it to the service. */
let strict: number;
let lenient: number;

beforeAll(async () => {
  if (OBSTACLE !== undefined) return;
  service = await Service.start({ CACHITO_TRUSTED_PROXIES: PROXY, CACHITO_WORKER_USERNAMES: JSON.stringify([WORKER]) });
  directory = await mkdtemp(join(tmpdir(), 'cachito-certificates-'));
  await chmod(directory, 0o755);
  authority = await Authority.create(directory, 'authority');
  stranger = await Authority.create(directory, 'stranger');
  ca = await readFile(authority.file, 'utf8');
  await startProxy(await authority.issue('server', '/CN=localhost', { names: ['DNS:localhost', 'IP:127.0.0.1'] }));
});
afterAll(async () => {
  await stop?.();
  await service?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

async function startProxy({ certFile, keyFile }: Certificate): Promise<void> {
  strict = await freePort();
  lenient = await freePort();
  const server = (port: number, verify: string): string => `server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
    ssl_client_certificate ${authority.file}; ssl_verify_client ${verify};
    location / {
      proxy_pass ${service.base}; proxy_bind ${PROXY};
      proxy_set_header X-Remote-User "";
      proxy_set_header X-SSL-Client-S-DN $ssl_client_s_dn;
      proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
    }
  }`;
  stop = await startNginxWith(directory, strict, server(strict, 'optional') + server(lenient, 'optional_no_ca'));
}

interface Answer {
  status: number;
  json: { user?: string | null; error?: string };
}

async function call(port: number, certificate: Certificate | undefined, method: string, path: string, body: unknown, headers = {}): Promise<Answer> {
  const sent = request(`https://127.0.0.1:${port}${path}`, {
    method,
    ca,
    cert: certificate?.cert,
    key: certificate?.key,
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end(JSON.stringify(body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const received = await text(response);
  const json: Answer['json'] = received.startsWith('{') ? JSON.parse(received) : {};
  return { status: response.statusCode ?? 0, json };
}

function post(port: number, certificate: Certificate | undefined, headers = {}): Promise<Answer> {
  const body = { repo: 'https://git.invalid/a.git', ref: 'a'.repeat(40), pkg_managers: [] };
  return call(port, certificate, 'POST', '/api/v1/requests', body, headers);
}

function patch(certificate: Certificate | undefined, headers = {}): Promise<Answer> {
  return call(strict, certificate, 'PATCH', '/api/v1/requests/999999', { packages_count: 1 }, headers);
}

describe('client certificates behind nginx', () => {
  const NAMES: [subject: string, user: string][] = [
    ['/O=Acme/OU=People/CN=alice', 'CN=alice,OU=People,O=Acme'],
    ['/O=Acme, Inc./CN=bob', 'CN=bob,O=Acme\\, Inc.'],
    ['/CN=Zoë', 'CN=Zo\\C3\\AB'],
    ['/CN="x" <y>;\\+z=\\\\', 'CN=\\"x\\" \\<y\\>\\;\\+z=\\\\'],
    ['/OU=a+L=b/CN=several', 'CN=several,OU=a+L=b'],
    ['/CN=first/CN=second', 'CN=second,CN=first'],
    ['/CN=worker,OU=Build,O=Acme', 'CN=worker\\,OU=Build\\,O=Acme'],
    ['/emailAddress=a@example.org/CN=mail', 'CN=mail,emailAddress=a@example.org'],
    ['/CN=two\nlines', 'CN=two\\0Alines'],
  ];
  NAMES.forEach(([subject, user], at) => {
    itUnless(OBSTACLE, `name the user ${user}`, async () => {
      const answer = await post(strict, await authority.issue(`user-${at}`, subject));
      expect(answer).toMatchObject({ status: 201, json: { user, submitted_by: null } });
    });
  });

  itUnless(OBSTACLE, 'give a role to the one who has it', async () => {
    expect((await patch(await authority.issue('worker', '/O=Acme/OU=Build/CN=worker'))).status).toBe(404);
    expect((await patch(await authority.issue('other', '/O=Acme/OU=Build/CN=worker2'))).status).toBe(403);
    expect((await patch(await authority.issue('lookalike', '/CN=worker,OU=Build,O=Acme'))).status).toBe(403);
  });

  itUnless(OBSTACLE, 'are not needed to read, and to post they are', async () => {
    expect((await call(strict, undefined, 'GET', '/api/v1/requests', undefined)).status).toBe(200);
    for (const port of [strict, lenient]) expect((await post(port, undefined)).status).toBe(401);
  });

  itUnless(OBSTACLE, 'cannot be claimed by headers', async () => {
    for (const verdict of ['SUCCESS', 'success', 'NONE']) {
      const forged = { 'X-SSL-Client-S-DN': WORKER, 'X-SSL-Client-Verify': verdict, 'X-Remote-User': WORKER };
      expect((await patch(undefined, forged)).status).toBe(401);
      expect((await patch(await authority.issue(`forger-${verdict}`, '/CN=mallory'), forged)).status).toBe(403);
    }
  });

  itUnless(OBSTACLE, 'are refused by nginx when one has expired', async () => {
    const expired = await authority.issue('expired', '/O=Acme/OU=Build/CN=worker', { days: -1 });
    // `optional_no_ca` forgives an unknown authority, and nothing else.
    for (const port of [strict, lenient]) expect((await post(port, expired)).status).toBe(400);
  });

  itUnless(OBSTACLE, 'are refused by nginx or by the service when one is from another authority', async () => {
    const strange = await stranger.issue('strange', '/O=Acme/OU=Build/CN=worker');
    expect((await post(strict, strange)).status).toBe(400);
    const { status, json } = await post(lenient, strange);
    expect([status, json.error]).toEqual([401, expect.stringContaining('The client certificate was not verified')]);
  });

  itUnless(OBSTACLE, 'without a subject name nobody', async () => {
    const { status, json } = await post(strict, await authority.issue('nobody', '/', { names: ['DNS:worker.example'] }));
    expect([status, json.error]).toEqual([401, expect.stringContaining('has no subject')]);
  });
});
