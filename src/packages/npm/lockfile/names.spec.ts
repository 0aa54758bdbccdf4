import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isExactVersion, isPackageName, shortName, withoutBuild } from './names.js';

describe('isPackageName', () => {
  const NAMES = [
    'kite',
    '@acme/dial',
    'JSONStream',
    'a',
    '1',
    '-',
    'lodash.merge',
    "what's-(new)!",
    '~tilde',
    '@a/_private',
    'constructor',
    'x'.repeat(214),
  ];
  it.each(NAMES)('takes %s', (name) => expect(isPackageName(name)).toBe(true));

  it.each([
    '',
    '.',
    '..',
    '.hidden',
    '_private',
    '@',
    '@/',
    '@acme',
    '@acme/',
    '@/dial',
    '@acme/dial/x',
    'acme/dial',
    '../x',
    '@../x',
    '@acme/..',
    '@acme/.x',
    'a b',
    'a\\b',
    'a\0b',
    'a\nb',
    'a%2fb',
    'a?b',
    'a#b',
    'a:b',
    'café',
    '\ud800',
    '__proto__',
    'node_modules',
    'NODE_MODULES',
    'favicon.ico',
    '@acme/node_modules',
    'x'.repeat(215),
  ])('refuses %j', (name) => expect(isPackageName(name)).toBe(false));

  it('takes no name that leads elsewhere as part of a path or address', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('@', '/', '.', '%', '\\', 'a', '_') })),
        (name) => {
          if (!isPackageName(name)) return;
          const path = new URL(`https://host/base/${name}/-/x`).pathname;
          expect(path).toBe(`/base/${name}/-/x`);
        },
      ),
    );
  });
});

describe('isExactVersion', () => {
  it.each(['1.0.0', '0.0.0', '1.2.3-rc.1', '1.2.3+build.7', '1.4.0-external-gitcommit-5f0c', '1.2.3-x-y+z'])(
    'takes %s',
    (version) => expect(isExactVersion(version)).toBe(true),
  );

  it.each([
    '',
    '1',
    '1.0',
    'v1.0.0',
    '=1.0.0',
    ' 1.0.0',
    '1.0.0 ',
    '01.0.0',
    '1.0.0-01',
    '^1.0.0',
    'latest',
    '1.0.0/../..',
    '1.0.0\n',
    '9007199254740993.0.0',
    `1.0.0-${'a'.repeat(300)}`,
  ])('refuses %j', (version) => expect(isExactVersion(version)).toBe(false));
});

it('takes names and versions apart', () => {
  expect([shortName('kite'), shortName('@acme/dial')]).toEqual(['kite', 'dial']);
  expect([withoutBuild('1.0.0'), withoutBuild('1.0.0-a+b')]).toEqual(['1.0.0', '1.0.0-a']);
});
