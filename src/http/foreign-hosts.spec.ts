import { afterAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../../test/support/raw-http.js';
import type { ConfigurationOverrides } from '../config/testing.js';
import { startTestService, type TestService } from '../requests/testing.js';

/** Only the first is for everybody on its own machine, and has no name. */
const SERVICES: Record<string, ConfigurationOverrides> = {
  open: {},
  named: { server: { publicUrl: 'https://cachito.example.org' } },
  closed: { auth: { loginDisabled: false, trustedProxies: ['127.0.0.1/32'] } },
};

const services = new Map<string, Promise<TestService>>();
afterAll(async () => {
  for (const each of services.values()) await (await each).close();
});

function service(kind: string): Promise<TestService> {
  const known = services.get(kind) ?? startTestService(SERVICES[kind]);
  services.set(kind, known);
  return known;
}

async function call(kind: string, host: string, method = 'GET'): Promise<string> {
  const port = Number(new URL((await service(kind)).origin).port);
  return sendRaw(port, `${method} /api/v1/requests HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

describe('calls for another host', () => {
  it.each([
    ['open', 'localhost', 200],
    ['open', 'LocalHost:8080', 200],
    ['open', '127.0.0.1:1', 200],
    ['open', '127.9.9.9', 200],
    ['open', '[::1]:8080', 200],
    ['open', 'evil.example', 421],
    ['open', 'evil.example:8080', 421],
    ['open', '127.0.0.1.evil.example', 421],
    ['open', 'localhost.evil.example', 421],
    ['open', 'evil.example:localhost', 421],
    ['open', '192.0.2.1', 421],
    ['named', 'evil.example', 200],
    ['closed', 'evil.example', 200],
  ])('%s service, %s: %d', async (kind, host, status) => {
    expect(await call(kind, host)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('are told what to do', async () => {
    expect(await call('open', 'evil.example', 'POST')).toMatch(/^HTTP\/1\.1 421 .*\{"error":"This service .* set CACHITO_PUBLIC_URL"\}/s);
  });
});
