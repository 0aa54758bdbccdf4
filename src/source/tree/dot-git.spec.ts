import { describe, expect, it } from '@jest/globals';
import { isDotGit } from './dot-git.js';

describe('isDotGit', () => {
  it.each([
    '.git', '.GIT', '.Git', '.git.', '.git ', '.git. .', 'git~1', 'GIT~1', 'git~1.', '.git:stream', '.git::$INDEX_ALLOCATION',
    '.g\u200cit', '\ufeff.git', '.git\u206f', 'a\\.git', '.git\\config', 'git~1:x',
  ])('takes %j for .git', (name) => {
    expect(isDotGit(name)).toBe(true);
  });

  it.each(['.gitignore', '.gitmodules', '.gitattributes', 'git', 'x.git', '.git2', 'git~2', '..git', '. git', '.github', 'agit~1', ''])(
    'leaves %j alone',
    (name) => {
      expect(isDotGit(name)).toBe(false);
    },
  );

  it('takes long names in linear time', () => {
    expect(isDotGit(`.git${'. '.repeat(100_000)}x`)).toBe(false);
  });
});
