import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { goToolchain } from './support/go-command.js';
import { goCode, goMod, goSum, madeModule } from './support/go-made-modules.js';
import { GoSituations, type Outcome, type Situation } from './support/go-situation.js';
import { GoBundle, itBuildsOffline } from './support/go-bundle.js';
import { itWithTool } from './support/tools.js';

const LEAF = madeModule('test.example/leaf', 'v1.0.0', { packages: { '.': [], inner: [] } });
const LEAF_1 = madeModule('test.example/leaf', 'v1.1.0', { packages: { '.': ['test.example/leaf/inner'], inner: [] } });
const TWIN = madeModule('test.example/twin', 'v1.5.0', { packages: { '.': [], inner: [] } });
const STEM = madeModule('test.example/stem', 'v1.0.0', {
  packages: { '.': ['test.example/leaf/inner'] },
  requires: ['test.example/leaf v1.0.0'],
});
const PROBE = madeModule('test.example/probe', 'v0.3.0');
const SPARE = madeModule('test.example/spare', 'v2.0.0+incompatible');
const GONE = madeModule('test.example/gone', 'v1.0.0');
const MODULE = 'acme.example/app';

/** A program that imports `leaf`. */
const PLAIN: Record<string, string> = {
  'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0'] }),
  'go.sum': goSum(LEAF),
  'main.go': goCode('main', ['test.example/leaf']),
};

const C_CODE = 'package main\n\n// int one(void) { return 1; }\nimport "C"\n\nfunc one() int { return int(C.one()) }\n';

const SUCCESSES: [string, Situation, Outcome][] = [
  [
    'no dependencies',
    { files: { 'go.mod': goMod(MODULE), 'main.go': goCode('main', ['fmt']) } },
    { modules: { '.': [] } },
  ],
  ['no packages', { files: { 'go.mod': goMod(MODULE) } }, { modules: { '.': [] }, builds: false }],
  [
    'dependencies, direct, indirect, of tests',
    {
      files: {
        'go.mod': goMod(MODULE, {
          requires: ['test.example/stem v1.0.0', 'test.example/probe v0.3.0', 'test.example/leaf v1.0.0 // indirect'],
        }),
        'go.sum': goSum(LEAF, PROBE, STEM),
        'main.go': goCode('main', ['test.example/stem']),
        'main_test.go': goCode('main_test', ['test.example/probe']),
      },
    },
    { modules: { '.': ['test.example/stem v1.0.0', 'test.example/probe v0.3.0', 'test.example/leaf v1.0.0'] } },
  ],
  [
    'a module that nothing needs, and a version without go.mod of its own',
    {
      files: {
        ...PLAIN,
        'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0', 'test.example/spare v2.0.0+incompatible'] }),
        'go.sum': goSum(LEAF, SPARE),
      },
    },
    { modules: { '.': ['test.example/leaf v1.0.0', 'test.example/spare v2.0.0+incompatible'] } },
  ],
  [
    'several modules',
    {
      files: {
        ...PLAIN,
        'tools/go.mod': goMod(`${MODULE}/tools`, { requires: ['test.example/probe v0.3.0'] }),
        'tools/go.sum': goSum(PROBE),
        'tools/cmd/one/main.go': goCode('main', ['test.example/probe', `${MODULE}/tools/internal/two`]),
        'tools/internal/two/two.go': goCode('two', ['errors']),
        'other/go.mod': goMod('acme.example/other/v3'),
        'other/code.go': goCode('other'),
      },
      paths: ['tools', '.', 'other'],
      tags: ['v1.2.3', 'tools/v0.9.0', 'other/v2.0.0'],
    },
    {
      modules: { tools: ['test.example/probe v0.3.0'], '.': ['test.example/leaf v1.0.0'], other: [] },
      versions: { [MODULE]: 'v1.2.3', [`${MODULE}/tools`]: 'v0.9.0' },
    },
  ],
  [
    'a replacement of the request',
    { files: PLAIN, replacements: [{ name: 'test.example/leaf', version: 'v1.1.0' }] },
    { modules: { '.': ['test.example/leaf v1.1.0'] } },
  ],
  [
    'a replacement of the request by another module',
    { files: PLAIN, replacements: [{ name: 'test.example/leaf', new_name: 'test.example/twin', version: 'v1.5.0' }] },
    { modules: { '.': ['test.example/twin v1.5.0'] } },
  ],
  [
    'a replacement in go.mod by another module, which is none of the request',
    {
      files: {
        ...PLAIN,
        'go.mod': goMod(MODULE, {
          requires: ['test.example/leaf v1.0.0'],
          lines: ['replace test.example/leaf => test.example/twin v1.5.0'],
        }),
        'go.sum': goSum(TWIN),
      },
    },
    { modules: { '.': ['test.example/twin v1.5.0'] } },
  ],
  [
    'tidying',
    {
      files: {
        ...PLAIN,
        'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0', 'test.example/probe v0.3.0'] }),
        'go.sum': goSum(LEAF, PROBE),
      },
      flags: ['force-gomod-tidy'],
    },
    { modules: { '.': ['test.example/leaf v1.0.0', 'test.example/probe v0.3.0'] } },
  ],
  [
    'a module that lies in the vendor directory of another one',
    {
      files: {
        'go.mod': goMod(MODULE, {
          requires: ['test.example/leaf v1.0.0'],
          lines: ['replace test.example/leaf => ./vendor/test.example/leaf'],
        }),
        'main.go': goCode('main', ['test.example/leaf']),
        'vendor/test.example/leaf/go.mod': goMod('test.example/leaf'),
        'vendor/test.example/leaf/code.go': goCode('leaf'),
      },
      paths: ['.', 'vendor/test.example/leaf'],
    },
    { modules: { '.': ['test.example/leaf ./vendor/test.example/leaf'], 'vendor/test.example/leaf': [] }, builds: false },
  ],
  [
    'sums that are missing, all of them',
    { files: { 'go.mod': PLAIN['go.mod'], 'main.go': PLAIN['main.go'] } },
    { modules: { '.': ['test.example/leaf v1.0.0'] }, builds: false },
  ],
  ['code in C', { files: { ...PLAIN, 'c.go': C_CODE } }, { modules: { '.': ['test.example/leaf v1.0.0'] }, builds: false }],
  [
    'code in C, without cgo',
    { files: { ...PLAIN, 'c.go': C_CODE, 'net.go': 'package main\n\nimport _ "net"\n' }, flags: ['cgo-disable'] },
    { modules: { '.': ['test.example/leaf v1.0.0'] }, builds: false },
  ],
  [
    'a package that is yet to be generated',
    { files: { ...PLAIN, 'main.go': goCode('main', ['test.example/leaf', `${MODULE}/generated/api`]) } },
    { modules: { '.': ['test.example/leaf v1.0.0'] }, builds: false },
  ],
  [
    'the same when it has been generated',
    {
      files: {
        ...PLAIN,
        'main.go': goCode('main', ['test.example/leaf', `${MODULE}/generated/api`]),
        'generated/api/api.go': goCode('api', ['errors']),
      },
    },
    { modules: { '.': ['test.example/leaf v1.0.0'] } },
  ],
  [
    'a generated package that nothing imports',
    { files: { ...PLAIN, 'generated/api/api.go': goCode('api', ['test.example/leaf/inner']) } },
    { modules: { '.': ['test.example/leaf v1.0.0'] } },
  ],
  [
    'Go 1.18',
    { files: { ...PLAIN, 'go.mod': PLAIN['go.mod'].replace('1.21', '1.18') } },
    { modules: { '.': ['test.example/leaf v1.0.0'] } },
  ],
  [
    'a go.mod without go line',
    { files: { ...PLAIN, 'go.mod': PLAIN['go.mod'].replace('go 1.21\n', '') } },
    { modules: { '.': ['test.example/leaf v1.0.0'] } },
  ],
  [
    'Go 1.21 and a later toolchain',
    { files: { ...PLAIN, 'go.mod': PLAIN['go.mod'].replace('go 1.21', 'go 1.21.0 // comment\n\ntoolchain go1.22.2') } },
    { modules: { '.': ['test.example/leaf v1.0.0'] } },
  ],
];

describe('Go modules of all kinds', () => {
  let situations: GoSituations;

  beforeAll(async () => {
    situations = await GoSituations.start([LEAF, LEAF_1, TWIN, STEM, PROBE, SPARE, GONE]);
  });

  afterAll(() => situations?.stop());

  for (const [name, situation, outcome] of SUCCESSES) {
    itBuildsOffline(name, async () => {
      await situations.expectSuccess(situation, outcome);
    });
  }

  itBuildsOffline('tidying an old module does not raise its go line', async () => {
    const binary = await goToolchain('1.20.14');
    const requires = ['test.example/leaf v1.0.0', 'test.example/probe v0.3.0'];
    const files = { ...PLAIN, 'go.mod': goMod(MODULE, { go: '1.18', requires }) };
    const modules = { '.': ['test.example/leaf v1.0.0', 'test.example/probe v0.3.0'] };
    await situations.expectSuccess({ files, flags: ['force-gomod-tidy'] }, { modules, binary });
  });

  itWithTool('go', 'gomod is what a request gets that names no package manager', async () => {
    const view = await situations.process({ files: PLAIN, managers: null });
    expect(view).toMatchObject({ state: 'complete', pkg_managers: ['gomod'] });
    expect(view.packages.map(({ type }) => type)).toEqual(['go-package', 'gomod']);
  });

  itWithTool('go', 'replacements say what they replace, those of go.mod do not', async () => {
    const replacement = { name: 'test.example/leaf', new_name: 'test.example/twin', version: 'v1.5.0' };
    const view = await situations.process({ files: PLAIN, replacements: [replacement] });
    expect(view.dependencies).toContainEqual({
      name: 'test.example/twin',
      type: 'gomod',
      version: 'v1.5.0',
      replaces: { name: 'test.example/leaf', type: 'gomod', version: 'v1.0.0' },
    });
  });

  it('variables are the ones that clients know', async () => {
    const { id } = await situations.process({ files: PLAIN });
    const variables = async (query: string): Promise<unknown> =>
      (await situations.service.fetch(`/api/v1/requests/${id}/environment-variables${query}`)).json();
    const known = {
      GOCACHE: { value: 'deps/gomod', kind: 'path' },
      GOMODCACHE: { value: 'deps/gomod/pkg/mod', kind: 'path' },
      GOPATH: { value: 'deps/gomod', kind: 'path' },
      GOSUMDB: { value: 'off', kind: 'literal' },
    };
    expect(await variables('')).toEqual(known);
    expect(await variables('?mode=offline')).toMatchObject(known);
  });

  itBuildsOffline('another commit with the same dependencies, when upstream has deleted them', async () => {
    const files = {
      ...PLAIN,
      'go.mod': goMod(MODULE, { requires: ['test.example/gone v1.0.0'] }),
      'go.sum': goSum(GONE),
      'main.go': goCode('main', ['test.example/gone']),
    };
    const first = await situations.commit({ files });
    await situations.process({ files }, first);
    situations.proxy.withdraw('test.example/gone');
    const again = await situations.commit({ files: { ...files, NEWS: '' } }, first.repository);
    const view = await situations.process({ files }, again);
    expect(view).toMatchObject({ state: 'complete' });
    const bundle = await GoBundle.unpack(situations.service, view.id);
    await bundle.go(['build', './...']);
    await bundle.remove();
  });

  it.each<[string, Situation, string, 'client' | 'server', RegExp]>([
    ['no go.mod', { files: { README: '' } }, 'FileAccessError', 'server', /\bgo\.mod\b/],
    [
      'no go.mod at some of many paths',
      { files: { ...PLAIN, 'a/b.go': 'package b\n' }, paths: ['a', '.', 'b/c'] },
      'FileAccessError',
      'server',
      /a\/go\.mod.*b\/c\/go\.mod/,
    ],
    [
      'replacements for several paths',
      {
        files: { ...PLAIN, 'sub/go.mod': goMod(`${MODULE}/sub`) },
        paths: ['.', 'sub'],
        replacements: [{ name: 'test.example/leaf', version: 'v1.1.0' }],
      },
      'UnsupportedFeature',
      'client',
      /replacement/i,
    ],
    [
      'a module with another sum',
      { files: { ...PLAIN, 'go.sum': goSum({ ...LEAF, files: { ...LEAF.files, 'code.go': 'package other\n' } }) } },
      'InvalidChecksum',
      'client',
      /test\.example\/leaf.*v1\.0\.0/,
    ],
    [
      'a go.mod file with another sum',
      { files: { ...PLAIN, 'go.sum': goSum({ ...LEAF, files: { ...LEAF.files, 'go.mod': goMod('test.example/leaf') } }) } },
      'InvalidChecksum',
      'client',
      /test\.example\/leaf.*v1\.0\.0/,
    ],
    [
      'a module that nobody has',
      { files: { ...PLAIN, 'go.mod': goMod(MODULE, { requires: ['test.example/nowhere v1.0.0'] }) } },
      'GoModError',
      'server',
      /test\.example\/nowhere/,
    ],
    [
      'a go.mod that cannot be parsed',
      { files: { ...PLAIN, 'go.mod': `${PLAIN['go.mod']}require (\n` } },
      'InvalidFileFormat',
      'client',
      /go\.mod/,
    ],
  ])('refused: %s', async (_, situation, type, origin, reason) => {
    await situations.expectFailure(situation, type, origin, reason);
  });
});

describe('Go modules under the options of the administrator', () => {
  let situations: GoSituations;

  beforeAll(async () => {
    situations = await GoSituations.start([LEAF], {
      withoutToolchains: true,
      environment: {
        CACHITO_GOMOD_IGNORE_MISSING_GOMOD_FILE: 'true',
        CACHITO_GOMOD_STRICT_VENDOR: 'true',
        CACHITO_GOMOD_MAX_TOOLCHAIN: '1.88',
      },
    });
  });

  afterAll(() => situations?.stop());

  it('a missing go.mod is nothing to fail for', async () => {
    const view = await situations.process({ files: { README: '' } });
    expect(view).toMatchObject({ state: 'complete', packages: [], dependencies: [], environment_variables: {} });
  });

  it.each<[string, Situation, string, 'client' | 'server', RegExp]>([
    ['a missing go.mod among several', { files: PLAIN, paths: ['.', 'a'] }, 'FileAccessError', 'server', /a\/go\.mod/],
    ['vendor without flag', { files: { ...PLAIN, 'vendor/modules.txt': '' } }, 'ValidationError', 'client', /vendor/],
    [
      'a Go that may not be fetched',
      { files: { ...PLAIN, 'go.mod': goMod(MODULE, { go: '1.89.1' }) } },
      'UnsupportedFeature',
      'client',
      /1\.89\.1.*1\.88/,
    ],
    [
      'a Go that does not exist',
      { files: { ...PLAIN, 'go.mod': goMod(MODULE, { lines: ['toolchain go1.88.99'] }) } },
      'UnsupportedFeature',
      'client',
      /1\.88\.99/,
    ],
  ])('refused: %s', async (_, situation, type, origin, reason) => {
    await situations.expectFailure(situation, type, origin, reason);
  });

  itBuildsOffline('nothing vendored is as always', async () => {
    await situations.expectSuccess({ files: PLAIN }, { modules: { '.': ['test.example/leaf v1.0.0'] } });
  });
});
