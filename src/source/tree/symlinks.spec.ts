import { describe, expect, it } from '@jest/globals';
import type { TreeEntry } from '../../archive/index.js';
import { unsafeSymlinks } from './symlinks.js';

function tree(entries: Record<string, string>) {
  return {
    async *list(): AsyncIterable<TreeEntry> {
      for (const [path, target] of Object.entries(entries)) {
        yield target.startsWith('-> ') ? { path, type: 'symlink', size: 0, linkTarget: target.slice(3) } : { path, type: 'file', size: 1 };
      }
    },
  };
}

describe('unsafeSymlinks', () => {
  const CASES: [string, Record<string, string>, string[], string[]?][] = [
    ['no links', { a: 'x', 'b/c': 'x' }, []],
    ['a link to a file', { a: '-> b/c', 'b/c': 'x' }, []],
    ['a link up and down', { 'b/a': '-> ../b/c', 'b/c': 'x' }, []],
    ['a link to the root', { a: '-> .', 'b/a': '-> ..', 'b/c/a': '-> ../../' }, []],
    ['a dangling link', { a: '-> nowhere/at/all' }, []],
    ['a link up too far', { a: '-> ..', 'b/a': '-> ../../x', 'b/b': '-> ../x' }, ['a', 'b/a']],
    ['an absolute link', { a: '-> /etc/passwd', b: '-> /', c: '-> //' }, ['a', 'b', 'c']],
    ['an absolute link to itself', { a: '-> /app/a' }, ['a']],
    ['out and in again by the name of the folder', { a: '-> ../app/b', b: 'x' }, []],
    ['out and in again by another name', { a: '-> ../other/b', b: '-> ../apps/x', c: '-> ../../app/b' }, ['a', 'b', 'c']],
    ['out and in, and out again', { a: '-> ../app/../x' }, ['a']],
    ['a chain that leads out', { a: '-> b', b: '-> c', c: '-> ../x' }, ['a', 'b', 'c']],
    ['a chain that stays', { a: '-> b', b: '-> c', c: 'x' }, []],
    ['up behind a link to a directory', { 'a/b/link': '-> ../../c/d', 'c/d/x': 'x', e: '-> a/b/link/../../x', f: '-> a/b/link/../../../x' }, ['f']],
    ['lexically inside, really outside', { 'deep/er/link': '-> ../..', x: '-> deep/er/link/..' }, ['x']],
    ['a loop', { a: '-> a', b: '-> c', c: '-> b', d: '-> a/../../x' }, [], ['a', 'b', 'c', 'd']],
    ['a loop with growth', { a: '-> a/x' }, [], ['a']],
    ['a link through a file', { a: '-> b/../..', b: 'x' }, ['a']],
    ['slashes and dots', { a: '-> .//.//b/./', b: 'x', c: '-> ./..' }, ['c']],
    ['a submodule', { 'lib/link': '-> ../README', 'lib/out': '-> ../../x', README: 'x' }, ['lib/out']],
    ['odd names', { ['__proto__']: '-> ..', 'constructor': '-> toString' }, ['__proto__']],
  ];
  it.each(CASES)('%s', async (_name, entries, unsafe, loops = []) => {
    const looping: string[] = [];
    expect(await unsafeSymlinks(tree(entries), (path) => looping.push(path))).toEqual(unsafe);
    expect(looping).toEqual(loops);
  });

  it('is quick on a chain of ten thousand links', async () => {
    const entries = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`l${at}`, `-> l${at + 1}`]));
    expect(await unsafeSymlinks(tree(entries))).toEqual([]);
  });
});
