import { describe, expect, it } from '@jest/globals';
import { packagePaths, packagesProblem } from './package-paths.js';

const pip = (...entries: unknown[]): unknown => ({ pip: entries });

describe('packages of pip', () => {
  it.each<[string, unknown]>([
    ['files', pip({ path: 'a', requirements_files: [], requirements_build_files: ['b/../c.txt'] })],
    ['the same path twice', pip({ path: 'a' }, { path: 'a', requirements_files: ['other.txt'] })],
    ['all wheels', pip({ allow_binary: true })],
    ['no wheels', pip({ allow_binary: false })],
    ['wheels, by default', pip({ binary: {} })],
    ['wheels of a platform', pip({ binary: { platform: '^manylinux.*_x86_64$', arch: 'x86_64', os: 'linux' } })],
    [
      'wheels, everything said',
      pip({
        binary: { packages: 'Storm_Kit, haze', arch: 'x86_64,aarch64', os: ':all:', py_version: 312, py_impl: 'cp', abi: 'cp312' },
      }),
    ],
  ])('may have %s', (_, packages) => expect(packagesProblem(packages)).toBeUndefined());

  it.each<[string, unknown, RegExp]>([
    ['wheels that are no object', { binary: 'x' }, /^is not valid for pip: "binary" must be an object\.$/],
    ['unknown key of wheels', { path: 'a', binary: { arches: 'x' } }, /^is not valid for pip: .* unexpected property "arches"/],
    ['platform that is too much for the search', { binary: { platform: '(?!x)' } }, /^is not valid for pip: The expression/],
    ['text for allow_binary', { allow_binary: 'true' }, /must have true or false: "allow_binary" of pip/],
    ['null for allow_binary', { allow_binary: null }, /must have true or false: "allow_binary" of pip/],
    ['unknown', { index_url: 'x' }, /unexpected property "index_url" for pip/],
  ])('may not have %s', (_, entry, message) => expect(packagesProblem(pip(entry))).toMatch(message));

  it.each(['binary', 'allow_binary', 'requirements_files'])('%s is of pip only', (key) => {
    expect(packagesProblem({ npm: [{ path: 'a', [key]: true }] })).toBe(`must not have the unexpected property "${key}" for npm`);
  });
});

it('paths are normalised', () => {
  expect(packagePaths({ pip: [{ path: 'a/../b/' }, { allow_binary: true }] }, 'pip')).toEqual(['b', '.']);
});
