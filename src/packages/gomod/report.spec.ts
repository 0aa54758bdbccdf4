import { describe, expect, it } from '@jest/globals';
import type { Replacement } from '../package-manager.js';
import type { ModuleFindings } from './findings.js';
import { type GoModule, type GoPackage, readListing } from './listing.js';
import { isMatched, pathBelow } from './go-paths.js';
import { type LocalModule, report } from './report.js';

const HUB: LocalModule = { name: 'acme.dev/hub', version: 'v1.4.0', directory: '.' };
const MAIN: GoModule = { Path: HUB.name, Main: true };
const WIND: GoModule = { Path: 'acme.dev/wind', Version: 'v0.3.1' };

async function reported(
  printed: GoPackage[],
  options: Partial<Parameters<typeof report>[0]> = {},
): Promise<ModuleFindings> {
  const { main = HUB, others = [], downloaded = [], replacements = [] } = options;
  const stream = (async function* () {
    yield* printed;
  })();
  const listing = await readListing(
    stream,
    ({ module, importPath }) =>
      module?.Main === true && module.Path === main.name && isMatched(pathBelow(main.name, importPath)),
  );
  return report({ main, others, downloaded, listing, replacements });
}

/** Packages as `name (path): dependency@version, …`. */
function lines({ packages, imports }: ModuleFindings): string[] {
  return packages.map(({ name, path, imports: places }) => {
    const dependencies = Array.from(places, (place) => `${imports[place].name}@${imports[place].version ?? ''}`);
    return `${name} (${path}): ${dependencies.sort().join(', ')}`;
  });
}

describe('packages', () => {
  const CASES: [string, GoPackage[], string[], Partial<Parameters<typeof report>[0]>?][] = [
    ['none', [], []],
    [
      'roots only, each with all that it imports',
      [
        { ImportPath: 'fmt', Standard: true },
        { ImportPath: 'acme.dev/wind/gust', Module: WIND, Imports: ['fmt'] },
        { ImportPath: 'acme.dev/hub/lib', Module: MAIN, Imports: ['acme.dev/wind/gust', 'fmt'] },
        { ImportPath: 'acme.dev/hub/cmd/hubd', Module: MAIN, Imports: ['acme.dev/hub/lib', 'acme.dev/wind/gust', 'fmt'] },
        { ImportPath: 'acme.dev/hub/cmd/tool', Module: MAIN, Imports: ['acme.dev/hub/lib', 'acme.dev/wind/gust', 'fmt'] },
      ],
      [
        'acme.dev/hub/cmd/hubd (cmd/hubd): acme.dev/hub/lib@v1.4.0, acme.dev/wind/gust@v0.3.1, fmt@',
        'acme.dev/hub/cmd/tool (cmd/tool): acme.dev/hub/lib@v1.4.0, acme.dev/wind/gust@v0.3.1, fmt@',
      ],
    ],
    ['one that nothing imports and that imports nothing', [{ ImportPath: HUB.name, Module: MAIN }], ['acme.dev/hub (.): ']],
    [
      'test data only where it is imported',
      [
        { ImportPath: 'acme.dev/hub/testdata/a', Module: MAIN },
        { ImportPath: 'acme.dev/hub/testdata/b', Module: MAIN },
        { ImportPath: HUB.name, Module: MAIN, Imports: ['acme.dev/hub/testdata/a'] },
      ],
      ['acme.dev/hub (.): acme.dev/hub/testdata/a@v1.4.0'],
    ],
    [
      'one of a circle',
      [
        { ImportPath: 'acme.dev/hub/a', Module: MAIN, Imports: ['acme.dev/hub/b'] },
        { ImportPath: 'acme.dev/hub/b', Module: MAIN, Imports: ['acme.dev/hub/a'] },
      ],
      ['acme.dev/hub/b (b): acme.dev/hub/a@v1.4.0'],
    ],
    [
      'code that is yet to be generated with the version of the main module',
      [
        { ImportPath: 'acme.dev/elsewhere/api' },
        { ImportPath: HUB.name, Module: MAIN, Imports: ['acme.dev/elsewhere/api', 'acme.dev/unprinted'] },
      ],
      ['acme.dev/hub (.): acme.dev/elsewhere/api@v1.4.0, acme.dev/unprinted@v1.4.0'],
    ],
    [
      'replaced ones under their import paths, local ones with theirs behind the path',
      [
        { ImportPath: 'a/x', Module: { Path: 'a', Version: 'v1.0.0', Replace: { Path: 'b', Version: 'v2.0.0' } } },
        { ImportPath: 'c', Module: { Path: 'c', Replace: { Path: './third/c' } } },
        { ImportPath: 'c/d', Module: { Path: 'c', Replace: { Path: './third/c/' } } },
        { ImportPath: HUB.name, Module: MAIN, Imports: ['a/x', 'c', 'c/d'] },
      ],
      ['acme.dev/hub (.): a/x@v2.0.0, c/d@./third/c/d, c@./third/c'],
    ],
    [
      'those of other modules of the workspace with their versions, never as roots',
      [
        { ImportPath: 'acme.dev/tool/lib', Module: { Path: 'acme.dev/tool', Main: true } },
        { ImportPath: 'acme.dev/tool/other', Module: { Path: 'acme.dev/tool', Main: true } },
        { ImportPath: HUB.name, Module: MAIN, Imports: ['acme.dev/tool/lib'] },
      ],
      ['acme.dev/hub (.): acme.dev/tool/lib@v0.9.0'],
      { others: [{ name: 'acme.dev/tool', version: 'v0.9.0', directory: 'tool' }] },
    ],
    [
      'below the directory of the module',
      [{ ImportPath: 'acme.dev/hub/cmd', Module: MAIN }],
      ['acme.dev/hub/cmd (services/hub/cmd): '],
      { main: { ...HUB, directory: 'services/hub' } },
    ],
  ];
  it.each(CASES)('%s', async (...[, printed, expected, options]) => {
    expect(lines(await reported(printed, options))).toEqual(expected);
  });
});

describe('modules', () => {
  const replaced = { Path: 'a', Version: 'v1.0.0', Replace: { Path: 'b', Version: 'v2.0.0' } };
  const asked: Replacement = { name: 'a', type: 'gomod', version: 'v2.0.0', newName: 'b' };
  const CASES: [string, GoModule[], Partial<Parameters<typeof report>[0]>, object[]][] = [
    ['imported ones', [WIND, WIND], {}, [{ name: 'acme.dev/wind', version: 'v0.3.1' }]],
    ['not the main one', [MAIN], {}, []],
    [
      'downloaded ones, too',
      [WIND],
      { downloaded: [{ name: 'acme.dev/wind', version: 'v0.3.1' }, { name: 'acme.dev/air', version: 'v1.0.0+incompatible' }] },
      [
        { name: 'acme.dev/air', version: 'v1.0.0+incompatible' },
        { name: 'acme.dev/wind', version: 'v0.3.1' },
      ],
    ],
    ['replaced by go.mod', [replaced], {}, [{ name: 'b', version: 'v2.0.0' }]],
    [
      'replaced by the request, however else they are found',
      [replaced],
      { replacements: [asked], downloaded: [{ name: 'b', version: 'v2.0.0' }] },
      [{ name: 'b', version: 'v2.0.0', replaces: { name: 'a', version: 'v1.0.0' } }],
    ],
    ['local ones as written', [{ Path: 'c', Replace: { Path: '../c' } }], {}, [{ name: 'c', version: '../c' }]],
    [
      'those of the workspace',
      [],
      { others: [{ name: 'acme.dev/tool', version: 'v0.9.0', directory: 'tool' }] },
      [{ name: 'acme.dev/tool', version: 'v0.9.0' }],
    ],
  ];
  it.each(CASES)('%s', async (_name, modules, options, expected) => {
    const printed = modules.map((Module, at) => ({ ImportPath: `${Module.Path}/p${at}`, Module }));
    expect((await reported(printed, options)).dependencies).toEqual(expected);
  });
});
