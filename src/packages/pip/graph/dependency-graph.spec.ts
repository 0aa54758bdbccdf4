import { describe, expect, it } from '@jest/globals';
import { linkDependencies, type LockedDependency } from './dependency-graph.js';
import { entrances } from './entrances.js';
import { statedRequirements } from './stated-requirement.js';

/** `name version [extras]`, without version: from an address → what it requires (PEP 508); undefined = unknown. */
type Lock = Record<string, string[] | undefined>;

async function lockedOf(lock: Lock): Promise<LockedDependency[]> {
  return Promise.all(
    Object.entries(lock).map(async ([text, requires]) => {
      const [, name = '', version, extras = ''] = /^(\S+)(?: (\d\S*))?(?: \[(.*)\])?$/.exec(text) ?? [];
      return {
        name,
        version,
        extras: new Set(extras.split(',').filter(Boolean)),
        requires: requires && (await statedRequirements(requires.map((each) => ({ text: each })))),
      };
    }),
  );
}

const shown = ({ name, version }: LockedDependency): string => `${name}${version ?? ''}`;

/** `a1 > b1`, and `> a1` for those that the package itself requires. */
async function graphOf(lock: Lock, own: string[] = []): Promise<string[]> {
  const locked = await lockedOf(lock);
  const stated = (await statedRequirements(own.map((text) => ({ text })))) ?? [];
  const graph = await linkDependencies(locked, stated, { edges: 1000 });
  if (graph === undefined) throw new Error('too many edges');
  const direct = (await entrances(graph)).map((to) => `> ${shown(locked[to])}`);
  const edges = graph.requires.flatMap((targets, from) =>
    [...targets].map((to) => `${shown(locked[from])} > ${shown(locked[to])}`),
  );
  return [...direct, ...edges.sort()];
}

const FLASK = { 'flask 3': ['jinja2>=3', 'asgi; extra == "async"'], 'jinja2 3': ['markupsafe'], 'markupsafe 2': [], 'asgi 1': [] };

describe('what is locked', () => {
  it.each<[string, Lock, string[], string[]?]>([
    ['nothing', {}, []],
    ['a chain', { 'flask 3': ['jinja2'], 'jinja2 3': ['markupsafe'], 'markupsafe 2': [] }, ['> flask3', 'flask3 > jinja23', 'jinja23 > markupsafe2']],
    ['what is required but not locked', { 'a 1': ['x', 'y; extra == "z"'] }, ['> a1']],
    ['unknown requirements', { 'a 1': undefined, 'b 1': undefined }, ['> a1', '> b1']],
    ['names in other spellings', { 'a 1': ['Storm_Kit'], 'storm-kit 1': [] }, ['> a1', 'a1 > storm-kit1']],
    ['another version than is required', { 'a 1': ['b>=2'], 'b 1': [] }, ['> a1', 'a1 > b1']],
    ['a marker', { 'a 1': ['b; sys_platform == "win32"'], 'b 1': [] }, ['> a1', 'a1 > b1']],
    ['an extra that nobody asks for', FLASK, ['> flask3', '> asgi1', 'flask3 > jinja23', 'jinja23 > markupsafe2']],
    ['an extra that is asked for', { ...FLASK, 'flask 3': undefined, 'flask 3 [async]': FLASK['flask 3'] }, ['> flask3', '> flask3', 'flask3 > asgi1', 'flask3 > jinja23', 'jinja23 > markupsafe2']],
    ['an extra that another one asks for', { 'a 1': ['b[x]'], 'b 1': ['c; extra == "x"', 'd; extra == "y"'], 'c 1': [], 'd 1': [] }, ['> a1', '> d1', 'a1 > b1', 'b1 > c1']],
    ['an extra that asks for an extra', { 'a 1 [x]': ['b[y]; extra == "x"'], 'b 1': ['c; extra == "y"'], 'c 1': [] }, ['> a1', 'a1 > b1', 'b1 > c1']],
    ['an extra of extras', { 'a 1 [all]': ['a[x,y]; extra == "all"', 'b; extra == "x"', 'c; extra == "y"'], 'b 1': [], 'c 1': [] }, ['> a1', 'a1 > b1', 'a1 > c1']],
    ['extras that ask for each other', { 'a 1 [x]': ['a[y]; extra == "x"', 'a[x]; extra == "y"', 'b; extra == "y"'], 'b 1': [] }, ['> a1', 'a1 > b1']],
    ['extras that are asked for late', { 'b 1': ['c; extra == "x"'], 'c 1': ['d; extra == "z"'], 'd 1': [], 'a 1': ['b[x]', 'c[z]'] }, ['> a1', 'a1 > b1', 'a1 > c1', 'b1 > c1', 'c1 > d1']],
    ['one of several versions', { 'a 1': ['b>=2'], 'b 1': [], 'b 2': [] }, ['> a1', '> b1', 'a1 > b2']],
    ['several versions that fit', { 'a 1': ['b'], 'b 1': [], 'b 2': [] }, ['> a1', 'a1 > b1', 'a1 > b2']],
    ['several versions of which none fits', { 'a 1': ['b>=3'], 'b 1': [], 'b 2': [] }, ['> a1', 'a1 > b1', 'a1 > b2']],
    ['several versions, and a specifier that is none', { 'a 1': ['b (2)'], 'b 1': [], 'b 2': [] }, ['> a1', 'a1 > b1', 'a1 > b2']],
    ['a version and an address', { 'a 1': ['b>=2'], 'b 1': [], b: [] }, ['> a1', '> b1', 'a1 > b']],
    ['several versions of what asks for an extra of itself', { 'a 1 [all]': ['a[x]; extra == "all"', 'b; extra == "x"'], 'a 2': ['b; extra == "x"'], 'b 1': [] }, ['> a1', '> a2', 'a1 > b1']],
    ['what requires itself', { 'a 1': ['a'] }, ['> a1']],
    ['a cycle', { 'a 1': ['b'], 'b 1': ['c'], 'c 1': ['a'] }, ['> a1', '> b1', '> c1', 'a1 > b1', 'b1 > c1', 'c1 > a1']],
    ['a cycle that something leads to', { 'a 1': ['b'], 'b 1': ['a'], 'c 1': ['b'] }, ['> c1', 'a1 > b1', 'b1 > a1', 'c1 > b1']],
    ['a cycle that leads to another one', { 'c 1': ['d'], 'd 1': ['c'], 'a 1': ['b', 'c'], 'b 1': ['a'] }, ['> a1', '> b1', 'a1 > b1', 'a1 > c1', 'b1 > a1', 'c1 > d1', 'd1 > c1']],
    ['two cycles that share one', { 'a 1': ['b'], 'b 1': ['a', 'c'], 'c 1': ['b'] }, ['> a1', '> b1', '> c1', 'a1 > b1', 'b1 > a1', 'b1 > c1', 'c1 > b1']],
    ['what the package itself requires, and others too', { 'a 1': ['b'], 'b 1': [] }, ['> a1', '> b1', 'a1 > b1'], ['b']],
    ['what the package itself requires of a cycle', { 'a 1': ['b'], 'b 1': ['a'] }, ['> b1', 'a1 > b1', 'b1 > a1'], ['B']],
    ['extras that the package itself asks for', { 'a 1': ['b; extra == "x"'], 'b 1': [] }, ['> a1', 'a1 > b1'], ['a[X]>=1']],
    ['what an extra of the package itself requires', { 'a 1': ['b'], 'b 1': [] }, ['> a1', 'a1 > b1'], ['b; extra == "dev"']],
    ['names of properties', { 'constructor 1': ['tostring', '__proto__x'], 'tostring 1': [] }, ['> constructor1', '> tostring1']],
  ])('%s', async (...[, lock, expected, own]) => {
    expect(await graphOf(lock, own)).toEqual(expected);
  });

  it('is not linked where that comes to too much', async () => {
    const versions = Array.from({ length: 100 }, (_, at): [string, string[]] => [`b ${at}`, ['a']]);
    const locked = await lockedOf({ ...Object.fromEntries(versions), 'a 1': ['b>=1'], 'a 2': ['b>=2'] });
    const room = { edges: 900 };
    expect(await linkDependencies(locked, [], room)).toBeDefined();
    expect(await linkDependencies(locked, [], room)).toBeUndefined();
  });

  it('may be long chains', async () => {
    const length = 20_000;
    const requires = Array.from({ length }, (_, at) => new Set(at + 1 < length ? [at + 1] : []));
    expect(await entrances({ requires, own: new Set() })).toEqual([0]);
    expect(await entrances({ requires: [...requires.slice(0, -1), new Set([0])], own: new Set([7]) })).toEqual([7]);
  });
});
