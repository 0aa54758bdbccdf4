import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachitoError, InvalidFileFormat } from '../../errors/index.js';
import { COMMIT } from './__fixtures__/lock-files.js';
import { bundlePath } from './layout.js';

const GIT_VERSION = `1.4.0-external-gitcommit-${COMMIT}`;

describe('bundlePath', () => {
  it.each([
    ['kite', '2.1.3', undefined, 'npm/kite/kite-2.1.3.tgz'],
    ['@acme/dial', '4.6.0', undefined, 'npm/@acme/dial/acme-dial-4.6.0.tgz'],
    ['kite', '1.0.0+7', undefined, 'npm/kite/kite-1.0.0+7.tgz'],
    ['kite', GIT_VERSION, `github:acme/kite#${COMMIT}`, `npm/github/acme/kite/kite-${GIT_VERSION}.tgz`],
    ['kite', GIT_VERSION, `gitlab:g/sub/kite#${COMMIT}`, `npm/gitlab/g/sub/kite/kite-${GIT_VERSION}.tgz`],
    [
      '@acme/dial',
      GIT_VERSION,
      `bitbucket:acme/dial#${COMMIT}`,
      `npm/bitbucket/acme/dial/acme-dial-${GIT_VERSION}.tgz`,
    ],
    ['kite', GIT_VERSION, `git+https://git.acme.dev/kite.git#${COMMIT}`, `npm/external-kite/kite-${GIT_VERSION}.tgz`],
    [
      'kite',
      GIT_VERSION,
      `git+ssh://git@git.acme.dev:7999/kite.git#${COMMIT}`,
      `npm/external-kite/kite-${GIT_VERSION}.tgz`,
    ],
    [
      '@acme/dial',
      '1.0.0-external-sha512-0a',
      'https://dl.acme.dev/dial.tgz',
      'npm/external-@acme/dial/acme-dial-1.0.0-external-sha512-0a.tgz',
    ],
    [
      'kite',
      '1.0.0-external-sha512-0a',
      'https://dl.acme.dev:8443/kite.tgz#x',
      'npm/external-kite/kite-1.0.0-external-sha512-0a.tgz',
    ],
  ])('of %s %s from %s is %s', (name, version, source, path) => expect(bundlePath(name, version, source)).toBe(path));

  it.each([
    ['../kite', '1.0.0', undefined],
    ['kite', '../1.0.0', undefined],
    ['', '1.0.0', undefined],
    ['kite', '', undefined],
    ['k'.repeat(214), `1.0.0-${'a'.repeat(100)}`, undefined],
    ['kite', GIT_VERSION, `github:../../x#${COMMIT}`],
    ['kite', GIT_VERSION, `github:/x#${COMMIT}`],
    ['kite', GIT_VERSION, `github:#${COMMIT}`],
  ])('of %s %s from %s is refused', (name, version, source) =>
    expect(() => bundlePath(name, version, source)).toThrow(InvalidFileFormat),
  );

  it('lies below npm/', () => {
    const text = fc.oneof(
      fc.constantFrom('..', 'a', '@a/b', '1.0.0', `github:a/b#x`),
      fc.string(),
      fc.string({ unit: fc.constantFrom('.', '/', 'a', '@', ':', '#', '\\') }),
    );
    fc.assert(
      fc.property(
        text,
        fc.oneof(fc.constant('1.0.0'), text),
        fc.option(
          fc.oneof(
            text,
            text.map((t) => `github:${t}#x`),
          ),
          { nil: undefined },
        ),
        (name, version, source) => {
          try {
            const names = bundlePath(name, version, source).split('/');
            expect(names[0]).toBe('npm');
            expect(names.join('')).toMatch(/^[\x21-\x5b\x5d-\x7e]+$/);
            expect(names.filter((each) => each === '' || each === '.' || each === '..')).toEqual([]);
          } catch (error) {
            expect(error).toBeInstanceOf(CachitoError);
          }
        },
      ),
    );
  });
});
