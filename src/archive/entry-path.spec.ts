import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../errors/index.js';
import { checkEntryPath, checkLinkTarget } from './entry-path.js';

describe('paths of entries', () => {
  it.each(['a', 'a/b', '.hidden', '..a/b..', 'a b\n', '-rf', 'é', '\udce9', 'x'.repeat(255), 'C:', 'a\\..\\b'])(
    'takes %j',
    (path) => {
      expect(() => checkEntryPath(path)).not.toThrow();
    },
  );

  it.each([
    '',
    '/',
    '/etc/passwd',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    'a/..',
    'a\0b',
    '\ud800',
    'x'.repeat(256),
    'é'.repeat(128),
    'a/'.repeat(2100) + 'a',
  ])('refuses %j', (path) => {
    expect(() => checkEntryPath(path)).toThrow(ValidationError);
  });

  it.each(['', 'a\0b', 'x'.repeat(5000), '\ud800'])('refuses the link target %j', (target) => {
    expect(() => checkLinkTarget('link', target)).toThrow(ValidationError);
  });

  it('takes links that lead anywhere: where they lead is judged elsewhere', () => {
    expect(() => checkLinkTarget('link', '../../etc/passwd')).not.toThrow();
  });

  it('shows hostile names short and printable', () => {
    expect(() => checkEntryPath(`../\u001b[2J${'x'.repeat(5000)}`)).toThrow(/^The path ".{0,260}" cannot be/);
  });
});
