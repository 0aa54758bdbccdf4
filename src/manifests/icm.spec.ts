import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CataloguedDependency, CataloguedPackage } from '../dependencies/index.js';
import { CachitoNotImplementedError } from '../errors/index.js';
import { contentManifest } from './icm.js';
import { sbomComponents } from './sbom/components.js';
import { compatibleSbom } from './sbom/sbom-formats.js';

Logger.overrideLogger(false);

const R = '0123456789abcdef0123456789abcdef01234567';
const S = '89abcdef0123456789abcdef0123456789abcdef';
const REPO = 'https://github.com/Acme-Labs/Weather-Hub.git';
const H = 'pkg:github/acme-labs/weather-hub';

async function entries(packages: CataloguedPackage[], repo = REPO) {
  return (await contentManifest([{ repo, ref: R, packages }])).image_contents;
}

function dependency(type: string, name: string, version: string | null, dev?: boolean): CataloguedDependency {
  return { type, name, version, ...(dev === undefined ? {} : { dev }) };
}

const purls = (...list: string[]) => list.map((purl) => ({ purl }));

const HUB: CataloguedPackage = {
  type: 'gomod',
  name: 'acme.dev/hub',
  version: 'v1.4.0',
  dependencies: [dependency('gomod', 'acme.dev/fork/geo', './third/geo'), dependency('gomod', 'acme.dev/wind', 'v0.3.1')],
};
const HUBD: CataloguedPackage = {
  type: 'go-package',
  name: 'acme.dev/hub/cmd/hubd',
  version: 'v1.4.0',
  dependencies: [
    dependency('go-package', 'acme.dev/fork/geo/tile', './third/geo/tile'),
    dependency('go-package', 'acme.dev/wind/gust', 'v0.3.1'),
    dependency('go-package', 'fmt', null),
  ],
};
const GEO: CataloguedPackage = { type: 'gomod', name: 'acme.dev/fork/geo', version: 'v0.9.0', dependencies: [] };

function packageOf(type: string, dependencies: CataloguedDependency[] = [], path?: string): CataloguedPackage {
  return { type, name: 'own', version: '1', dependencies, ...(path === undefined ? {} : { path }) };
}

describe('worked examples', () => {
  it('gomod and go-package', async () => {
    expect(await entries([HUB, HUBD])).toEqual([
      {
        purl: 'pkg:golang/acme.dev%2Fhub%2Fcmd%2Fhubd@v1.4.0',
        dependencies: purls(
          'pkg:golang/acme.dev%2Fhub@v1.4.0#third/geo/tile',
          'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
          'pkg:golang/fmt',
        ),
        sources: purls('pkg:golang/acme.dev%2Fhub@v1.4.0#third/geo', 'pkg:golang/acme.dev%2Fwind@v0.3.1'),
      },
    ]);
  });

  it('gomod and go-package, acme.dev/fork/geo also a module', async () => {
    expect(await entries([HUB, HUBD, GEO])).toEqual([
      {
        purl: 'pkg:golang/acme.dev%2Fhub%2Fcmd%2Fhubd@v1.4.0',
        dependencies: purls(
          'pkg:golang/acme.dev%2Ffork%2Fgeo%2Ftile@v0.9.0',
          'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1',
          'pkg:golang/fmt',
        ),
        sources: purls('pkg:golang/acme.dev%2Ffork%2Fgeo@v0.9.0', 'pkg:golang/acme.dev%2Fwind@v0.3.1'),
      },
    ]);
    const shown = await sbomComponents([{ repo: REPO, ref: R, packages: [HUB, HUBD, GEO] }]);
    expect(shown).toContainEqual({
      name: 'acme.dev/fork/geo/tile',
      version: 'v0.9.0',
      purl: 'pkg:golang/acme.dev%2Ffork%2Fgeo%2Ftile@v0.9.0',
    });
  });

  it('npm', async () => {
    const dash = packageOf(
      'npm',
      [
        dependency('npm', '@acme/dial', '2.0.1'),
        dependency('npm', 'lint-sun', '5.1.0', true),
        dependency('npm', 'cloudy', 'file:libs/cloudy', false),
        dependency('npm', 'rainbar', `github:acme/rainbar#${S}`, false),
      ],
      'web/ui',
    );
    const needed = ['pkg:generic/cloudy?file=libs%2Fcloudy', `pkg:github/acme/rainbar@${S}`, 'pkg:npm/%40acme/dial@2.0.1'];
    expect(await entries([{ ...dash, name: 'dash' }])).toEqual([
      { purl: `${H}@${R}#web/ui`, dependencies: purls(...needed), sources: purls(...needed, 'pkg:npm/lint-sun@5.1.0') },
    ]);
  });

  it('yarn', async () => {
    const root = packageOf('yarn', [
      dependency('yarn', 'sky', 'https://dl.acme.dev/sky-3.tgz'),
      dependency('yarn', 'fog', `git+https://git.acme.dev/fog.git#${S}`),
    ]);
    const all = purls(
      'pkg:generic/fog?vcs_url=git%2Bhttps%3A%2F%2Fgit.acme.dev%2Ffog.git%23' + S,
      'pkg:generic/sky?download_url=https%3A%2F%2Fdl.acme.dev%2Fsky-3.tgz',
    );
    expect(await entries([root])).toEqual([{ purl: `${H}@${R}`, dependencies: all, sources: all }]);
  });

  it('pip', async () => {
    const py = packageOf(
      'pip',
      [
        dependency('pip', 'Storm_Kit', '1.2'),
        dependency('pip', 'haze', `git+https://git.acme.dev/x/haze.git@${S}`),
        dependency('pip', 'mist', 'https://dl.acme.dev/m.zip#cachito_hash=sha256:0a1b'),
      ],
      'py',
    );
    const all = purls(
      `pkg:generic/haze?vcs_url=https%3A%2F%2Fgit.acme.dev%2Fx%2Fhaze.git%40${S}`,
      'pkg:generic/mist?download_url=https%3A%2F%2Fdl.acme.dev%2Fm.zip%23cachito_hash%3Dsha256%3A0a1b&checksum=sha256:0a1b',
      'pkg:pypi/storm-kit@1.2',
    );
    expect(await entries([py])).toEqual([{ purl: `${H}@${R}#py`, dependencies: all, sources: all }]);
  });

  it('git-submodule, and its SBOM', async () => {
    const version = `https://bitbucket.org/Acme/Tiles.git#${S}`;
    const tiles: CataloguedPackage = { type: 'git-submodule', name: 'tiles', version, path: 'tiles', dependencies: [] };
    const purl = `pkg:bitbucket/acme/tiles@${S}`;
    expect(await entries([tiles])).toEqual([{ purl, dependencies: [], sources: [] }]);
    expect(await compatibleSbom([{ repo: REPO, ref: R, packages: [tiles] }])).toEqual({
      bomFormat: 'CycloneDX',
      specVersion: '1.4',
      version: 1,
      components: [{ type: 'library', name: 'tiles', version, purl }],
    });
  });

  it('rubygems', async () => {
    const api = packageOf(
      'rubygems',
      [
        dependency('rubygems', 'barometer', '0.8.2'),
        dependency('rubygems', 'dew', './vendor/dew'),
        dependency('rubygems', 'frost', `git+https://github.com/Acme/Frost.git@${S}`),
      ],
      'api',
    );
    const all = purls('pkg:gem/barometer@0.8.2', `${H}@${R}#api/vendor/dew`, `pkg:github/acme/frost@${S}`);
    expect(await entries([api])).toEqual([{ purl: `${H}@${R}#api`, dependencies: all, sources: all }]);
  });
});

describe('the entry of a package', () => {
  const both = (type: string): CataloguedDependency[] => [
    dependency(type, 'needed', '1', false),
    dependency(type, 'unsaid', '1'),
    dependency(type, 'dev', '1', true),
  ];

  it.each([
    ['npm', 'pkg:npm/'],
    ['yarn', 'pkg:npm/'],
    ['pip', 'pkg:pypi/'],
  ])('%s: dependencies with dev false or absent, all as sources', async (type, prefix) => {
    const needed = [`${prefix}needed@1`, `${prefix}unsaid@1`];
    expect(await entries([packageOf(type, both(type))])).toEqual([
      { purl: `${H}@${R}`, dependencies: purls(...needed), sources: purls(`${prefix}dev@1`, ...needed) },
    ]);
  });

  it('rubygems: all dependencies, all as sources', async () => {
    const all = purls('pkg:gem/dev@1', 'pkg:gem/needed@1', 'pkg:gem/unsaid@1');
    expect(await entries([packageOf('rubygems', both('rubygems'))])).toEqual([
      { purl: `${H}@${R}`, dependencies: all, sources: all },
    ]);
  });

  it('go-package: its go-package dependencies, the gomod dependencies of its module as sources', async () => {
    const mixed = { ...HUBD, dependencies: [...both('go-package'), ...both('gomod'), ...both('npm')] };
    const module = { ...HUB, dependencies: [...both('gomod'), ...both('go-package')] };
    const all = purls('pkg:golang/dev@1', 'pkg:golang/needed@1', 'pkg:golang/unsaid@1');
    expect(await entries([mixed, module])).toEqual([expect.objectContaining({ dependencies: all, sources: all })]);
  });

  it.each([
    ['equals its name', 'a/b', ['a/b', 'a'], 'a/b'],
    ['is the longest prefix', 'a/b/c/d', ['a', 'a/b/c', 'a/b'], 'a/b/c'],
    ['ends at a slash', 'a/bc', ['a/b', 'a'], 'a'],
    ['is none', 'ab', ['a', 'abc', 'ab/c'], undefined],
  ])('go-package: the module that %s', async (_, name, modules, parent) => {
    const all = modules.map((each) => ({ ...HUB, name: each, dependencies: [dependency('gomod', `of-${each}`, 'v1')] }));
    const [entry] = await entries([{ ...HUBD, name, dependencies: [] }, ...all]);
    expect(entry.sources).toEqual(parent === undefined ? [] : purls(`pkg:golang/${encodeURIComponent(`of-${parent}`)}@v1`));
  });

  it('git-submodule: no dependencies, no sources', async () => {
    const tiles = { ...packageOf('git-submodule', both('git-submodule')), version: `https://github.com/a/b#${S}` };
    expect(await entries([tiles])).toEqual([{ purl: `pkg:github/a/b@${S}`, dependencies: [], sources: [] }]);
  });

  it('other types: none, and dependencies of another type are ignored', async () => {
    const mixed = packageOf('npm', [dependency('pip', 'b', '1'), dependency('yarn', 'b', '1')]);
    expect(await entries([mixed, { ...mixed, type: 'cargo' }])).toEqual([
      { purl: `${H}@${R}`, dependencies: [], sources: [] },
    ]);
  });

  it('vendored dependencies keep their purl, what was replaced is not shown', async () => {
    const replaces = { type: 'gomod', name: 'acme.dev/old', version: 'v1' };
    const module = { ...HUB, dependencies: [{ ...dependency('gomod', 'acme.dev/new', 'v2'), replaces }] };
    const [entry] = await entries([module, { ...HUBD, dependencies: [] }]);
    expect(entry.sources).toEqual(purls('pkg:golang/acme.dev%2Fnew@v2'));
  });
});

describe('what is logged', () => {
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    const nothing = (): void => undefined;
    Logger.overrideLogger({
      log: nothing,
      error: nothing,
      warn: (line: string) => void lines.push(`warn ${line}`),
      debug: (line: string) => void lines.push(`debug ${line}`),
    });
  });
  afterEach(() => Logger.overrideLogger(false));

  it.each<[string, CataloguedPackage[], string[]]>([
    ['a Go package without a module', [{ ...HUBD, dependencies: [] }], ['warn .*acme.dev/hub/cmd/hubd']],
    ['a package of another type', [packageOf('cargo')], ['debug .*cargo.*own']],
    ['nothing of modules and packages that have entries', [HUB, HUBD, packageOf('npm')], []],
  ])('%s', async (_, packages, expected) => {
    await entries(packages);
    expect(lines).toEqual(expected.map((line) => expect.stringMatching(line)));
  });
});

describe('the document', () => {
  it.each<[string, CataloguedPackage[]]>([
    ['modules alone', [HUB, GEO]],
    ['no packages at all', []],
  ])('has fixed metadata, and no contents for %s', async (_, packages) => {
    expect(await contentManifest([{ repo: REPO, ref: R, packages }])).toEqual({
      metadata: {
        icm_version: 1,
        icm_spec:
          'https://raw.githubusercontent.com/containerbuildsystem/atomic-reactor/f4abcfdaf8247a6b074f94fa84f3846f82d781c6/atomic_reactor/schemas/content_manifest.json',
        image_layer_index: -1,
      },
      image_contents: [],
    });
  });

  it('has one entry for identical packages, more for those that differ in name, type or version', async () => {
    const own = packageOf('npm');
    const others = [{ ...own, name: 'b' }, { ...own, type: 'yarn' }, { ...own, version: '2' }, { ...own, version: null }];
    expect(await entries([own, { ...own }, ...others, own, ...others])).toHaveLength(5);
  });

  it('keeps equal entries of different requests', async () => {
    const request = { repo: REPO, ref: R, packages: [packageOf('npm')] };
    expect((await contentManifest([request, request])).image_contents).toHaveLength(2);
  });

  it('keeps a dependency that is there twice', async () => {
    const twice = [dependency('npm', 'b', '1', false), dependency('npm', 'b', '1', true)];
    expect(await entries([packageOf('npm', twice)])).toEqual([
      { purl: `${H}@${R}`, dependencies: purls('pkg:npm/b@1'), sources: purls('pkg:npm/b@1', 'pkg:npm/b@1') },
    ]);
  });

  it('is sorted by purl in code-point order, entries of all requests together', async () => {
    // In UTF-16 order the second one would come first.
    const names = ['\uffee', '\u{10000}', 'Z', 'a', 'B', '~'];
    const elsewhere = (name: string): CataloguedPackage => ({ ...packageOf('npm'), name });
    const requests = [names, ['Y', 'b']].map((each) => ({ repo: 'https://h/x', ref: R, packages: each.map(elsewhere) }));
    const { image_contents } = await contentManifest(requests);
    const sorted = ['B', 'Y', 'Z', 'a', 'b', '~', '\uffee', '\u{10000}'];
    expect(image_contents.map(({ purl }) => purl)).toEqual(sorted.map((name) => expect.stringContaining(`generic/${name}?`)));
    const [entry] = await entries([packageOf('npm', names.slice(2).map((name) => dependency('npm', name, '1')))]);
    const inOrder = purls('pkg:npm/B@1', 'pkg:npm/Z@1', 'pkg:npm/a@1', 'pkg:npm/~@1');
    expect(entry).toMatchObject({ dependencies: inOrder, sources: inOrder });
  });

  it('has equal purls in the order go-package, npm, pip, yarn, rubygems, git-submodule, then as reported', async () => {
    const mark: Record<string, string> = { npm: 'npm/', yarn: 'npm/', pip: 'pypi/', rubygems: 'gem/' };
    const reported = ['rubygems', 'yarn', 'git-submodule', 'pip', 'npm'];
    const packages = reported.map((type) =>
      type === 'git-submodule'
        ? { ...packageOf(type), version: `${REPO}#${R}` }
        : packageOf(type, [dependency(type, type, '1')]),
    );
    const again = { ...packageOf('pip', [dependency('pip', 'again', '1')]), version: '2' };
    const found = await entries([...packages, again]);
    expect(new Set(found.map(({ purl }) => purl))).toEqual(new Set([`${H}@${R}`]));
    expect(found.map(({ sources }) => sources)).toEqual([
      ...['npm', 'pip'].map((type) => purls(`pkg:${mark[type]}${type}@1`)),
      purls('pkg:pypi/again@1'),
      ...['yarn', 'rubygems'].map((type) => purls(`pkg:${mark[type]}${type}@1`)),
      [],
    ]);
  });

  it.each<[string, CataloguedPackage[]]>([
    ['an unknown scheme', [packageOf('npm', [dependency('npm', 'b', 'hg://x/y')])]],
    ['an address without cachito_hash', [packageOf('pip', [dependency('pip', 'b', 'https://x/y.zip', true)])]],
    ['a local Go package in no module', [{ ...HUBD, dependencies: [dependency('go-package', 'b', './c')] }]],
    ['a local Go module in no module', [{ ...HUB, dependencies: [dependency('gomod', 'b', '../../c')] }, HUBD]],
  ])('cannot be made when a dependency has no purl: %s', async (_, packages) => {
    await expect(entries(packages)).rejects.toThrow(CachitoNotImplementedError);
  });
});

describe('SBOM components', () => {
  it('holds every package and dependency once, those without version first', async () => {
    const packages: CataloguedPackage[] = [
      HUB,
      { type: 'go-package', name: 'x', version: 'v1', dependencies: [dependency('go-package', 'fmt', null), dependency('go-package', 'fmt', '')] },
      { type: 'npm', name: 'a', version: '1', dependencies: [dependency('npm', 'b', '1', false), dependency('npm', 'b', '1', true)] },
    ];
    expect(await sbomComponents([{ repo: REPO, ref: R, packages }])).toEqual([
      { name: 'a', version: '1', purl: `${H}@${R}` },
      { name: 'acme.dev/fork/geo', version: './third/geo', purl: 'pkg:golang/acme.dev%2Fhub@v1.4.0#third/geo' },
      { name: 'acme.dev/hub', version: 'v1.4.0', purl: 'pkg:golang/acme.dev%2Fhub@v1.4.0' },
      { name: 'acme.dev/wind', version: 'v0.3.1', purl: 'pkg:golang/acme.dev%2Fwind@v0.3.1' },
      { name: 'fmt', purl: 'pkg:golang/fmt' },
      { name: 'x', version: 'v1', purl: 'pkg:golang/x@v1' },
      { name: 'b', version: '1', purl: 'pkg:npm/b@1' },
    ].sort((a, b) => (a.purl < b.purl ? -1 : 1)));
  });
});
