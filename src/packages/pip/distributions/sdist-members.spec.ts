import { expect, it } from '@jest/globals';
import { LIMITS, refusalOf } from './archive-limits.js';
import { SdistMembers } from './sdist-members.js';

/** Path → content; a number = the size of a file that is too large, null = a link. */
type Members = [path: string, content: string | number | null][];

/** `name: content of requires.txt`, and PKG-INFO. */
function kept(members: Members): string[] {
  const noted = new SdistMembers(refusalOf('x'));
  for (const [path, content] of members) {
    const size = typeof content === 'string' ? content.length : (content ?? 0);
    const type = content === null ? 'link' : path.endsWith('/') ? 'directory' : 'file';
    noted.add({ path, type, size })?.(Buffer.from(String(content)));
  }
  const { pkgInfo, eggInfos } = noted.finish(false);
  const requires = Array.from(eggInfos, ([name, eggInfo]) => `${name}: ${eggInfo.requires?.toString()}`);
  return [...(pkgInfo === undefined ? [] : [pkgInfo.toString()]), ...requires];
}

it.each<[string, Members, string[]]>([
  ['PKG-INFO', [['a/x', ''], ['a/PKG-INFO', '1'], ['a/b/PKG-INFO', '2']], ['1']],
  ['PKG-INFO of the root', [['PKG-INFO', '1'], ['a/PKG-INFO', '2']], ['1']],
  ['a PKG-INFO that is too large', [['a/PKG-INFO', LIMITS.file + 1]], []],
  ['requires.txt', [['a/A.egg-info/requires.txt', '1']], ['A: 1']],
  ['requires.txt in src', [['a/src/A.egg-info/PKG-INFO', ''], ['a/src/A.egg-info/requires.txt', '1']], ['A: 1']],
  ['no requires.txt', [['a/A.egg-info/', ''], ['a/A.egg-info/PKG-INFO', '']], ['A: undefined']],
  ['none further inside', [['a/b/c/A.egg-info/requires.txt', '1']], []],
  ['none beside the top folder', [['a/x', ''], ['b/A.egg-info/requires.txt', '1']], []],
  ['none without a top folder', [['a/A.egg-info/requires.txt', '1'], ['b/x', '']], []],
  ['the higher of two', [['a/src/A.egg-info/requires.txt', '1'], ['a/A.egg-info/requires.txt', '2']], ['A: 2']],
  ['the last of two members', [['a/A.egg-info/requires.txt', '1'], ['a/A.egg-info/requires.txt', '2']], ['A: 2']],
  ['a link behind a file', [['a/A.egg-info/requires.txt', '1'], ['a/A.egg-info/requires.txt', null]], ['A: unreadable']],
  ['one that is too large', [['a/A.egg-info/requires.txt', LIMITS.file + 1]], ['A: unreadable']],
  ['none of many', 'abcde'.split('').map((name) => [`a/${name}.egg-info/requires.txt`, name]), []],
])('keeps %s', (_, members, expected) => {
  expect(kept(members)).toEqual(expected);
});
