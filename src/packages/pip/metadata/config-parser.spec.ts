import { describe, expect, it } from '@jest/globals';
import { option, parseConfig } from './config-parser.js';

describe('parseConfig', () => {
  it.each<[string, string, string | undefined]>([
    ['a value', '[m]\nn = v', 'v'],
    ['a colon', '[m]\nn: v', 'v'],
    ['the first delimiter counts', '[m]\nn : = v', '= v'],
    ['no comment behind a value', '[m]\nn = v # w ; x', 'v # w ; x'],
    ['comments on their own lines', '[m]\n# n = w\n  ; n = x\nn = v', 'v'],
    ['comments in a value', '[m]\nn = v\n # w\n  x', 'v\nx'],
    ['options in any case', '[m]\nN = v', 'v'],
    ['sections in their case', '[M]\nn = v', undefined],
    ['lines that go on', '[m]\nn =\n  v = w\n  [x]\ny = z', '\nv = w\n[x]'],
    ['empty lines within', '[m]\nn = v\n\n  w\n\n', 'v\n\nw'],
    ['indented sections and options', ' [m]\n  n = v', 'v'],
    ['deeper than the option itself', '[m]\n  m = 1\n  n = v\n   w', 'v\nw'],
    ['inherited', '[DEFAULT]\nn = v\n[m]', 'v'],
    ['inherited, not instead', '[DEFAULT]\nn = w\n[m]\nn = v', 'v'],
    ['inherited by no section', '[DEFAULT]\nn = v', undefined],
    ['percent signs', '[m]\nn = %(x)s %', '%(x)s %'],
    ['an empty value', '[m]\nn =', ''],
    ['odd names', '[__proto__]\nn = w\n[m]\n__proto__ = x\nn = v', 'v'],
    ['Windows lines', '[m]\r\nn = v\r\n w\r\n', 'v\nw'],
    ['what stands behind a section', '[m] x\nn = v', 'v'],
  ])('takes %s', (_, text, value) => {
    expect(option(parseConfig({ file: 'setup.cfg', text }), 'm', 'n')).toBe(value);
  });

  it.each<[string, string, string]>([
    ['no section', 'n = v', 'line 1 stands before any section'],
    ['a section twice', '[m]\n[x]\n[m]', 'line 3 has a section that was there before'],
    ['an option twice', '[m]\nn = v\nN = w', 'line 3 has an option that was there before'],
    ['an inherited option twice', '[DEFAULT]\nn = v\n[DEFAULT]\nn = w', 'line 4 has an option that was there before'],
    ['no delimiter', '[m]\nn', 'line 2 is neither a section nor an option with "=" or ":"'],
    ['no name', '[m]\n= v', 'line 2 is neither a section nor an option with "=" or ":"'],
    ['an empty section name', '[m]\n[]', 'line 2 is neither a section nor an option with "=" or ":"'],
  ])('refuses %s', (_, text, why) => {
    expect(() => parseConfig({ file: 'setup.cfg', text })).toThrow(
      expect.objectContaining({ errorType: 'InvalidFileFormat', message: `"setup.cfg" cannot be read: ${why}.` }),
    );
  });
});
