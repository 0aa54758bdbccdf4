import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unpackBundle } from './support/bundles.js';
import { itBuildsOffline, removeTree } from './support/go-bundle.js';
import { goCode, goMod, goSum, madeModule } from './support/go-made-modules.js';
import { filesOf } from './support/go-module-files.js';
import { GoSituations, type Outcome, pseudoVersion, type Situation } from './support/go-situation.js';
import { itWithTool } from './support/tools.js';

const LEAF = madeModule('test.example/leaf', 'v1.0.0', { packages: { '.': [], inner: [] } });
const LEAF_1 = madeModule('test.example/leaf', 'v1.1.0', { packages: { '.': [], inner: [] } });
const PROBE = madeModule('test.example/probe', 'v0.3.0');
const MODULE = 'acme.example/app';

const PLAIN: Record<string, string> = {
  'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0'] }),
  'go.sum': goSum(LEAF),
  'main.go': goCode('main', ['test.example/leaf']),
};

/** What `go mod vendor` makes of it. */
const VENDOR: Record<string, string> = {
  'vendor/modules.txt': '# test.example/leaf v1.0.0\n## explicit; go 1.20\ntest.example/leaf\n',
  'vendor/test.example/leaf/code.go': LEAF.files['code.go'],
};

const LEAF_ONLY = { '.': ['test.example/leaf v1.0.0'] };

const SUCCESSES: [string, Situation, Outcome][] = [
  [
    'a right vendor, checked',
    { files: { ...PLAIN, ...VENDOR }, flags: ['gomod-vendor-check'] },
    { modules: LEAF_ONLY },
  ],
  ['a right vendor', { files: { ...PLAIN, ...VENDOR }, flags: ['gomod-vendor'] }, { modules: LEAF_ONLY }],
  ['a right vendor, and no flag', { files: { ...PLAIN, ...VENDOR } }, { modules: LEAF_ONLY }],
  [
    'a wrong vendor that may be changed',
    {
      files: { ...PLAIN, ...VENDOR, 'vendor/test.example/leaf/code.go': 'package leaf // patched\n', 'vendor/more.txt': '' },
      flags: ['gomod-vendor'],
    },
    { modules: LEAF_ONLY },
  ],
  [
    'an empty vendor that may be changed',
    { files: { ...PLAIN, 'vendor/.gitkeep': '' }, flags: ['gomod-vendor'] },
    { modules: LEAF_ONLY },
  ],
  [
    'a vendor that is a link and may be changed',
    { files: { ...PLAIN, vendor: { link: 'third' }, 'third/readme.txt': '' }, flags: ['gomod-vendor'] },
    { modules: LEAF_ONLY },
  ],
  ['no vendor', { files: PLAIN, flags: ['gomod-vendor'] }, { modules: LEAF_ONLY }],
  ['no vendor, checked', { files: PLAIN, flags: ['gomod-vendor-check'] }, { modules: LEAF_ONLY }],
  [
    'a vendor that git ignores',
    { files: { ...PLAIN, '.gitignore': 'vendor/\n' }, flags: ['gomod-vendor'] },
    { modules: LEAF_ONLY },
  ],
  [
    'nothing to vendor',
    { files: { 'go.mod': goMod(MODULE), 'main.go': goCode('main', ['errors']) }, flags: ['gomod-vendor-check'] },
    { modules: { '.': [] } },
  ],
  [
    'a right vendor with tidying',
    { files: { ...PLAIN, ...VENDOR }, flags: ['gomod-vendor-check', 'force-gomod-tidy'] },
    { modules: LEAF_ONLY },
  ],
  [
    'tidying that changes what is vendored',
    {
      files: { ...PLAIN, 'go.mod': goMod(MODULE, { requires: ['test.example/leaf v1.0.0', 'test.example/probe v0.3.0'] }) },
      flags: ['gomod-vendor', 'force-gomod-tidy'],
    },
    { modules: LEAF_ONLY },
  ],
  [
    'a replacement of the request',
    { files: PLAIN, flags: ['gomod-vendor'], replacements: [{ name: 'test.example/leaf', version: 'v1.1.0' }] },
    { modules: { '.': ['test.example/leaf v1.1.0'] } },
  ],
  [
    'modules replaced by others and by directories',
    {
      files: {
        ...PLAIN,
        'go.mod': goMod(MODULE, {
          requires: ['test.example/leaf v1.0.0', 'acme.example/lib v0.0.0'],
          lines: ['replace acme.example/lib => ./lib', 'replace test.example/leaf v1.0.0 => test.example/leaf v1.1.0'],
        }),
        'go.sum': goSum(LEAF_1),
        'main.go': goCode('main', ['test.example/leaf', 'acme.example/lib/deep']),
        'lib/go.mod': goMod('acme.example/lib'),
        'lib/deep/code.go': goCode('deep'),
      },
      flags: ['gomod-vendor'],
    },
    { modules: { '.': ['test.example/leaf v1.1.0', 'acme.example/lib ./lib'] } },
  ],
];

/** One module with `vendor`, one without. */
const MIXED = {
  ...Object.fromEntries(Object.entries({ ...PLAIN, ...VENDOR }).map(([path, content]) => [`a/${path}`, content])),
  'b/go.mod': goMod('acme.example/b', { requires: ['test.example/probe v0.3.0'] }),
  'b/go.sum': goSum(PROBE),
  'b/code.go': goCode('b', ['test.example/probe']),
};
const MIXED_MODULES = { a: LEAF_ONLY['.'], b: ['test.example/probe v0.3.0'] };

describe('vendored Go modules', () => {
  let situations: GoSituations;

  beforeAll(async () => {
    situations = await GoSituations.start([LEAF, LEAF_1, PROBE]);
  });

  afterAll(() => situations?.stop());

  for (const [name, situation, outcome] of SUCCESSES) {
    itBuildsOffline(name, async () => {
      await situations.expectSuccess(situation, outcome);
    });
  }

  for (const paths of [['a', 'b'], ['b', 'a']]) {
    itBuildsOffline(`one with vendor and one without, as ${paths.join(', ')}`, async () => {
      await situations.expectSuccess({ files: MIXED, paths }, { modules: MIXED_MODULES });
    });

    itBuildsOffline(`one with vendor and one without, as ${paths.join(', ')}, checked`, async () => {
      await situations.expectSuccess({ files: MIXED, paths, flags: ['gomod-vendor-check'] }, { modules: MIXED_MODULES });
    });
  }

  itWithTool('go', 'there is no module cache in the bundle', async () => {
    const { id } = await situations.process({ files: { ...PLAIN, ...VENDOR }, flags: ['gomod-vendor-check'] });
    const directory = await unpackBundle(situations.service, id, situations.service.dataDirectory);
    expect(await filesOf(`${directory}/deps`)).toEqual({});
    await removeTree(directory);
  });

  it.each<[string, Situation, RegExp]>([
    ['another file', { files: { ...PLAIN, ...VENDOR, 'vendor/test.example/leaf/code.go': 'package leaf // patched\n' } }, /vendor/],
    ['one file more', { files: { ...PLAIN, ...VENDOR, 'vendor/test.example/leaf/more.go': 'package leaf\n' } }, /vendor/],
    ['one file less', { files: { ...PLAIN, 'vendor/modules.txt': VENDOR['vendor/modules.txt'] } }, /vendor/],
    ['one link more', { files: { ...PLAIN, ...VENDOR, 'vendor/test.example/leaf/more.go': { link: 'code.go' } } }, /D vendor\/test/],
    ['a link', { files: { ...PLAIN, vendor: { link: 'third' }, 'third/readme.txt': '' } }, /D vendor/],
    [
      'an older modules.txt',
      { files: { ...PLAIN, ...VENDOR, 'vendor/modules.txt': VENDOR['vendor/modules.txt'].replace('v1.0.0', 'v0.9.0') } },
      /vendor/,
    ],
    ['nothing but a file that keeps it', { files: { ...PLAIN, 'vendor/.gitkeep': '' } }, /vendor/],
    [
      'files that git ignores are missing',
      { files: { ...PLAIN, '.gitignore': 'vendor/test.example/\n', 'vendor/modules.txt': VENDOR['vendor/modules.txt'] } },
      /vendor/,
    ],
  ])('a wrong vendor, checked: %s', async (_, situation, reason) => {
    await situations.expectFailure({ ...situation, flags: ['gomod-vendor', 'gomod-vendor-check'] }, 'ValidationError', 'client', reason);
  });

  describe('in a submodule', () => {
    async function process(vendored: Record<string, string>): Promise<{ state: string; type?: string; versions: unknown; ref: string }> {
      const inner = await situations.commit({ files: { ...PLAIN, ...vendored } });
      const files = {
        '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${inner.repository.url}\n`,
        lib: { gitlink: inner.ref },
      };
      const outer = await situations.commit({ files });
      const flags = ['gomod-vendor-check'];
      const view = await situations.process({ files, paths: ['lib'], managers: ['gomod', 'git-submodule'], flags }, outer);
      const versions = view.packages.filter(({ type }) => type === 'gomod').map(({ version }) => version);
      return { state: view.state, type: view.error_type, versions, ref: outer.ref };
    }

    itWithTool('go', 'a right vendor', async () => {
      const { ref, ...result } = await process(VENDOR);
      expect(result).toEqual({ state: 'complete', versions: [pseudoVersion(MODULE, ref)] });
    });

    itWithTool('go', 'a wrong vendor', async () => {
      const result = await process({ ...VENDOR, 'vendor/modules.txt': '' });
      expect(result).toMatchObject({ state: 'failed', type: 'ValidationError' });
    });
  });
});
