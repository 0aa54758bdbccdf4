import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Configuration } from '../../config/index.js';
import { testConfiguration } from '../../config/testing.js';
import { describeLogins, loginText } from './login-schemes.js';

type Auth = Configuration['auth'];

const ISSUER: Auth['oidcIssuers'][number] = {
  issuer: 'https://a.example',
  audiences: ['cachito'],
  jwksUri: undefined,
  algorithms: ['RS256'],
  caCertificates: undefined,
  rules: [],
  browser: undefined,
};
const browser = { clientId: 'x', authorizationEndpoint: 'https://a.example/a', tokenEndpoint: 'https://a.example/t', scopes: ['openid'] };

function described(overrides: Partial<Auth>): { schemes: string[]; post: unknown; read: unknown; open: unknown } {
  const { auth } = testConfiguration({ auth: { loginDisabled: false, ...overrides } });
  const operation = (...marks: string[]) => ({
    responses: {},
    ...(marks.length > 0 && { security: marks.map((mark) => ({ [mark]: [] })) }),
  });
  const paths = {
    '/a': { post: operation('reader', 'login'), get: operation('reader') },
    '/b': { get: operation() },
  };
  const document: OpenAPIObject = { openapi: '3.1.0', info: { title: '', version: '1' }, paths };
  describeLogins(document, auth);
  return {
    schemes: Object.keys(document.components?.securitySchemes ?? {}),
    post: document.paths['/a'].post?.security,
    read: document.paths['/a'].get?.security,
    open: document.paths['/b'].get?.security,
  };
}

describe('the ways to log in, in the document', () => {
  it.each<[Partial<Auth>, string[]]>([
    [{}, []],
    [{ trustedProxies: ['10.0.0.0/8'] }, ['proxy']],
    [{ tokensFile: '/x' }, ['bearer']],
    [{ oidcIssuers: [ISSUER] }, ['bearer']],
    [{ oidcIssuers: [{ ...ISSUER, browser }] }, ['bearer', 'oidc']],
    [{ kerberos: { service: 'HTTP@a', keytab: undefined } }, ['kerberos']],
    [
      { trustedProxies: ['::1/128'], tokensFile: '/x', kerberos: { service: 'HTTP@a', keytab: undefined } },
      ['proxy', 'bearer', 'kerberos'],
    ],
  ])('are those that are on: %j', (auth, schemes) => {
    const ways = schemes.map((name) => ({ [name]: [] }));
    const needed = ways.length > 0 ? ways : undefined;
    expect(described(auth)).toEqual({ schemes, post: needed, read: undefined, open: undefined });
  });

  it('are needed for reading, or are of use there, as configured', () => {
    const ways = [{ bearer: [] }];
    const on = { tokensFile: '/x' };
    expect(described({ ...on, readRequiresLogin: true })).toMatchObject({ post: ways, read: ways, open: undefined });
    expect(described({ ...on, hostReaders: { a: ['b'] } })).toMatchObject({ post: ways, read: [{}, ...ways] });
    expect(described({ ...on, loginDisabled: true })).toMatchObject({ post: [{}, ...ways], read: undefined });
  });

  it('are told in words', () => {
    const text = (overrides: Partial<Auth>): string => loginText(testConfiguration({ auth: overrides }).auth);
    expect(text({})).toBe('Nobody needs to log in.');
    const one = { loginDisabled: false, tokensFile: '/x' };
    expect(text(one)).toMatch(/^Ways to log in: \*bearer\*;.*Reading is anonymous/);
    expect(text({ ...one, readRequiresLogin: true })).toMatch(/Reading needs a login, too/);
    expect(text({ ...one, loginDisabled: true })).toMatch(/may do everything; one that is brought must be good/);
    expect(text({ ...one, hostReaders: { a: ['b'] } })).toMatch(/shown to certain users only/);
  });
});
