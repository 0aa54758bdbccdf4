import { describe, expect, it } from '@jest/globals';
import { NetworkError } from '../errors/index.js';
import { AddressRefusedError } from './address-policy.js';
import { BodyTooLargeError } from './body.js';
import { failure, transientFailureOf, transientStatusFailure, unreachable } from './failures.js';
import { TransientFailure } from './retries.js';

const URL_ = new URL('https://user:secret@host/path?token=secret');
const coded = (code: string): Error => unreachable(URL_, Object.assign(new Error('x'), { code }));

describe('transientFailureOf', () => {
  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT', 'EAI_AGAIN', 'EPIPE'].map((code) => [code, coded(code)] as const),
    ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'].map((code) => [code, coded(code)] as const),
    ['a broken answer', unreachable(URL_, Object.assign(new Error('x'), { name: 'HTTPParserError' }))],
    ['all addresses of a host', unreachable(URL_, { errors: [Object.assign(new Error('x'), { code: 'ECONNREFUSED' })] })],
    ['a proxy out of order', failure('x', 'PROXY_503')],
  ])('%s may pass', (_name, error) => {
    expect(transientFailureOf(error)).toMatchObject({ error, retryAfter: undefined });
    expect(String(error)).not.toContain('secret');
  });

  it.each([
    ...['ENOTFOUND', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'].map((code) => [code, coded(code)] as const),
    ...['UND_ERR_INVALID_ARG', 'UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_DESTROYED'].map((code) => [code, coded(code)] as const),
    ['a refused address', new AddressRefusedError('10.0.0.1')],
    ['a body that is too large', new BodyTooLargeError('https://host/', 5)],
    ['a refusal of a proxy', failure('x', 'PROXY_407')],
    ['a refusal of ours', new NetworkError('redirects too often')],
    ['a full disk', Object.assign(new Error('x'), { code: 'ENOSPC' })],
    ['nothing', undefined],
  ])('%s does not', (_name, error) => {
    expect(transientFailureOf(error)).toBeUndefined();
  });

  it('keeps one as it is', () => {
    const known = new TransientFailure(new Error('x'), 5);
    expect(transientFailureOf(known)).toBe(known);
  });
});

it.each<[number, Record<string, string>, { retryAfter: number | undefined } | undefined]>([
  [429, { 'retry-after': '7' }, { retryAfter: 7000 }],
  [503, {}, { retryAfter: undefined }],
  [500, {}, { retryAfter: undefined }],
  [408, {}, { retryAfter: undefined }],
  [425, {}, { retryAfter: undefined }],
  [404, { 'retry-after': '7' }, undefined],
  [403, {}, undefined],
  [200, {}, undefined],
])('the status %i with %j', (status, headers, expected) => {
  const error = new NetworkError('x');
  const found = transientStatusFailure({ status, headers }, error);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ ...expected, error });
});
