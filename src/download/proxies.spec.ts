import { describe, expect, it } from '@jest/globals';
import { proxyAuthorization, proxyFor } from './proxies.js';

const PROXIES = { http: 'http://http-proxy:3128/', https: 'https://https-proxy:3129/' };

describe('proxyFor', () => {
  it.each<[string, string, string, string | undefined]>([
    ['https', 'https://acme.dev/', '', 'https-proxy'],
    ['http', 'http://acme.dev/', '', 'http-proxy'],
    ['ssh', 'ssh://git@acme.dev/', '', undefined],
    ['everything', 'https://acme.dev/', '*', undefined],
    ['everything among others', 'https://acme.dev/', 'x, *', undefined],
    ['the host', 'https://acme.dev/', 'acme.dev', undefined],
    ['upper case', 'https://acme.dev/', 'ACME.Dev', undefined],
    ['a host below', 'https://npm.acme.dev/', 'acme.dev', undefined],
    ['a domain with a dot', 'https://npm.acme.dev/', '.acme.dev', undefined],
    ['the domain itself, with a dot', 'https://acme.dev/', '.acme.dev', undefined],
    ['a domain with a star', 'https://npm.acme.dev/', '*.acme.dev', undefined],
    ['a dot at the end', 'https://acme.dev/', 'acme.dev.', undefined],
    ['several, with spaces', 'https://acme.dev/', ' a.b ,\tacme.dev', undefined],
    ['another host with the same end', 'https://notacme.dev/', 'acme.dev', 'https-proxy'],
    ['a part of a name', 'https://acme.dev.example/', 'acme.dev', 'https-proxy'],
    ['empty rules', 'https://acme.dev/', ',, ,', 'https-proxy'],
    ['a dot alone', 'https://acme.dev/', '.', 'https-proxy'],
    ['the port', 'https://acme.dev:8443/', 'acme.dev:8443', undefined],
    ['the default port', 'https://acme.dev/', 'acme.dev:443', undefined],
    ['another port', 'https://acme.dev/', 'acme.dev:8443', 'https-proxy'],
    ['everything on a port', 'https://acme.dev:8443/', '*:8443', undefined],
    ['an address', 'http://10.0.0.1/', '10.0.0.1', undefined],
    ['another address', 'http://110.0.0.1/', '10.0.0.1', 'http-proxy'],
    ['an IPv6 address', 'http://[fd00::1]/', 'fd00::1', undefined],
    ['an IPv6 address in brackets', 'http://[fd00::1]/', '[fd00::1]', undefined],
    ['an IPv6 address with its port', 'http://[fd00::1]:81/', '[fd00::1]:81', undefined],
    ['an IPv6 address with another port', 'http://[fd00::1]/', '[fd00::1]:81', 'http-proxy'],
    ['a network, which is not understood', 'http://10.0.0.1/', '10.0.0.0/8', 'http-proxy'],
  ])('%s', (_name, url, noProxy, expected) => {
    expect(proxyFor(new URL(url), { ...PROXIES, noProxy })?.hostname).toBe(expected);
  });

  it('may be there for one scheme only', () => {
    expect(proxyFor(new URL('https://a/'), { http: 'http://p/', https: undefined, noProxy: '' })).toBeUndefined();
  });
});

it.each([
  ['http://p:3128', undefined],
  ['http://u:p%40%3a@p:3128', `Basic ${Buffer.from('u:p@:').toString('base64')}`],
  ['http://u@p:3128', `Basic ${Buffer.from('u:').toString('base64')}`],
])('credentials of the proxy %s', (proxy, expected) => {
  expect(proxyAuthorization(new URL(proxy))).toBe(expected);
});
