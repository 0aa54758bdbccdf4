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
    ['text', { binary: 'x' }, /^must have an object: "binary" of pip$/],
    ['null', { binary: null }, /must have an object: "binary" of pip/],
    ['list', { binary: [] }, /must have an object: "binary" of pip/],
    ['unknown key', { binary: { arches: 'x' } }, /unexpected property "arches": "binary" of pip/],
    ['key of a prototype', { binary: { constructor: 'x' } }, /unexpected property "constructor"/],
    ['packages as a list', { binary: { packages: ['x'] } }, /must have a text: "binary\.packages" of pip/],
    ['no name', { binary: { packages: '' } }, /separated by commas: "binary\.packages" of pip/],
    ['a name missing', { binary: { arch: 'x86_64,,aarch64' } }, /separated by commas: "binary\.arch" of pip/],
    ['odd names', { binary: { os: 'linux;rm' } }, /separated by commas: "binary\.os" of pip/],
    ['long list', { binary: { abi: 'a'.repeat(10_001) } }, /at most 10000 characters: "binary\.abi" of pip/],
    ['implementation null', { binary: { py_impl: null } }, /must have a text: "binary\.py_impl" of pip/],
    ['version as a text', { binary: { py_version: '312' } }, /integer such as 312.*: "binary\.py_version" of pip/],
    ['version with a dot', { binary: { py_version: 3.12 } }, /integer such as 312/],
    ['version of one digit', { binary: { py_version: 3 } }, /integer such as 312/],
    ['negative version', { binary: { py_version: -312 } }, /integer such as 312/],
    ['platform that is no expression', { binary: { platform: '(' } }, /regular expression: "binary\.platform" of pip/],
    ['platform and architecture', { binary: { platform: 'x', arch: 'aarch64' } }, /must not have arch or os.*: "binary\.platform" of pip/],
    ['platform and system', { binary: { os: ':all:', platform: 'x' } }, /must not have arch or os/],
    ['empty platform', { binary: { platform: '' } }, /not empty: "binary\.platform" of pip/],
    ['long platform', { binary: { platform: 'a'.repeat(201) } }, /at most 200 characters: "binary\.platform" of pip/],
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
