import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itBuildsOffline } from './support/go-bundle.js';
import { goCode, goMod, goSum, madeModule } from './support/go-made-modules.js';
import { GoSituations, type Outcome, type Situation } from './support/go-situation.js';

const LEAF = madeModule('test.example/leaf', 'v1.0.0', { packages: { '.': [], inner: [] } });
const LEAF_1 = madeModule('test.example/leaf', 'v1.1.0', { packages: { '.': [], inner: [] } });
/** As it was published once. */
const B = madeModule('test.example/b', 'v1.0.0', { packages: { kit: [] }, requires: ['test.example/leaf v1.0.0'] });
const MODULE = 'acme.example/app';

/** A program that uses two packages of a library beside or below it. */
function programWith(library: string, replacement: string): Record<string, string> {
  const requires = ['test.example/leaf v1.0.0', `${library} v0.0.0`];
  return {
    'go.mod': goMod(MODULE, { requires, lines: [`replace ${library} => ${replacement}`] }),
    'go.sum': goSum(LEAF),
    'main.go': goCode('main', ['test.example/leaf', library, `${library}/deep/er`]),
  };
}

const LIBRARY = below('lib', {
  'go.mod': goMod('acme.example/lib'),
  'code.go': goCode('lib'),
  'deep/er/code.go': goCode('er', ['errors']),
});

/** Two modules, of which the first needs the second, which has raised a dependency of both. */
const MEMBERS = {
  ...below('a', {
    'go.mod': goMod('acme.example/a', { requires: ['test.example/leaf v1.0.0', 'test.example/b v1.0.0'] }),
    'go.sum': goSum(LEAF, B),
    'cmd/one/main.go': goCode('main', ['test.example/leaf', 'test.example/b/kit']),
  }),
  ...below('b', {
    'go.mod': goMod('test.example/b', { requires: ['test.example/leaf v1.1.0'] }),
    'go.sum': goSum(LEAF_1),
    'kit/code.go': goCode('kit', ['test.example/leaf/inner']),
    'alone/code.go': goCode('alone'),
  }),
};
const WORKSPACE = { ...MEMBERS, 'go.work': 'go 1.22\n\nuse (\n\t./a\n\t./b\n)\n' };
const VERSIONS = { 'test.example/b': 'v1.4.0' };
const TAGS = ['b/v1.4.0'];

const SUCCESSES: [string, Situation, Outcome][] = [
  [
    'a replacement by a directory',
    { files: { ...programWith('acme.example/lib', './lib'), ...LIBRARY } },
    { modules: { '.': ['test.example/leaf v1.0.0', 'acme.example/lib ./lib'] } },
  ],
  [
    'a replacement by a directory, as it should not be written',
    { files: { ...programWith('acme.example/lib', './other/.././lib/'), ...LIBRARY, 'other/README': '' } },
    { modules: { '.': ['test.example/leaf v1.0.0', 'acme.example/lib ./other/.././lib/'] } },
  ],
  [
    'a replacement by a directory that a link leads to',
    { files: { ...programWith('acme.example/lib', './link'), ...LIBRARY, link: { link: 'lib' } } },
    { modules: { '.': ['test.example/leaf v1.0.0', 'acme.example/lib ./link'] } },
  ],
  [
    'a replacement by a directory beside the module, which is in the request',
    { files: { ...below('app', programWith('acme.example/lib', '../lib')), ...LIBRARY }, paths: ['app', 'lib'] },
    { modules: { app: ['test.example/leaf v1.0.0', 'acme.example/lib ../lib'], lib: [] } },
  ],
  [
    'a replacement by the directory above, which is in the request',
    {
      files: {
        'go.mod': goMod('acme.example/lib'),
        'code.go': goCode('lib'),
        'deep/er/code.go': goCode('er'),
        ...below('app', programWith('acme.example/lib', '../')),
      },
      paths: ['app', '.'],
      tags: ['v0.3.0'],
    },
    { modules: { app: ['test.example/leaf v1.0.0', 'acme.example/lib ../'], '.': [] }, versions: { 'acme.example/lib': 'v0.3.0' } },
  ],
  [
    'a member of a workspace',
    { files: WORKSPACE, paths: ['a'], tags: TAGS },
    { modules: { a: ['test.example/leaf v1.1.0', 'test.example/b v1.4.0'] }, versions: VERSIONS },
  ],
  [
    'all members of a workspace',
    { files: WORKSPACE, paths: ['b', 'a'], tags: TAGS },
    { modules: { a: ['test.example/leaf v1.1.0', 'test.example/b v1.4.0'] }, versions: VERSIONS },
  ],
  [
    'a workspace of a module and one below it',
    {
      files: {
        'go.mod': goMod(MODULE),
        'go.work': 'go 1.21\n\nuse .\n\nuse ./tools\n',
        'main.go': goCode('main'),
        'tools/go.mod': goMod('acme.example/tools'),
        'tools/code.go': goCode('tools', [`${MODULE}/part`]),
        'part/code.go': goCode('part'),
      },
      tags: ['v1.0.0', 'tools/v0.2.0'],
    },
    { modules: { '.': ['acme.example/tools v0.2.0'] }, versions: { [MODULE]: 'v1.0.0', 'acme.example/tools': 'v0.2.0' } },
  ],
  [
    'vendoring a workspace',
    { files: WORKSPACE, paths: ['a'], tags: TAGS, flags: ['gomod-vendor'] },
    { modules: { a: ['test.example/leaf v1.1.0', 'test.example/b v1.4.0'] }, versions: VERSIONS },
  ],
  [
    'links that lead in circles',
    {
      files: {
        'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0'] }),
        'go.sum': goSum(LEAF),
        'main.go': goCode('main', ['test.example/leaf']),
        'loop.go': { link: 'loop.go' },
        'part/again': { link: '..' },
        'part/code.go': goCode('part'),
      },
    },
    { modules: { '.': ['test.example/leaf v1.0.0'] }, builds: false },
  ],
];

describe('Go modules that are made of directories', () => {
  let situations: GoSituations;

  beforeAll(async () => {
    situations = await GoSituations.start([LEAF, LEAF_1, B]);
  });

  afterAll(() => situations?.stop());

  for (const [name, situation, outcome] of SUCCESSES) {
    itBuildsOffline(name, async () => {
      await situations.expectSuccess(situation, outcome);
    });
  }

  itBuildsOffline('packages of a directory have its path as their version', async () => {
    const view = await situations.process({ files: { ...programWith('acme.example/lib', './lib'), ...LIBRARY } });
    const versions = new Map((view.dependencies as { name: string; version: string }[]).map(({ name, version }) => [name, version]));
    expect(versions.get('acme.example/lib/deep/er')).toBe('./lib/deep/er');
  });

  it.each<[string, Situation, string, 'client' | 'server', RegExp]>([
    [
      'a directory beside the module, which is not in the request',
      { files: { ...below('app', programWith('acme.example/lib', '../lib')), ...LIBRARY }, paths: ['app'] },
      'InvalidRequestData',
      'client',
      /acme\.example\/lib/,
    ],
    ['a directory outside', { files: programWith('acme.example/lib', '../lib') }, 'ValidationError', 'client', /\.\.\/lib/],
    [
      'a directory outside, by a detour',
      { files: below('app', { ...programWith('acme.example/lib', './deep/../../../lib'), 'deep/README': '' }), paths: ['app'] },
      'ValidationError',
      'client',
      /deep/,
    ],
    ['an absolute path', { files: programWith('acme.example/lib', '/usr/lib') }, 'UnsupportedFeature', 'client', /\/usr\/lib/],
    ['a path with a drive', { files: programWith('acme.example/lib', 'C:\\lib') }, 'UnsupportedFeature', 'client', /C:\\lib/],
    [
      'a directory without module',
      { files: { ...programWith('acme.example/lib', './lib'), 'lib/README': '' } },
      'GoModError',
      'server',
      /lib/,
    ],
    [
      'a workspace that uses a directory outside',
      { files: { ...WORKSPACE, 'go.work': 'go 1.22\n\nuse (\n\t./a\n\t../b\n)\n' }, paths: ['a'] },
      'ValidationError',
      'client',
      /go\.work/,
    ],
    [
      'a module that its workspace does not use',
      { files: { ...WORKSPACE, 'c/go.mod': goMod('acme.example/c') }, paths: ['c'] },
      'ValidationError',
      'client',
      /go\.work/,
    ],
    [
      'a wrong vendor beside go.work, checked',
      { files: { ...WORKSPACE, 'vendor/modules.txt': '## workspace\n' }, paths: ['a'], flags: ['gomod-vendor-check'] },
      'ValidationError',
      'client',
      /vendor/,
    ],
  ])('refused: %s', async (_, situation, type, origin, reason) => {
    await situations.expectFailure(situation, type, origin, reason);
  });
});

function below(directory: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]));
}
