import { describe, expect, it } from '@jest/globals';
import { parseSdistName } from './sdist-name.js';
import { parseWheelName } from './wheel-name.js';

describe('name of a source distribution', () => {
  it.each([
    ['foo-1.0.tar.gz', 'foo', 'foo', '1.0', '.tar.gz'],
    ['foo-1.0.zip', 'foo', 'foo', '1.0', '.zip'],
    ['foo-1.0.tar.bz2', 'foo', 'foo', '1.0', '.tar.bz2'],
    ['foo-1.0.tar.xz', 'foo', 'foo', '1.0', '.tar.xz'],
    ['foo-1.0.tar.Z', 'foo', 'foo', '1.0', '.tar.Z'],
    ['foo-1.0.tar', 'foo', 'foo', '1.0', '.tar'],
    ['foo-bar-1.0-1.tar.gz', 'foo-bar', 'foo-bar', '1.0-1', '.tar.gz'],
    ['foo-bar-1.0-1.tar.gz', 'foo', 'foo', 'bar-1.0-1', '.tar.gz'],
    ['foo_bar-1.0.tar.gz', 'foo-bar', 'foo_bar', '1.0', '.tar.gz'],
    ['Foo.Bar-1.0.tar.gz', 'foo_bar', 'Foo.Bar', '1.0', '.tar.gz'],
    ['foo-._-bar-1.0.tar.gz', 'Foo.bar', 'foo-._-bar', '1.0', '.tar.gz'],
    ['a-2-3-1.tar.gz', 'a-2', 'a-2', '3-1', '.tar.gz'],
    ['foo-1.0+local.1.tar.gz', 'foo', 'foo', '1.0+local.1', '.tar.gz'],
    ['foo-latest.zip', 'foo', 'foo', 'latest', '.zip'],
  ])('%s of %s', (fileName, project, name, version, extension) => {
    expect(parseSdistName(fileName, project)).toEqual({ name, version, extension });
  });

  it.each([
    ['foo-1.0.tgz', 'foo'],
    ['foo-1.0.TAR.GZ', 'foo'],
    ['foo-1.0.tar.gz.asc', 'foo'],
    ['foo-1.0.egg', 'foo'],
    ['foo-1.0-py3-none-any.whl', 'foo'],
    ['foo-.tar.gz', 'foo'],
    ['foo.tar.gz', 'foo'],
    ['-1.0.tar.gz', 'foo'],
    ['foobar-1.0.tar.gz', 'foo'],
    ['foo_1.0.tar.gz', 'foo'],
    ['foo-bar-1.0.tar.gz', 'foo-baz'],
    ['.tar.gz', 'foo'],
    ['', 'foo'],
    [`${'-'.repeat(100_000)}.zip`, 'foo'],
  ])('%# is none of the project', (fileName, project) => expect(parseSdistName(fileName, project)).toBeUndefined());
});

describe('name of a wheel', () => {
  it.each([
    ['foo-1.0-py3-none-any.whl', ['foo', '1.0', undefined], ['py3-none-any']],
    ['foo_bar-1.0_1-py2.py3-none-any.whl', ['foo_bar', '1.0-1', undefined], ['py2-none-any', 'py3-none-any']],
    ['Foo-1!1.0+x.1-7b-CP312-cp312-win32.whl', ['Foo', '1!1.0+x.1', '7b'], ['cp312-cp312-win32']],
    [
      'x-1-cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
      ['x', '1', undefined],
      ['cp38-abi3-manylinux_2_17_x86_64', 'cp38-abi3-manylinux2014_x86_64'],
    ],
  ])('%s', (fileName, [name, version, build], tags) => {
    const wheel = parseWheelName(fileName);
    expect(wheel).toMatchObject({ name, version, build });
    expect(wheel?.tags.map(({ interpreter, abi, platform }) => `${interpreter}-${abi}-${platform}`)).toEqual(tags);
  });

  it.each([
    ['foo-1.0.whl'],
    ['foo-1.0-py3-none.whl'],
    ['foo-1.0-1-2-py3-none-any.whl'],
    ['foo-1.0-build-py3-none-any.whl'],
    ['foo--py3-none-any.whl'],
    ['-1.0-py3-none-any.whl'],
    ['foo-1.0-py3..py2-none-any.whl'],
    ['foo-1.0-py3-none-.whl'],
    ['foo-1.0-py3-none-any.zip'],
    ['../x-1.0-py3-none-any.whl'],
    ['foo-1.0-py3-none-any/x.whl'],
    ['föö-1.0-py3-none-any.whl'],
    [`foo-1.0-${'a.'.repeat(39)}a-${'b.'.repeat(39)}b-${'c.'.repeat(39)}c.whl`],
    [`foo-1.0-py3-none-${'a.'.repeat(50_000)}a.whl`],
  ])('%# is none', (fileName) => expect(parseWheelName(fileName)).toBeUndefined());
});
