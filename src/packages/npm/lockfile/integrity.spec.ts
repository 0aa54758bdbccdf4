import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CachitoError, InvalidFileFormat, UnsupportedFeature } from '../../../errors/index.js';
import { integrityText, strongestDigest } from './integrity.js';

const digest = (algorithm: string, text = 'x'): string =>
  `${algorithm}-${createHash(algorithm).update(text).digest('base64')}`;
const hex = (algorithm: string, text = 'x'): string => createHash(algorithm).update(text).digest('hex');

describe('strongestDigest', () => {
  it.each([
    ...['sha512', 'sha384', 'sha256', 'sha1', 'md5'].map((algorithm) => [digest(algorithm), algorithm]),
    [`${digest('sha1')} ${digest('sha512')}`, 'sha512'],
    [`${digest('sha384')}\n${digest('sha256')}  ${digest('md5')}`, 'sha384'],
    [`${digest('sha1')} ${digest('sha1')}`, 'sha1'],
    [`${digest('sha512')}?option`, 'sha512'],
    [`sha3-512-${'a'.repeat(10)} ${digest('sha256')}`, 'sha256'],
  ])('of %s is the one with %s', (integrity, algorithm) => {
    expect(strongestDigest(integrity, 'kite@1.0.0')).toEqual({ algorithm, hex: hex(algorithm) });
  });

  const MALFORMED = [
    '',
    ' ',
    'sha512',
    'sha512-',
    '-',
    'sha512-!!!',
    'hello',
    'sha512 abc',
    `SHA512-${'A'.repeat(86)}==`,
    hex('sha512'),
    `sha1-${hex('sha1')}`,
    digest('sha512').slice(0, -2),
    digest('sha512').replaceAll('/', '_').replaceAll('+', '-'),
    digest('sha1').replace('sha1', 'sha512'),
    `${digest('sha512')} sha1-zz`,
    `${digest('sha512')}${'A'.repeat(5000)}`,
    'sha512-\u0000',
    `__proto__-${'A'.repeat(8)}`,
  ];
  it.each(MALFORMED)('refuses %j, naming the package', (integrity) => {
    expect(() => strongestDigest(integrity, 'kite@1.0.0')).toThrow(InvalidFileFormat);
    expect(() => strongestDigest(integrity, 'kite@1.0.0')).toThrow(/kite@1\.0\.0/);
  });

  it.each([
    `${digest('sha512')} ${digest('sha512', 'y')}`,
    `${digest('sha1', 'y')} ${digest('sha1')}`,
    'sha3-AAAA',
    'whirlpool-AAAA',
  ])('does not support %s', (integrity) =>
    expect(() => strongestDigest(integrity, 'kite@1.0.0')).toThrow(UnsupportedFeature),
  );

  it('knows no other errors', () => {
    for (const integrity of [...MALFORMED, 'constructor-AAAA', 'a-b-c', '?', '\ud800-x']) {
      expect(() => strongestDigest(integrity, 'kite')).toThrow(CachitoError);
    }
  });
});

it('writes a digest as it reads it', () => {
  expect(integrityText({ algorithm: 'sha512', hex: hex('sha512') })).toBe(digest('sha512'));
});
