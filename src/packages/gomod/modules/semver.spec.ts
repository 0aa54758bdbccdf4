import { describe, expect, it } from '@jest/globals';
import { compareVersions, isSemver, majorOf } from './semver.js';

/** In the order of their precedence. */
const ORDERED = [
  'v0.0.0-20200101000000-abcdefabcdef',
  'v0.0.0',
  'v0.9.0',
  'v0.10.0',
  'v1.0.0-0',
  'v1.0.0-9',
  'v1.0.0-10',
  'v1.0.0-99999999999999999999999',
  'v1.0.0-alpha',
  'v1.0.0-alpha.1',
  'v1.0.0-alpha.beta',
  'v1.0.0-beta',
  'v1.0.0-beta.2',
  'v1.0.0-beta.11',
  'v1.0.0-rc.1',
  'v1.0.0',
  'v1.0.1-0.20200101000000-abcdefabcdef',
  'v1.0.1',
  'v1.99999999999999998.0',
  'v1.99999999999999999.0',
  'v2.0.0+incompatible',
  'v10.0.0',
];

// prettier-ignore
const NO_VERSIONS = [
  '', 'v', 'v1', 'v1.2', 'v1.2.3.4', '1.2.3', 'V1.2.3', 'v01.2.3', 'v1.02.3', 'v1.2.03', 'v1.2.3-', 'v1.2.3+', 'v1.2.3-01',
  'v1.2.3-a..b', 'v1.2.3+a..b', 'v1.2.3-é', 'v1.2.3 ', ' v1.2.3', 'v1.2.3\n', 'v1.2.3\0', 'v1.2.3/x', 'v1.2.3+a+b', 'v-1.2.3',
  'v1.2.3-a_b', 'v١.٢.٣', 'v1e3.0.0', 'master', '__proto__',
];

describe('versions', () => {
  it.each([...ORDERED, 'v1.2.3+01', 'v1.2.3-x-y.z+b-c.01'])('%s is one', (text) => {
    expect(isSemver(text)).toBe(true);
  });

  it.each(NO_VERSIONS)('%j is none', (text) => {
    expect([isSemver(text), majorOf(text)]).toEqual([false, NaN]);
  });

  it('are ordered by precedence', () => {
    const signs = ORDERED.map((a) => ORDERED.map((b) => Math.sign(compareVersions(a, b))));
    expect(signs).toEqual(ORDERED.map((_, a) => ORDERED.map((_, b) => Math.sign(a - b))));
  });

  it.each([
    ['v1.0.0+a', 'v1.0.0+b', 0],
    ['v1.0.0', 'v1.0.0+b', 0],
    ['', 'master', 0],
    ['master', 'v0.0.0-0', -1],
    ['v0.0.0-0', 'v1.2', 1],
  ])('%j compared with %j is %d', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });

  it.each([
    ['v0.1.2', 0],
    ['v12.0.0-rc.1', 12],
    ['v2.0.0+incompatible', 2],
  ])('%s has the major number %d', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });
});
