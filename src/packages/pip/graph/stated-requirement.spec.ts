import { describe, expect, it } from '@jest/globals';
import { type StatedLine, statedRequirements } from './stated-requirement.js';

/** `name specifier [asked extras] {extras that it is for}` */
async function read(...lines: StatedLine[]): Promise<string[] | undefined> {
  const stated = await statedRequirements(lines);
  return stated?.map(({ name, specifier, extras, onlyFor }) =>
    [name, specifier, extras.length > 0 && `[${extras}]`, onlyFor && `{${onlyFor}}`].filter(Boolean).join(' '),
  );
}

const ROWS: [string, string | undefined][] = [
  ['kite', 'kite'],
  ['Storm_Kit.x', 'storm-kit-x'],
  ['kite>=1,<2', 'kite >=1,<2'],
  ['kite (>=1,<2)', 'kite >=1,<2'],
  ['kite(1.0)', 'kite 1.0'],
  ['kite ( >=1 )', 'kite >=1'],
  ['kite[Sail_x, tail] ~= 1.0', 'kite ~= 1.0 [sail-x,tail]'],
  ['kite[]', 'kite'],
  ['kite; python_version < "3"', 'kite'],
  ['kite (>=1) ; python_version < "3"', 'kite >=1'],
  ["kite ; extra == 'x'", 'kite {x}'],
  ['kite ; "X_y" == extra', 'kite {x-y}'],
  ['kite; (python_version < "3" and extra == "x")', 'kite {x}'],
  ['kite; python_version < "3" and (extra == "x" or extra == "y")', 'kite {x,y}'],
  ['kite; python_version < "3" or extra == "x"', 'kite'],
  ['kite; extra == "x" and extra == "y"', undefined],
  ['kite; extra != "x"', 'kite'],
  ['kite; extra == "x" and extra != "y"', 'kite {x}'],
  ['kite; extra in "x y"', 'kite'],
  ['kite @ https://h.dev/a;b/k.zip', 'kite'],
  ['kite@git+https://h.dev/k ; extra == "x"', 'kite {x}'],
  ['kite [x]@ file:///k; extra == "y"', 'kite [x] {y}'],
  ['futures; python_version == "2.6" or python_version=="2.7"', 'futures'],
  ['kite; sys.platform == "win32"', 'kite'],
  ['kite\n>=1', 'kite >=1'],
  ['kite;\n extra\n == "x"', 'kite {x}'],
  ['__proto__', undefined],
  ['kite 1.0', undefined],
  ['-e kite', undefined],
  ['https://h.dev/k.zip', undefined],
  ['', undefined],
  ['kite; extra', undefined],
  ['kite; nonsense == "x"', undefined],
  ['kite; (extra == "x"', undefined],
];

describe('a requirement of a distribution', () => {
  it.each(ROWS)('%p', async (text, expected) => {
    const isNever = text.includes('"x" and extra == "y"');
    expect(await read({ text })).toEqual(expected === undefined ? (isNever ? [] : undefined) : [expected]);
  });

  it.each<[string, StatedLine, string[] | undefined]>([
    ['an extra', { text: 'kite', extra: 'X_y' }, ['kite {x-y}']],
    ['an extra and its marker', { text: 'kite', extra: 'x', marker: 'python_version < "3"' }, ['kite {x}']],
    ['a marker', { text: 'kite; os_name == "nt"', marker: 'python_version < "3" or os_name == "x"' }, ['kite']],
    ['an extra, and a marker that is for another one', { text: 'kite; extra == "y"', extra: 'x' }, []],
    ['a marker that is none', { text: 'kite', marker: 'nonsense' }, undefined],
  ])('belongs to %s', async (_, line, expected) => {
    expect(await read(line)).toEqual(expected);
  });

  it.each<[string, string, string[] | undefined]>([
    ['a long specifier, which says nothing', `kite ${'!=1,'.repeat(200)}`, ['kite']],
    ['a marker of parentheses', `kite; ${'('.repeat(4000)}`, undefined],
    ['too many extras', `kite; ${Array.from({ length: 300 }, (_, at) => `extra=="${at}"`).join(' or ')}`, undefined],
    ['a long name of an extra', `kite; extra == "${'x'.repeat(9000)}"`, undefined],
    ['many blanks', `kite${' '.repeat(8000)}x`, undefined],
  ])('may have %s', async (_, text, expected) => {
    expect(await read({ text })).toEqual(expected);
  });

  it('makes all unknown where one is malformed, or where there are too many', async () => {
    expect(await read({ text: 'kite' }, { text: '?' })).toBeUndefined();
    expect(await statedRequirements(Array.from({ length: 10_001 }, () => ({ text: 'kite' })))).toBeUndefined();
    expect(await statedRequirements(Array.from({ length: 10_000 }, () => ({ text: 'kite' })))).toHaveLength(10_000);
  });
});
