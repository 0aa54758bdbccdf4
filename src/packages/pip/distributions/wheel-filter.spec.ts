import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import { fitsWheel, readWheelFilter, wheelsWanted } from './wheel-filter.js';
import { parseWheelName } from './wheel-name.js';

const read = (entry: Record<string, unknown>) => readWheelFilter(entry) ?? fail();

function fail(): never {
  throw new Error('No filter');
}

describe('which wheels an entry asks for', () => {
  const all = {
    packages: undefined,
    arch: ['x86_64'],
    os: ['linux'],
    pythonVersion: undefined,
    implementation: ['cp'],
    abi: undefined,
    platform: undefined,
  };

  it.each<[string, Record<string, unknown>, unknown]>([
    ['nothing', {}, undefined],
    ['no wheels', { allow_binary: false }, undefined],
    ['defaults', { binary: {} }, all],
    ['the old key', { allow_binary: true }, all],
    ['both', { allow_binary: true, binary: { arch: 'ppc64le' } }, { ...all, arch: ['ppc64le'] }],
    ['names', { binary: { packages: ' Foo.Bar,x_Y ' } }, { ...all, packages: ['foo-bar', 'x-y'] }],
    ['all among names', { binary: { packages: 'x,:all:' } }, all],
    ['all platforms', { binary: { arch: ':all:', os: 'a,:all:' } }, { ...all, arch: undefined, os: undefined }],
    ['a version', { binary: { py_version: 312 } }, { ...all, pythonVersion: 312 }],
    [
      'an expression',
      { binary: { platform: 'win.*', arch: 'x86_64', os: 'linux' } },
      { ...all, arch: undefined, os: undefined, platform: 'win.*' },
    ],
  ])('%s', (_, entry, expected) => expect(readWheelFilter(entry)).toEqual(expected));

  it.each<[string, unknown, RegExp]>([
    ['null', null, /^"binary" must be an object\.$/],
    ['a text', 'x', /"binary" must be an object/],
    ['a list', [], /"binary" must be an object/],
    ['an unknown key', { other: 'x' }, /unexpected property "other"/],
    ['a key of a prototype', JSON.parse('{"__proto__": "x"}'), /unexpected property "__proto__"/],
    ['packages as a list', { packages: ['x'] }, /"binary\.packages" must be names separated by commas/],
    ['no name', { packages: '' }, /"binary\.packages" must be names/],
    ['a name missing', { arch: 'x86_64,,aarch64' }, /"binary\.arch" must be names/],
    ['odd names', { os: 'linux;rm' }, /"binary\.os" must be names/],
    ['a long list', { abi: 'a'.repeat(10_001) }, /"binary\.abi" must be .* at most 10000 characters/],
    ['null for a list', { py_impl: null }, /"binary\.py_impl" must be names/],
    ['a version as a text', { py_version: '312' }, /"binary\.py_version" must be an integer such as 312/],
    ['a version with a dot', { py_version: 3.12 }, /"binary\.py_version" must be an integer/],
    ['a version of one digit', { py_version: 3 }, /"binary\.py_version" must be an integer/],
    ['a negative version', { py_version: -312 }, /"binary\.py_version" must be an integer/],
    ['a platform that is no expression', { platform: '(' }, /expression "\(" is refused/],
    ['a platform that looks behind', { platform: '(?<=x)y' }, /is refused: write .* without look-arounds/],
    ['an empty platform', { platform: '' }, /"binary\.platform" must be a regular expression/],
    ['a long platform', { platform: 'a'.repeat(201) }, /of at most 200 characters/],
    ['a platform and an architecture', { platform: 'x', arch: 'aarch64' }, /"binary\.platform" cannot be combined/],
    ['a platform and a system', { platform: 'x', os: ':all:' }, /"binary\.platform" cannot be combined/],
  ])('%s is refused', (_, binary, message) => {
    const reading = (): unknown => readWheelFilter({ binary });
    expect(reading).toThrow(ValidationError);
    expect(reading).toThrow(message);
  });
});

it.each([
  [undefined, 'x', 'no'],
  [{}, 'x', 'besides'],
  [{ packages: 'x,Y.z' }, 'y_Z', 'only'],
  [{ packages: 'x' }, 'z', 'no'],
])('wheels of %j for %s: %s', (binary, project, expected) => {
  expect(wheelsWanted(readWheelFilter({ binary }), project)).toBe(expected);
});

describe('a wheel and a filter', () => {
  it.each([
    ['py3-none-any', {}, true],
    ['py2.py3-none-any', {}, true],
    ['py2-none-any', {}, false],
    ['py38-none-any', {}, false],
    ['cp312-cp312-manylinux_2_17_x86_64', {}, true],
    ['cp312-cp312-musllinux_1_2_x86_64', {}, true],
    ['cp312-cp312-linux_x86_64', {}, true],
    ['cp312-cp312-linux_i686', {}, false],
    ['cp312-cp312-manylinux_2_17_aarch64', {}, false],
    ['cp312-cp312-manylinux_2_17_aarch64', { arch: 'x86_64,aarch64' }, true],
    ['cp312-cp312-manylinux_2_17_aarch64.manylinux_2_17_x86_64', {}, true],
    ['cp312-cp312-win_amd64', {}, false],
    ['cp312-cp312-win_amd64', { os: 'win' }, false],
    ['cp312-cp312-win_amd64', { os: 'win', arch: 'amd64' }, true],
    ['cp312-cp312-win32', { os: ':all:', arch: ':all:' }, true],
    ['cp312-cp312-macosx_11_0_x86_64', {}, false],
    ['cp312-cp312-any', { os: 'win' }, true],
    ['pp310-pypy310_pp73-linux_x86_64', {}, false],
    ['pp310-pypy310_pp73-linux_x86_64', { py_impl: 'pp' }, true],
    ['pp310-pypy310_pp73-linux_x86_64', { py_impl: ':all:' }, true],
    ['py3-none-any', { py_impl: 'pp' }, true],
    ['cp312-cp312-linux_x86_64', { py_version: 312 }, true],
    ['cp311-cp311-linux_x86_64', { py_version: 312 }, false],
    ['cp313-cp313-linux_x86_64', { py_version: 312 }, false],
    ['cp38-abi3-linux_x86_64', { py_version: 312 }, true],
    ['cp39-none-linux_x86_64', { py_version: 310 }, true],
    ['cp313-abi3-linux_x86_64', { py_version: 312 }, false],
    ['cp27-abi3-linux_x86_64', { py_version: 312 }, false],
    ['py3-none-any', { py_version: 312 }, true],
    ['py3-none-any', { py_version: 27 }, false],
    ['py2.py3-none-any', { py_version: 27, py_impl: ':all:' }, true],
    ['py3-cp312-any', { py_version: 312 }, false],
    ['cp-none-any', { py_version: 312 }, false],
    ['cp312-cp312-linux_x86_64', { abi: 'cp312' }, true],
    ['cp312-cp312t-linux_x86_64', { abi: 'cp312' }, true],
    ['cp312-cp311-linux_x86_64', { abi: 'cp312,cp310' }, false],
    ['cp312-abi3-linux_x86_64', { abi: 'cp310' }, true],
    ['cp312-none-linux_x86_64', { abi: 'cp310' }, true],
    ['cp311.cp312-cp311-linux_x86_64', { py_version: 312 }, true],
    ['cp312-cp312-win_amd64', { platform: '^win' }, true],
    ['cp312-cp312-manylinux_2_17_s390x', { platform: '(s390x|ppc64le)$' }, true],
    ['cp312-cp312-manylinux_2_17_x86_64', { platform: '(s390x|ppc64le)$' }, false],
    ['py3-none-any', { platform: '^win' }, false],
    ['py3-none-any', { platform: '^(any|win)' }, true],
    // Each of two tags fits one half of it.
    ['cp312.pp310-abi3-win32', { py_version: 310, os: 'win', arch: '32' }, false],
  ])('%s and %j: %j', (tags, binary, expected) => {
    const wheel = parseWheelName(`x-1-${tags}.whl`) ?? fail();
    expect(fitsWheel(wheel, read({ binary }))).toBe(expected);
  });

  it('remembers what an expression said', () => {
    const filter = read({ binary: { platform: '^(a|aa)+$' } });
    const wheel = parseWheelName('x-1-py3-none-aaaa.whl') ?? fail();
    expect([fitsWheel(wheel, filter), fitsWheel(wheel, filter)]).toEqual([true, true]);
  });
});
