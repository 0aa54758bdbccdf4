import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '../../../test/support/git-server.js';
import { InvalidFileFormat } from '../../errors/index.js';
import { parseGitmodules } from './gitmodules.js';

function parsed(text: string): [string, Record<string, string>][] {
  return parseGitmodules(text).map(({ name, values }) => [name, Object.fromEntries(values)]);
}

const GOOD: [string, string][] = [
  ['nothing', ''],
  ['the usual', '[submodule "a"]\n\tpath = lib/a\n\turl = ../a.git\n[submodule "b"]\n\tpath=b\n\turl=https://x/b\n\tbranch = main\n'],
  ['no line feed at the end', '[submodule "a"]\npath = lib'],
  ['CRLF', '[submodule "a"]\r\n\tpath = lib\r\n\turl = x\r\n'],
  ['comments', '# c\n[submodule "a"] ; c\n\tpath = lib # c\n;c\n\turl = "x # y" ; z\n'],
  ['quotes and escapes', '[submodule "a\\"b\\\\c"]\n\tpath = "a b"  c \n\turl = a\\tb\\\\\\"c\n'],
  ['white space', '[submodule   "a"]\n\n\n   path   =    a  b   \n'],
  ['a continued line', '[submodule "a"]\n\tpath = li\\\nb\n'],
  ['a key without value', '[submodule "a"]\n\tshallow\n\tpath = x\n'],
  ['an empty value', '[submodule "a"]\n\tpath =\n\turl = ""\n'],
  ['upper case', '[SubModule "Name"]\n\tPath = X\n\tURL = Y\n'],
  ['the last value counts', '[submodule "a"]\n\tpath = 1\n\tpath = 2\n[submodule "a"]\n\tpath = 3\n'],
  ['other sections', '[core]\n\tpath = no\n[remote "x"]\n\turl = no\n[submodule "a"]\n\tpath = yes\n'],
  ['a key on the line of the section', '[submodule "a"] path = x\n'],
  ['a byte order mark', '\u{feff}[submodule "a"]\n\tpath = x\n'],
  ['prototype keys', '[submodule "__proto__"]\n\tconstructor = x\n'],
];

const BAD = ['path = x\n', '[submodule "a"\npath=x\n', '[submodule "a]\n', '[submodule a"]\n', '[submodule "a"]\n= x\n', '[submodule "a"]\npath x\n',
  '[submodule "a"]\npath = "x\n', '[submodule "a"]\npath = \\q\n', '[submodule "a"]\n1path = x\n', '[]\n', 'x', '[submodule "a"]\npath = x\\'];

describe('parseGitmodules', () => {
  it.each(GOOD)('reads %s as git does', async (_name, text) => {
    const directory = await mkdtemp(join(tmpdir(), 'gitmodules-'));
    try {
      await writeFile(join(directory, 'file'), text);
      const listed = await git(directory, ['config', '-z', '-f', 'file', '--list']);
      const values = new Map<string, Map<string, string>>();
      for (const item of listed.split('\0').filter((line) => line.startsWith('submodule.'))) {
        const [key = '', ...rest] = item.split('\n');
        const dot = key.lastIndexOf('.');
        const name = key.slice('submodule.'.length, dot);
        const section = values.get(name) ?? new Map<string, string>();
        values.set(name, section.set(key.slice(dot + 1), rest.length === 0 ? 'true' : rest.join('\n')));
      }
      expect(parsed(text)).toEqual(Array.from(values, ([name, section]) => [name, Object.fromEntries(section)]));
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it.each(BAD)('refuses %j', (text) => {
    expect(() => parseGitmodules(text)).toThrow(InvalidFileFormat);
  });

  it('throws nothing but InvalidFileFormat', () => {
    const piece = fc.constantFrom('[submodule "a"]', '\n', 'path', ' = ', '"', '\\', '#', ';', 'x', '\t', '[', ']', '\0', '\r');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parseGitmodules(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidFileFormat);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
