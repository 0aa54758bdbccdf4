import { expect, it } from '@jest/globals';
import { matchesGlob } from './glob.js';

it.each<[string, string, boolean]>([
  ['acme/app', 'acme/app', true],
  ['acme/app', 'acme/*', true],
  ['acme/', 'acme/*', true],
  ['acme', 'acme/*', false],
  ['acme-evil/app', 'acme/*', false],
  ['acme/a/b', 'acme/*', true],
  ['acme/app', '*', true],
  ['', '*', true],
  ['acme/app', '*app', true],
  ['acme/app', 'a*e*p', true],
  ['abab', 'ab*ab', true],
  ['aba', 'ab*ba', false],
  ['aXbXc', 'a*b*c', true],
  ['acb', 'a*b*c', false],
  ['a.c', 'a?c', false],
  ['Acme/app', 'acme/*', false],
  ['x'.repeat(10_000), `${'*x'.repeat(100)}*y`, false],
])('%s matches %s: %p', (text, pattern, expected) => {
  expect(matchesGlob(text, pattern)).toBe(expected);
});
