import { describe, expect, it } from '@jest/globals';
import { GoModError } from '../../../errors/index.js';
import { type ModuleGraph, readModuleGraph } from './module-graph.js';
import { projectGraph } from './project-graph.js';

async function read(text: string, mains: readonly string[] = ['app']): Promise<ModuleGraph> {
  const lines = text.split(/\n\s*/).filter((line) => line !== '');
  const stream = (async function* () {
    yield* lines;
  })();
  return readModuleGraph(stream, mains);
}

/** Edges as `from > to`, and `unknown: …` where it is not known what something requires. */
async function projected(
  text: string,
  reported: readonly string[],
  { mains = ['app'], main = 0, isWhole = false }: { mains?: string[]; main?: number; isWhole?: boolean } = {},
): Promise<string[]> {
  const { edges, unknown } = await projectGraph(await read(text, mains), {
    main,
    size: reported.length,
    placeOf: ({ path, version = 'local' }) => {
      const place = reported.indexOf(`${path}@${version}`);
      return place === -1 ? undefined : place;
    },
    isWhole,
  });
  const names = [...reported, mains[main]];
  const lines: string[] = [];
  for (let at = 0; at < edges.length; at += 2) lines.push(`${names[edges[at]]} > ${names[edges[at + 1]]}`);
  return [...lines.sort(), ...Array.from(unknown, (place) => `unknown: ${names[place]}`)];
}

describe('the module graph', () => {
  const CASES: [string, string, string[], string[], Parameters<typeof projected>[2]?][] = [
    ['nothing', '', [], []],
    [
      'what is required is taken in the selected version',
      `app a@v1.0.0
       app b@v1.2.0
       a@v1.0.0 b@v1.1.0
       a@v1.0.0 c@v0.1.0
       b@v1.2.0 c@v0.10.0
       b@v1.1.0 d@v1.0.0`,
      ['a@v1.0.0', 'b@v1.2.0', 'c@v0.10.0'],
      ['a@v1.0.0 > b@v1.2.0', 'a@v1.0.0 > c@v0.10.0', 'app > a@v1.0.0', 'app > b@v1.2.0', 'b@v1.2.0 > c@v0.10.0', 'unknown: c@v0.10.0'],
    ],
    [
      'a selected version that is reached only by others that are not selected',
      `app a@v1.0.0
       app c@v1.0.0
       a@v1.0.0 b@v1.0.0
       c@v1.0.0 a@v1.1.0
       b@v1.0.0 d@v1.0.0
       d@v1.0.0 go@1.21`,
      ['a@v1.1.0', 'b@v1.0.0', 'c@v1.0.0', 'd@v1.0.0'],
      ['app > a@v1.1.0', 'app > c@v1.0.0', 'b@v1.0.0 > d@v1.0.0', 'c@v1.0.0 > a@v1.1.0', 'unknown: a@v1.1.0'],
    ],
    [
      'releases come after what was before them, and after revisions',
      `app a@v1.0.0-rc.2
       app b@v1.0.1-0.20240506070809-0123456789ab
       app d@v2.0.0+incompatible
       a@v1.0.0-rc.2 b@v1.0.0
       b@v1.0.1-0.20240506070809-0123456789ab a@v1.0.0-rc.10
       a@v1.0.0-rc.10 d@v1.9.0`,
      ['a@v1.0.0-rc.10', 'b@v1.0.1-0.20240506070809-0123456789ab', 'd@v2.0.0+incompatible'],
      [
        'a@v1.0.0-rc.10 > d@v2.0.0+incompatible',
        'app > a@v1.0.0-rc.10',
        'app > b@v1.0.1-0.20240506070809-0123456789ab',
        'app > d@v2.0.0+incompatible',
        'b@v1.0.1-0.20240506070809-0123456789ab > a@v1.0.0-rc.10',
      ],
    ],
    [
      'neither Go nor toolchains nor what is not reported',
      `app go@1.22.0
       app toolchain@go1.23.0
       app a@v1.0.0
       app x@v1.0.0
       a@v1.0.0 go@1.21
       x@v1.0.0 a@v1.0.0
       go@1.22.0 toolchain@go1.22.0`,
      ['a@v1.0.0'],
      ['app > a@v1.0.0'],
    ],
    [
      'circles, also through an older version of the module itself',
      `app a@v1.0.0
       a@v1.0.0 app@v0.9.0
       a@v1.0.0 b@v1.0.0
       app@v0.9.0 z@v1.0.0
       b@v1.0.0 a@v0.1.0`,
      ['a@v1.0.0', 'b@v1.0.0', 'z@v1.0.0'],
      ['a@v1.0.0 > b@v1.0.0', 'app > a@v1.0.0', 'b@v1.0.0 > a@v1.0.0', 'unknown: z@v1.0.0'],
    ],
    [
      'of a module before Go 1.17, all is read',
      `app a@v1.0.0
       a@v1.0.0 b@v1.0.0`,
      ['a@v1.0.0', 'b@v1.0.0'],
      ['a@v1.0.0 > b@v1.0.0', 'app > a@v1.0.0'],
      { isWhole: true },
    ],
    [
      'nothing is known of what is not in the graph',
      'app a@v1.0.0',
      ['a@v1.0.0', 'b@v1.0.0'],
      ['app > a@v1.0.0', 'unknown: b@v1.0.0'],
      { isWhole: true },
    ],
    [
      'of a workspace, what one of its modules reaches',
      `one two@v1.0.0
       one a@v1.0.0
       three b@v1.0.0
       two a@v1.1.0
       two@v1.0.0 old@v1.0.0
       a@v1.1.0 c@v1.0.0
       b@v1.0.0 c@v1.0.0`,
      ['two@local', 'three@local', 'a@v1.1.0', 'b@v1.0.0', 'c@v1.0.0', 'old@v1.0.0'],
      [
        'a@v1.1.0 > c@v1.0.0',
        'one > a@v1.1.0',
        'one > two@local',
        'two@local > a@v1.1.0',
        'unknown: three@local',
        'unknown: b@v1.0.0',
        'unknown: c@v1.0.0',
        'unknown: old@v1.0.0',
      ],
      { mains: ['one', 'three', 'two'] },
    ],
    [
      'of a workspace, a module that requires nothing',
      'one two@v1.0.0',
      ['two@local'],
      ['one > two@local'],
      { mains: ['two', 'one'], main: 1 },
    ],
  ];
  it.each(CASES)('%s', async (...[, text, reported, expected, options]) => {
    expect(await projected(text, reported, options)).toEqual(expected);
  });

  it('each pair once, where several modules are replaced by the same one', async () => {
    const graph = await read('app a@v1.0.0\napp b@v1.0.0\na@v1.0.0 c@v1.0.0\nb@v1.0.0 c@v1.0.0\na@v1.0.0 b@v1.0.0');
    const placeOf = ({ path }: { path: string }): number => (path === 'c' ? 1 : 0);
    const { edges, unknown } = await projectGraph(graph, { main: 0, size: 2, placeOf, isWhole: true });
    expect([[...edges], [...unknown]]).toEqual([[2, 0, 0, 1], []]);
  });

  it.each(['app', 'app  a@v1.0.0', 'app a@v1.0.0 b@v1.0.0', ' app'])('is not made of %j', async (line) => {
    await expect(read(line)).rejects.toThrow(GoModError);
  });
});
