import { describe, expect, it } from '@jest/globals';
import { compareGoVersions, parseGoVersion } from './go-version.js';

// prettier-ignore
const NO_VERSIONS = [
  '', 'go', 'default', 'local', 'auto', 'path', 'go1.', 'go1..2', 'go1.2.', 'go1.2.3.4', '01.2', '1.02', '1.2.03', '1.22rc01',
  '1.22.3rc1', '1.22RC1', 'v1.22.3', 'Go1.22', 'go 1.22', ' 1.22', 'gogo1.22', '1.600+auto', 'go1.22/../../x',
  'go1.22.3-x/y', 'go1.22.3-..\\x', 'go1.22.3\n', 'go1.22.3\0', 'devel go1.23-abcdef', '1.x', '٢.٣', '-1.2', '1.2é',
  '__proto__', `1.${'9'.repeat(100)}`, `go1.22.3-${'x'.repeat(1_000_000)}`,
];

describe('a Go version', () => {
  it.each([
    ['1.22', '1.22'],
    ['go1.22', '1.22'],
    ['1.22.3', '1.22.3'],
    ['go1.22.3', '1.22.3'],
    ['go1.22.3-custom', '1.22.3'],
    ['go1.22.3-bigcorp.7', '1.22.3'],
    ['1.23rc1-custom', '1.23rc1'],
    ['go1.23rc1', '1.23rc1'],
    ['go1.18beta2', '1.18beta2'],
    ['go1.22.3 X:boringcrypto', '1.22.3'],
    ['go1.22.3\tX', '1.22.3'],
    ['1', '1'],
    ['2.0', '2.0'],
    ['1.0', '1.0'],
    ['1.999testmod', '1.999testmod'],
    ['1.99999999999999999', '1.99999999999999999'],
  ])('%j is %s', (text, version) => {
    expect(parseGoVersion(text)).toBe(version);
  });

  it.each(NO_VERSIONS)('is not %j', (text) => {
    expect(parseGoVersion(text)).toBeUndefined();
  });

  /** In their order; what stands together is equal. */
  const ORDERED = [
    ['', 'x', '1.600+auto', '1.22.3rc1'],
    ['1', '1.0', '1.0.0'],
    ['1.1'],
    ['1.5'],
    ['1.6', '1.6.0'],
    ['1.6.1'],
    ['1.10'],
    ['1.19alpha3'],
    ['1.19beta2'],
    ['1.19rc1'],
    ['1.19rc2'],
    ['1.19rc10'],
    ['1.19', '1.19.0'],
    ['1.19.1'],
    ['1.20rc1'],
    ['1.20', '1.20.0'],
    ['1.21'],
    ['1.21rc1'],
    ['1.21.0'],
    ['1.21.1'],
    ['1.21.10'],
    ['1.22'],
    ['1.99999999999999998'],
    ['1.99999999999999999'],
    ['2.0', '2'],
  ].flatMap((versions, rank) => versions.map((version) => ({ version, rank })));

  it('has its place among the others', () => {
    const signs = ORDERED.map((a) => ORDERED.map((b) => Math.sign(compareGoVersions(a.version, b.version))));
    expect(signs).toEqual(ORDERED.map((a) => ORDERED.map((b) => Math.sign(a.rank - b.rank))));
  });
});
