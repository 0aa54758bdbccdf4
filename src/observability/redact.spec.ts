import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redactJsonLine, redactSecrets } from './redact.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF-_123';

describe('redactSecrets', () => {
  it.each([
    ['fatal: https://user:S3CRET@git.example/a.git', 'fatal: https://***@git.example/a.git'],
    ['https://S3CRET@git.example/a', 'https://***@git.example/a'],
    ['https://user:pa@S3CRET@git.example/@scope/x', 'https://***@git.example/@scope/x'],
    ['postgresql+psycopg2://u:S3CRET@h:1/d', 'postgresql+psycopg2://***@h:1/d'],
    ['ssh://git@host/x and https://registry.example/@scope/name', 'ssh://***@host/x and https://registry.example/@scope/name'],
    ['GET /x?a=1&access_token=S3CRET&b=2', 'GET /x?a=1&access_token=***&b=2'],
    ['?X-Amz-Signature=S3CRET&X-Amz-Credential=S3CRET/x', '?X-Amz-Signature=***&X-Amz-Credential=***'],
    ['?sv=1&sig=S3CRET', '?sv=1&sig=***'],
    ['PGPASSWORD=S3CRET psql', 'PGPASSWORD=*** psql'],
    ['//registry.example/:_authToken=S3CRET', '//registry.example/:_authToken=***'],
    ['Authorization: Basic S3CRET==\r\nHost: x', 'Authorization: ***\r\nHost: x'],
    ['Set-Cookie: sid=S3CRET; HttpOnly', 'Set-Cookie: ***'],
    ['PRIVATE-TOKEN: S3CRET', 'PRIVATE-TOKEN: ***'],
    ['tried Bearer S3CRETS3CRETS3CRET', 'tried Bearer ***'],
    ['{"headers":{"authorization":"Bearer S3CRET","x":"y"}}', '{"headers":{"authorization":"***","x":"y"}}'],
    ['{"password":"S3\\"S3CRET","x":1}', '{"password":"***","x":1}'],
    ['{"msg":"{\\"token\\":\\"S3CRET\\"}"}', '{"msg":"{\\"token\\":\\"***\\"}"}'],
    ["{ password: 'x', 'token': 'S3CRET' }", "{ password: 'x', 'token': '***' }"],
    ['push with ghp_S3CRETS3CRETS3CRETS3CRET1 failed', 'push with *** failed'],
    ['came with cachito_S3CRET-S3CRET_S3CRET-S3CRET_S3CRET-S3CRET_S!', 'came with ***!'],
    [`got ${JWT}.`, 'got ***.'],
    ['-----BEGIN RSA PRIVATE KEY-----\nS3CRET\n-----END RSA PRIVATE KEY-----', '***'],
  ])('%s', (text, expected) => {
    expect(redactSecrets(text)).toBe(expected);
    expect(redactSecrets(expected)).toBe(expected);
  });

  it.each([
    'Unexpected token < in JSON at position 3',
    'git@github.com:org/repo.git',
    'pkg:npm/%40scope/name@1.0.0?vcs_url=git%2Bhttps://x/y',
    'Basic authentication is not supported; use a token',
    'fetching https://proxy.golang.org/github.com/a/b/@v/v1.0.0.info',
    '{"level":"info","msg":"3 tokens read","id":7}',
  ])('leaves: %s', (text) => {
    expect(redactSecrets(text)).toBe(text);
  });

  it('reads hostile texts once', () => {
    for (const part of ['://', '"password":"', 'token=', 'token":"', 'Basic ', 'eyJ', '-----BEGIN ', 'cookie:', '"\\', 'a-']) {
      redactSecrets(part.repeat(50_000));
    }
  });
});

describe('redactJsonLine', () => {
  it.each([
    ['{"headers":{"authorization":["S3CRET"],"Private-Token":"S3 CRET"},"n":1}', '{"headers":{"authorization":"***","Private-Token":"***"},"n":1}'],
    ['{"msg":"token=\\"S3CRET\\" \\u0041"}', '{"msg":"token=\\"***\\" A"}'],
    ['{"msg":"token=","b":"x"}', '{"msg":"token=","b":"x"}'],
    ['no JSON, token=S3CRET', 'no JSON, token=***'],
  ])('%s', (line, expected) => {
    expect(redactJsonLine(line).trimEnd()).toBe(expected);
  });

  it('leaves JSON to be JSON', () => {
    const hostile = fc
      .array(fc.constantFrom('token=', '://u:p@', '"', "'", '\\', 'Authorization: ', '\n', 'password":"', 'x', ' ', 'é'))
      .map((parts) => parts.join(''));
    const key = fc.oneof(fc.string(), fc.constantFrom('password', 'authorization', 'msg'));
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.string(), hostile)), (value) => {
        const redacted: object = JSON.parse(redactJsonLine(JSON.stringify(value)));
        expect(Object.keys(redacted)).toEqual(Object.keys(value));
      }),
      { numRuns: 500 },
    );
  });
});
