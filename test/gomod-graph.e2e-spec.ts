import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { GoBundle, removeTree } from './support/go-bundle.js';
import { type Requirements, requirementsOfGo, requirementsOfSbom, withUnreached } from './support/go-graph.js';
import { goCode, goMod, goSum, madeModule } from './support/go-made-modules.js';
import { realModule } from './support/go-module-files.js';
import { reportOf } from './support/go-report.js';
import { GoSituations, type Situation } from './support/go-situation.js';
import type { RequestView } from './support/service.js';
import { itWithTool } from './support/tools.js';

const STRING_1 = madeModule('test.example/string', 'v1.0.0');
const STRING_2 = madeModule('test.example/string', 'v1.2.0', { requires: ['test.example/fibre v1.0.0'] });
const FIBRE = madeModule('test.example/fibre', 'v1.0.0');
const FRAME = madeModule('test.example/frame', 'v1.0.0');
const FORK = madeModule('test.example/fork', 'v1.5.0', { requires: ['test.example/fibre v1.0.0'] });
const KITE = madeModule('test.example/kite', 'v1.0.0', { requires: ['test.example/string v1.0.0', 'test.example/frame v1.0.0'] });
const KITE_1 = madeModule('test.example/kite', 'v1.1.0', { requires: ['test.example/string v1.2.0', 'test.example/fibre v1.0.0'] });
const MODULES = [STRING_1, STRING_2, FIBRE, FRAME, FORK, KITE, KITE_1];

const APP = 'acme.example/app';
const LIB = 'acme.example/lib';

const PLAIN = {
  'go.mod': goMod(APP, { requires: [KITE, STRING_2, FIBRE, FRAME].map(({ path, version }) => `${path} ${version}`) }),
  'go.sum': goSum(KITE, STRING_1, STRING_2, FIBRE, FRAME),
  'main.go': goCode('main', [KITE.path, STRING_2.path, FIBRE.path, FRAME.path]),
};

const REPLACED = {
  'go.mod': goMod(APP, {
    requires: [`${LIB} v0.0.0`, ...[KITE, STRING_2, FIBRE, FRAME].map(({ path, version }) => `${path} ${version}`)],
    lines: [`replace ${FRAME.path} => ${FORK.path} ${FORK.version}`, `replace ${LIB} => ./lib`],
  }),
  'go.sum': goSum(KITE, STRING_1, STRING_2, FIBRE, FORK),
  'main.go': goCode('main', [KITE.path, LIB, FRAME.path]),
  'lib/go.mod': goMod(LIB, { requires: ['test.example/string v1.0.0'] }),
  'lib/code.go': goCode('lib', [STRING_1.path]),
};

const WORKSPACE = {
  'go.work': 'go 1.22\n\nuse (\n\t./app\n\t./lib\n\t./tool\n)\n',
  'app/go.mod': goMod(APP, { requires: [`${LIB} v1.0.0`, 'test.example/kite v1.0.0'], lines: [`replace ${LIB} v1.0.0 => ../lib`] }),
  'app/go.sum': goSum(KITE, STRING_1, FRAME),
  'app/main.go': goCode('main', [KITE.path, LIB]),
  'lib/go.mod': goMod(LIB, { requires: ['test.example/string v1.2.0'] }),
  'lib/go.sum': goSum(STRING_2, FIBRE),
  'lib/code.go': goCode('lib', [STRING_2.path]),
  'tool/go.mod': goMod('acme.example/tool', { requires: ['test.example/fork v1.5.0'] }),
  'tool/go.sum': goSum(FORK, FIBRE),
  'tool/main.go': goCode('main', [FORK.path]),
};

/** What is expected besides what the real `go` says: by name without version, for the first of the paths. */
const CASES: [string, () => Situation | Promise<Situation>, Requirements?][] = [
  ['a real application (labstack/echo)', async () => ({ files: await realModule('github.com/labstack/echo/v4', 'v4.12.0') })],
  [
    'a version that only others ask for',
    () => ({ files: PLAIN }),
    {
      [APP]: ['test.example/fibre', 'test.example/frame', 'test.example/kite', 'test.example/string'],
      'test.example/kite': ['test.example/frame', 'test.example/string'],
      'test.example/string': ['test.example/fibre'],
    },
  ],
  [
    'replacements by another module and by a directory',
    () => ({ files: REPLACED }),
    {
      [APP]: [LIB, 'test.example/fibre', 'test.example/fork', 'test.example/kite', 'test.example/string'],
      [LIB]: ['test.example/string'],
      'test.example/fork': ['test.example/fibre'],
      'test.example/kite': ['test.example/fork', 'test.example/string'],
      'test.example/string': ['test.example/fibre'],
    },
  ],
  ['a replacement by a directory that is in the request', () => ({ files: REPLACED, paths: ['.', 'lib'] })],
  [
    'a replacement of the request',
    () => ({ files: PLAIN, replacements: [{ name: 'test.example/kite', version: 'v1.1.0' }] }),
    {
      [APP]: ['test.example/fibre', 'test.example/frame', 'test.example/kite', 'test.example/string'],
      'test.example/kite': ['test.example/fibre', 'test.example/string'],
      'test.example/string': ['test.example/fibre'],
    },
  ],
  [
    'a module before Go 1.17',
    () => ({
      files: {
        'go.mod': goMod(APP, { requires: ['test.example/kite v1.0.0', 'test.example/string v1.2.0'], go: '1.16' }),
        'go.sum': goSum(KITE, STRING_1, STRING_2, FIBRE, FRAME),
        'main.go': goCode('main', [KITE.path, STRING_2.path]),
      },
    }),
    {
      [APP]: ['test.example/kite', 'test.example/string'],
      'test.example/kite': ['test.example/frame', 'test.example/string'],
      'test.example/string': ['test.example/fibre'],
    },
  ],
  [
    'a module of a workspace',
    () => ({ files: WORKSPACE, paths: ['app'] }),
    {
      // Nothing of it requires the second and the third: they are reported because the workspace has them.
      [APP]: [LIB, 'acme.example/tool', 'test.example/fork', 'test.example/kite'],
      [LIB]: ['test.example/string'],
      'test.example/kite': ['test.example/frame', 'test.example/string'],
      'test.example/string': ['test.example/fibre'],
    },
  ],
  ['the modules of a workspace', () => ({ files: WORKSPACE, paths: ['tool', 'lib', 'app'] })],
];

describe('the module graph', () => {
  let situations: GoSituations;
  let scratch: string;

  beforeAll(async () => {
    scratch = await realpath(await mkdtemp(join(tmpdir(), 'go-graph-')));
    situations = await GoSituations.start(MODULES);
  });

  afterAll(async () => {
    await situations?.stop();
    await removeTree(scratch);
  });

  for (const [name, situationOf, named] of CASES) itWithTool('go', `of ${name}`, () => expectGraph(situationOf, named), 600_000);

  itWithTool('go', 'says why something is there', async () => {
    await situations.process({ files: PLAIN });
    const response = await situations.service.fetch('/api/v1/dependencies?type=gomod&name=test.example/string&per_page=1');
    const { items } = (await response.json()) as { items: { path: string[] }[] };
    expect(items[0].path).toEqual([expect.stringMatching(/^acme\.example\/app@/), 'test.example/string@v1.2.0']);
  });

  itWithTool('go', 'is not known where dependencies are vendored', async () => {
    const view = await situations.process({ files: PLAIN, flags: ['gomod-vendor'] });
    const [module] = modulesOf(await reportOf(situations.service, view.id));
    const found = await requirementsOfSbom(situations.service, view.id, [module.self, ...module.reported]);
    expect([module.reported.length, found]).toEqual([4, { [module.self]: module.reported }]);
  });

  async function expectGraph(situationOf: () => Situation | Promise<Situation>, named?: Requirements): Promise<void> {
    const situation = await situationOf();
    const committed = await situations.commit(situation);
    const view = await situations.process(situation, committed);
    expect(view).toMatchObject({ state: 'complete' });
    const { expected, names } = await expectation(view, situation.paths ?? ['.']);
    const found = await requirementsOfSbom(situations.service, view.id, names);
    expect(found).toEqual(expected);
    if (named !== undefined) expect(withoutVersions(found)).toEqual(named);

    const repeated = await situations.process(situation, committed);
    expect(await requirementsOfSbom(situations.service, repeated.id, names)).toEqual(expected);
    const digests = [view, repeated].map(async ({ id }) => (await situations.service.download(id)).response.headers.get('digest'));
    expect(new Set(await Promise.all(digests)).size).toBe(1);
  }

  /** What the real `go` says of the files in the bundle, and the names of all that it tells of. */
  async function expectation(
    view: RequestView,
    paths: readonly string[],
  ): Promise<{ expected: Requirements; names: string[] }> {
    const env = { GOPROXY: `${situations.proxy.url},https://proxy.golang.org`, GONOSUMDB: '*', GOMODCACHE: join(scratch, 'modules') };
    const bundle = await GoBundle.unpack(situations.service, view.id, scratch);
    const modules = modulesOf(await reportOf(situations.service, view.id));
    const expected: Record<string, Set<string>> = {};
    for (const path of paths) {
      const { name, self, reported } = modules.find((each) => each.path === path) ?? modules[0];
      const versions = Object.fromEntries([...reported, ...modules.map((each) => each.self)].map((each) => each.split(' ')));
      const found = await requirementsOfGo({ checkout: join(bundle.directory, 'app'), path, main: name, versions, reported, env });
      for (const [from, required] of Object.entries(withUnreached(found, self, reported))) {
        expected[from] = new Set([...(expected[from] ?? []), ...required]);
      }
    }
    return {
      expected: Object.fromEntries(Object.entries(expected).map(([from, required]) => [from, [...required].sort()])),
      names: modules.flatMap(({ self, reported }) => [self, ...reported]),
    };
  }
});

/** The modules of a report, with `name version` of themselves and of their dependencies, sorted. */
function modulesOf({ packages }: Awaited<ReturnType<typeof reportOf>>) {
  return packages
    .filter(({ type }) => type === 'gomod')
    .map(({ name, version, path = '.', dependencies }) => ({
      name,
      path,
      self: `${name} ${version}`,
      reported: dependencies.map((each) => `${each.name} ${each.version}`).sort(),
    }));
}

function withoutVersions(requirements: Requirements): Requirements {
  const name = (text: string): string => text.replace(/ .*/, '');
  return Object.fromEntries(Object.entries(requirements).map(([from, required]) => [name(from), required.map(name).sort()]));
}
