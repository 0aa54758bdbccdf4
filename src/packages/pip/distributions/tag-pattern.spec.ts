import { describe, expect, it } from '@jest/globals';
import { ValidationError } from '../../../errors/index.js';
import { compileTagPattern } from './tag-pattern.js';

const TEXTS = [
  '',
  'any',
  'win32',
  'win_amd64',
  'linux_x86_64',
  'manylinux2014_aarch64',
  'manylinux_2_17_x86_64',
  'musllinux_1_2_x86_64',
  'macosx_10_9_universal2',
  'macosx_11_0_arm64',
  'a.b',
  'a-b]c\\',
  'aaaaab',
];

describe('an expression', () => {
  it.each([
    '',
    'x86',
    '^manylinux',
    '_x86_64$',
    '^win(32|_amd64)$',
    '^(many|musl)?linux.*_(?:x86_64|aarch64)$',
    'manylinux_2_(1[0-9]|2[0-8])_',
    'macosx_1[^01]_',
    'macosx_\\d+_\\d+',
    '\\W',
    'a.b',
    'a\\.b',
    '[-\\]]',
    'b\\]c\\\\$',
    '^a*b$',
    '^a+?b$',
    '^a{5}b',
    '^a{6}b',
    '^a{2,}b',
    '^a{2,4}b',
    '^a{0,5}?b$',
    '^(a|aa)+$',
    '^(a*)*c',
    '()*',
    '(^a|b$)',
    'a||b',
    '(|x)y',
    '$^',
    '^$',
    'linux|',
  ])('%j means what it means to the engine', (source) => {
    const pattern = compileTagPattern(source);
    const engine = new RegExp(source);
    expect(TEXTS.filter(pattern)).toEqual(TEXTS.filter((text) => engine.test(text)));
  });

  it.each([
    '(',
    ')',
    'a)',
    '(a',
    '[a',
    '[]',
    '[z-a]',
    '*',
    'a**',
    '+a',
    'a{2,1}',
    'a{99999}',
    '{',
    'a\\',
    '\\1',
    '\\b',
    '\\x41',
    '(?=a)',
    '(?<!a)',
    '(?P<n>a)',
    '(?i)a',
    'a'.repeat(201),
    '('.repeat(200),
  ])('is refused: %j', (source) => expect(() => compileTagPattern(source)).toThrow(ValidationError));

  it.each([
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '.*'.repeat(99),
    '^(.*?,){99}P',
    `${'('.repeat(60)}a${')*'.repeat(60)}`,
    '((((a{9999}){9999}){9999}){9999}){9999}',
    '(((){9999}){9999}){9999}',
    `(${'|'.repeat(180)}){9999}`,
    '(((a?){9}){9}){9}$',
  ])('takes no time for a hostile text: %j', (source) => {
    const pattern = compileTagPattern(source);
    try {
      pattern(`${'a'.repeat(250)}!`);
    } catch (error) {
      expect(error).toBeInstanceOf(ValidationError);
    }
  });
});
