import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachitoError } from '../../../errors/index.js';
import { enclosingLocation, parseLocation, plainPath } from './location.js';

const place = (): string => 'here';

describe('parseLocation', () => {
  it.each([
    ['node_modules/kite', 'kite', 'installed', ''],
    ['node_modules/@acme/dial', '@acme/dial', 'installed', ''],
    ['node_modules/kite/node_modules/@acme/dial', '@acme/dial', 'installed', 'node_modules/kite'],
    ['node_modules/@acme/dial/node_modules/kite', 'kite', 'installed', 'node_modules/@acme/dial'],
    ['libs/cloudy', 'cloudy', 'folder', 'libs'],
    ['cloudy', 'cloudy', 'folder', ''],
    ['libs/@acme/dial', '@acme/dial', 'folder', 'libs/@acme'],
    ['libs/cloudy/node_modules/kite', 'kite', 'installed', 'libs/cloudy'],
    ['../shared', 'shared', 'folder', '..'],
    ['..', '..', 'folder', ''],
    ['../../x/node_modules/kite', 'kite', 'installed', '../../x'],
    ['node_modules/kite/libs/inner', 'inner', 'folder', 'node_modules/kite/libs'],
    ['lib with space', 'lib with space', 'folder', ''],
  ])('reads %s', (location, name, kind, enclosing) => {
    const parsed = parseLocation(location, place);
    expect(parsed).toEqual({ name, kind });
    expect(enclosingLocation(location, parsed)).toBe(enclosing);
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    'node_modules',
    'node_modules/',
    'node_modules/@acme',
    'node_modules//kite',
    'node_modules/../kite',
    'node_modules/kite/../../x',
    'libs/../x',
    './libs',
    'libs/./x',
    'libs//x',
    'libs/',
    'a\\b',
    'a\0b',
    'a\nb',
    'C:/x',
    'node_modules/kite/node_modules',
    'node_modules/.bin',
    'node_modules/__proto__',
    'node_modules/a%2fb',
    'x'.repeat(4097),
    'a/'.repeat(300) + 'a',
  ])('refuses %j, naming it', (location) => {
    expect(() => parseLocation(location, place)).toThrow(CachitoError);
    expect(() => parseLocation(location, place)).toThrow(/see here/);
  });

  it('takes nothing that climbs after its beginning', () => {
    const names = fc.constantFrom('node_modules', 'a', '@s', 'b', '..', '.', '', 'libs', 'c\\d', '%2e%2e');
    fc.assert(
      fc.property(fc.array(names, { maxLength: 8 }), (parts) => {
        const location = parts.join('/');
        try {
          parseLocation(location, place);
        } catch (error) {
          expect(error).toBeInstanceOf(CachitoError);
          return;
        }
        expect(posix.normalize(location)).toBe(location);
        expect(posix.isAbsolute(location)).toBe(false);
      }),
    );
  });
});

it.each([
  ['libs/a', 'libs/a'],
  ['file:libs/a', 'libs/a'],
  ['file:./libs/a/', 'libs/a'],
  ['././libs//a//', 'libs/a'],
  ['.', ''],
  ['file:../x', '../x'],
  ['/abs//x/', '/abs/x'],
  ['file:///abs', '/abs'],
])('reads the path %s as %s', (path, plain) => expect(plainPath(path)).toBe(plain));
