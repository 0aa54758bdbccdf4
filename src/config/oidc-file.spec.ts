import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readOidcIssuers } from './oidc-file.js';

const folder = mkdtempSync(join(tmpdir(), 'cachito-oidc-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): ReturnType<typeof readOidcIssuers> {
  const file = join(folder, 'oidc.yaml');
  writeFileSync(file, text);
  return readOidcIssuers(file);
}

const RULES = 'rules: [{claims: {repository: "acme/*"}, user: "github:{repository}"}]';
const entry = (more: string): string => `- {issuer: "https://a.example", audience: cachito, ${RULES}, ${more}}`;

describe('the file of issuers', () => {
  it('is read', () => {
    const { issuers, problems } = read(`
- issuer: https://token.actions.githubusercontent.com
  audience: cachito
  rules:
    - claims: {repository: acme/*, ref: [refs/heads/main, refs/tags/v*]}
      user: "github:{repository}"
      roles: [worker]
- issuer: https://sso.example.org/realms/acme
  audience: [cachito, other]
  jwks_uri: https://sso.example.org/keys
  algorithms: [ES256]
  client_id: cachito-ui
  authorization_endpoint: https://sso.example.org/auth
  token_endpoint: https://sso.example.org/token
  rules: [{claims: {groups: builders}, user: "sso:{name}"}, {claims: {sub: "42"}, user: release-bot}]
`);
    expect(problems).toEqual([]);
    expect(issuers).toEqual([
      expect.objectContaining({
        issuer: 'https://token.actions.githubusercontent.com',
        audiences: ['cachito'],
        jwksUri: undefined,
        browser: undefined,
        rules: [
          {
            claims: [
              { name: 'repository', patterns: ['acme/*'] },
              { name: 'ref', patterns: ['refs/heads/main', 'refs/tags/v*'] },
            ],
            user: ['github:', { claim: 'repository' }],
            roles: ['worker'],
          },
        ],
      }),
      expect.objectContaining({
        audiences: ['cachito', 'other'],
        algorithms: ['ES256'],
        browser: {
          clientId: 'cachito-ui',
          authorizationEndpoint: 'https://sso.example.org/auth',
          tokenEndpoint: 'https://sso.example.org/token',
          scopes: ['openid'],
        },
      }),
    ]);
  });

  it.each<[string, string]>([
    ['', 'must hold a list of issuers'],
    ['[]', 'must hold a list of issuers'],
    ['{a: b}', 'must hold a list of issuers'],
    ['- x', '[0] must be a map'],
    ['- {issuer: "https://a.example"}', '[0].audience is missing'],
    [entry('surprise: 1'), '[0] has an unknown key "surprise"'],
    [entry('algorithms: [HS256]'), '[0].algorithms must be a list of some of RS256'],
    [entry('algorithms: [none]'), '[0].algorithms must be'],
    [entry('jwks_uri: "http://a.example/keys"'), '[0].jwks_uri must be an https address'],
    [entry('ca_file: /nowhere'), '[0].ca_file cannot be read (ENOENT)'],
    [entry('client_id: x'), '[0].authorization_endpoint is missing'],
    [entry('token_endpoint: "https://a.example"'), '[0] has token_endpoint without client_id'],
    [`${entry('')}\n${entry('')}`, '[1].issuer is the same as [0].issuer'],
    [
      `${entry('')}\n- {issuer: "https://b.example", audience: x, ${RULES}}`,
      '[1].rules has user names that begin with "github:", as those of another issuer do',
    ],
    ...['http://a.example', 'https://u:p@a.example', 'https://a.example?x', 'https:///a', 'a.example', 'ftp://a'].map(
      (issuer): [string, string] => [
        `- {issuer: "${issuer}", audience: x, ${RULES}}`,
        '[0].issuer must be an https address without user, query and fragment (http only for loopback)',
      ],
    ),
    ...['{sub}', '{sub}@acme', ':{sub}', 'a{sub}:b', 'a:{}', 'a:{sub', 'a:\\t{sub}'].map((user): [string, string] => [
      `- {issuer: "https://a.example", audience: x, rules: [{claims: {sub: "*"}, user: "${user}"}]}`,
      '[0].rules[0].user must be',
    ]),
    ...['{}', '[]', 'x', '{sub: []}', '{sub: ""}', '{sub: 1}'].map((claims): [string, string] => [
      `- {issuer: "https://a.example", audience: x, rules: [{claims: ${claims}, user: bot}]}`,
      '[0].rules[0].claims must',
    ]),
  ])('is refused: %s', (text, problem) => {
    expect(read(text).problems).toContainEqual(expect.stringContaining(problem));
  });

  it('may name an issuer on this host by http', () => {
    expect(read(`- {issuer: "http://127.0.0.1:80/a", audience: x, ${RULES}}`).problems).toEqual([]);
  });
});
