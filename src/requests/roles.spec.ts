import { afterAll, describe, expect, it } from '@jest/globals';
import type { ConfigurationOverrides } from '../config/testing.js';
import { startTestService, type TestService } from './testing.js';

const BODY = { repo: 'https://h.example.org/a', ref: 'a'.repeat(40) };
const STALE = { state: 'stale', state_reason: 'x' };
const NAMES = { userRepresentatives: ['rep'], workerUsernames: ['worker', 'CN=worker,O=x'] };

const services = new Map<string, Promise<TestService>>();
afterAll(async () => {
  for (const each of services.values()) await (await each).close();
});

/** `proxy`: identities are believed; `open`: login disabled, identities believed; `local`: nothing configured. */
const AUTH: Record<string, ConfigurationOverrides['auth']> = {
  proxy: { ...NAMES, loginDisabled: false, trustedProxies: ['127.0.0.0/8'] },
  open: { ...NAMES, loginDisabled: true, trustedProxies: ['127.0.0.0/8'] },
  local: { ...NAMES, loginDisabled: true, trustedProxies: [] },
  elsewhere: { ...NAMES, loginDisabled: false, trustedProxies: ['192.0.2.1/32'] },
};

function service(kind: string): Promise<TestService> {
  const known = services.get(kind) ?? startTestService({ auth: AUTH[kind] });
  services.set(kind, known);
  return known;
}

const user = (name: string): Record<string, string> => ({ 'x-remote-user': name });
const certificate = (subject: string, verdict = 'SUCCESS'): Record<string, string> => ({
  'x-ssl-client-s-dn': subject,
  'x-ssl-client-verify': verdict,
});

describe('roles', () => {
  it.each<[string, Record<string, string>, string, string, unknown, number]>([
    ['proxy', {}, 'GET', '/requests', undefined, 200],
    ['proxy', {}, 'POST', '/requests', BODY, 401],
    ['proxy', {}, 'POST', '/requests', { ...BODY, ref: 'x' }, 400],
    ['proxy', {}, 'POST', '/requests?x=1', BODY, 400],
    ['proxy', {}, 'POST', '/requests', { ...BODY, repo: 'file:///x' }, 401],
    ['proxy', user('alice'), 'POST', '/requests', { ...BODY, repo: 'file:///x' }, 400],
    ['proxy', user('alice'), 'POST', '/requests', BODY, 201],
    ['proxy', certificate('CN=bob'), 'POST', '/requests', BODY, 201],
    ['proxy', certificate('CN=bob', 'NONE'), 'POST', '/requests', BODY, 401],
    ['proxy', { remote_user: 'alice' }, 'POST', '/requests', BODY, 401],
    ['proxy', { authorization: 'Basic YWxpY2U6eA==' }, 'POST', '/requests', BODY, 401],
    ['proxy', { 'x-forwarded-for': '127.0.0.1' }, 'POST', '/requests', BODY, 401],
    ['proxy', {}, 'PATCH', '/requests/1', STALE, 401],
    ['proxy', {}, 'PATCH', '/requests/1', {}, 400],
    ['proxy', user('alice'), 'PATCH', '/requests/1', {}, 400],
    ['proxy', user('alice'), 'PATCH', '/requests/1', STALE, 403],
    ['proxy', user('alice'), 'PATCH', '/requests/x', STALE, 404],
    ['proxy', user('alice'), 'PATCH', '/requests/999', STALE, 403],
    ['proxy', user('worker'), 'PATCH', '/requests/999', STALE, 404],
    ['proxy', user('worker'), 'PATCH', '/requests/1', { packages_count: 1 }, 200],
    ['proxy', certificate('CN=worker,O=x'), 'PATCH', '/requests/1', { packages_count: 1 }, 200],
    ['proxy', {}, 'POST', '/requests/1/configuration-files', [], 401],
    ['proxy', user('alice'), 'POST', '/requests/1/configuration-files', [], 403],
    ['proxy', user('worker'), 'POST', '/requests/1/configuration-files', [], 204],
    ['proxy', {}, 'POST', '/requests/1/resubmit', {}, 401],
    ['proxy', user('alice'), 'POST', '/requests/1/resubmit', {}, 201],
    ['proxy', user('alice'), 'POST', '/requests', { ...BODY, user: 'bob' }, 403],
    ['proxy', user('worker'), 'POST', '/requests', { ...BODY, user: 'bob' }, 403],
    ['proxy', user('rep'), 'POST', '/requests', { ...BODY, user: 'bob' }, 201],
    ['proxy', user('alice'), 'POST', '/requests', { ...BODY, user: '' }, 201],
    ['open', {}, 'POST', '/requests', BODY, 201],
    ['open', {}, 'POST', '/requests', { ...BODY, user: 'bob' }, 400],
    ['open', {}, 'PATCH', '/requests/1', { packages_count: 1 }, 200],
    ['open', user('alice'), 'PATCH', '/requests/1', STALE, 403],
    ['open', user('worker'), 'PATCH', '/requests/1', { packages_count: 1 }, 200],
    ['open', user('rep'), 'POST', '/requests', { ...BODY, user: 'bob' }, 201],
    ['local', {}, 'POST', '/requests', BODY, 201],
    ['local', {}, 'PATCH', '/requests/1', { packages_count: 1 }, 200],
    ['local', user('rep'), 'POST', '/requests', { ...BODY, user: 'bob' }, 400],
    ['elsewhere', user('alice'), 'POST', '/requests', BODY, 401],
    ['elsewhere', user('worker'), 'PATCH', '/requests/1', STALE, 401],
    ['elsewhere', {}, 'GET', '/requests', undefined, 200],
  ])('%s %j %s %s %j → %d', async (kind, headers, method, path, body, status) => {
    const answer = await (await service(kind)).call(method, path, { headers, body });
    expect([answer.status, answer.text]).toEqual([status, answer.text]);
    if (status >= 400) expect(answer.json).toEqual({ error: expect.any(String) });
  });

  it.each<[string, Record<string, string>, object, [string | null, string | null]]>([
    ['proxy', user('alice'), {}, ['alice', null]],
    ['proxy', user('rep'), {}, ['rep', null]],
    ['proxy', user('rep'), { user: 'carol' }, ['carol', 'rep']],
    ['proxy', user('rep'), { user: 'rep' }, ['rep', 'rep']],
    ['proxy', user('rep'), { user: '' }, ['rep', null]],
    ['open', {}, {}, [null, null]],
    ['local', user('alice'), {}, [null, null]],
  ])('%s %j with %j is of %j', async (kind, headers, more, expected) => {
    const { json } = await (await service(kind)).call('POST', '/requests', { headers, body: { ...BODY, ...more } });
    expect([Object(json).user, Object(json).submitted_by]).toEqual(expected);
  });
});
