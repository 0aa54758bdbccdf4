import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../errors/index.js';
import { Fields } from './lockfile/fields.js';
import { readWorkspaces, Workspaces } from './workspaces.js';

describe('Workspaces', () => {
  it.each([
    ['libs/a', ['libs/*'], true],
    ['libs/a/b', ['libs/*'], true],
    ['libs/a/b', ['libs/**'], true],
    ['libs', ['libs/*'], false],
    ['libsx/a', ['libs/*'], false],
    ['libs/a', ['libs/a'], true],
    ['./libs//a/', ['file:./libs/a/'], true],
    ['file:libs/a', ['./libs/a'], true],
    ['libs/a', ['libs/?'], true],
    ['libs/ab', ['libs/?'], false],
    ['libs/a', ['libs/[abc]'], true],
    ['libs/d', ['libs/[a-c]'], false],
    ['libs/d', ['libs/[!a-c]'], true],
    ['libs/]', ['libs/[]]'], true],
    ['libs/[a', ['libs/[a'], true],
    ['libs/a', [], false],
    ['libs/a', ['*'], true],
    ['libs/a', ['libs/*', '!libs/a'], false],
    ['libs/b', ['libs/*', '!libs/a'], true],
    ['libs/a', ['!libs/a', 'libs/*'], true],
    ['libs/a', ['!libs/b'], false],
    ['libs/a', ['libs/*x*', 'lib*a'], true],
    ['a-b-c', ['*-*-c'], true],
    ['a-b-d', ['*-*-c'], false],
  ])('%s, %j: %s', (folder, patterns, expected) => expect(new Workspaces(patterns).has(folder)).toBe(expected));

  it('gives up on patterns made to be slow', () => {
    const workspaces = new Workspaces(Array.from({ length: 100 }, () => `*${'a'.repeat(2000)}b`));
    expect(() => workspaces.has('a'.repeat(4000))).toThrow(ValidationError);
  });

  it.each(['', 'a'])('gives up on endless stars behind %j', (folder) => {
    const workspaces = new Workspaces([folder + '*'.repeat(1_000_000)]);
    const all = (): boolean[] => Array.from({ length: 30 }, () => workspaces.has(folder));
    expect(all).toThrow(ValidationError);
  });

  it('gives up on many patterns for no folder', () => {
    const workspaces = new Workspaces(Array.from({ length: 1000 }, () => 'x'));
    const all = (): boolean[] => Array.from({ length: 30_000 }, () => workspaces.has(''));
    expect(all).toThrow(ValidationError);
  });
});

describe('readWorkspaces', () => {
  const read = (workspaces: unknown): string[] => readWorkspaces(new Fields({ workspaces }, () => 'the root'));

  it.each([
    [undefined, []],
    [['libs/*'], ['libs/*']],
    [{ packages: ['libs/*'], nohoist: ['x'] }, ['libs/*']],
    [{}, []],
  ])('%j is %j', (value, patterns) => expect(read(value)).toEqual(patterns));

  it.each([['a text'], [null], [7], [['a', 7]], [{ packages: 'x' }], [Array.from({ length: 1001 }, () => 'x')]])(
    'refuses %j',
    (value) => expect(() => read(value)).toThrow(ValidationError),
  );
});
