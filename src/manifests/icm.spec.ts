import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CataloguedDependency, CataloguedPackage } from '../dependencies/index.js';
import { CachitoNotImplementedError } from '../errors/index.js';
import { contentManifest } from './icm.js';
import { sbomComponents } from './sbom/components.js';

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

  it('a local Go module that is a module of the request itself', async () => {
    const [entry] = await entries([HUB, HUBD, GEO]);
    expect(entry.dependencies).toContainEqual({ purl: 'pkg:golang/acme.dev%2Ffork%2Fgeo%2Ftile@v0.9.0' });
    expect(entry.sources).toContainEqual({ purl: 'pkg:golang/acme.dev%2Ffork%2Fgeo@v0.9.0' });
    const shown = await sbomComponents([{ repo: REPO, ref: R, packages: [HUB, HUBD, GEO] }]);
    expect(shown).toContainEqual({
      name: 'acme.dev/fork/geo/tile',
      version: 'v0.9.0',
      purl: 'pkg:golang/acme.dev%2Ffork%2Fgeo%2Ftile@v0.9.0',
    });
  });

  it('npm', async () => {
    const dash: CataloguedPackage = {
      type: 'npm',
      name: 'dash',
      version: '1.0.0',
      path: 'web/ui',
      dependencies: [
        dependency('npm', '@acme/dial', '2.0.1', false),
        dependency('npm', 'cloudy', 'file:libs/cloudy', false),
        dependency('npm', 'rainbar', `github:acme/rainbar#${S}`, false),
        dependency('npm', 'lint-sun', '5.1.0', true),
      ],
    };
    const needed = ['pkg:generic/cloudy?file=libs%2Fcloudy', `pkg:github/acme/rainbar@${S}`, 'pkg:npm/%40acme/dial@2.0.1'];
    expect(await entries([dash])).toEqual([
      { purl: `${H}@${R}#web/ui`, dependencies: purls(...needed), sources: purls(...needed, 'pkg:npm/lint-sun@5.1.0') },
    ]);
  });

  const SAME_BOTH: [string, Partial<CataloguedPackage>, CataloguedDependency, string, string][] = [
    [
      'yarn, an address',
      { type: 'yarn' },
      dependency('yarn', 'sky', 'https://dl.acme.dev/sky-3.tgz'),
      `${H}@${R}`,
      'pkg:generic/sky?download_url=https%3A%2F%2Fdl.acme.dev%2Fsky-3.tgz',
    ],
    [
      'yarn, git',
      { type: 'yarn' },
      dependency('yarn', 'fog', `git+https://git.acme.dev/fog.git#${S}`),
      `${H}@${R}`,
      `pkg:generic/fog?vcs_url=git%2Bhttps%3A%2F%2Fgit.acme.dev%2Ffog.git%23${S}`,
    ],
    ['pip, index', { type: 'pip', path: 'py' }, dependency('pip', 'Storm_Kit', '1.2'), `${H}@${R}#py`, 'pkg:pypi/storm-kit@1.2'],
    [
      'pip, git',
      { type: 'pip', path: 'py' },
      dependency('pip', 'haze', `git+https://git.acme.dev/x/haze.git@${S}`),
      `${H}@${R}#py`,
      `pkg:generic/haze?vcs_url=https%3A%2F%2Fgit.acme.dev%2Fx%2Fhaze.git%40${S}`,
    ],
    [
      'pip, address',
      { type: 'pip', path: 'py' },
      dependency('pip', 'mist', 'https://dl.acme.dev/m.zip#cachito_hash=sha256:0a1b'),
      `${H}@${R}#py`,
      'pkg:generic/mist?download_url=https%3A%2F%2Fdl.acme.dev%2Fm.zip%23cachito_hash%3Dsha256%3A0a1b&checksum=sha256:0a1b',
    ],
    [
      'pip, address with a digest and the one appended to it',
      { type: 'pip', path: 'py' },
      dependency('pip', 'mist', 'https://dl.acme.dev/m.tar.gz#sha256=0a1b&subdirectory=x&cachito_hash=sha256:0a1b'),
      `${H}@${R}#py`,
      'pkg:generic/mist?download_url=https%3A%2F%2Fdl.acme.dev%2Fm.tar.gz%23sha256%3D0a1b%26subdirectory%3Dx%26cachito_hash%3Dsha256%3A0a1b&checksum=sha256:0a1b',
    ],
    [
      'pip, address with user and password, colon of the digest encoded',
      { type: 'pip' },
      dependency('pip', 'Mist__x', 'https://user:secret@dl.acme.dev/m.zip#cachito_hash=sha256%3A0a1b'),
      `${H}@${R}`,
      'pkg:generic/mist-x?download_url=https%3A%2F%2Fdl.acme.dev%2Fm.zip%23cachito_hash%3Dsha256%253A0a1b&checksum=sha256:0a1b',
    ],
    [
      'pip, git of a forge',
      { type: 'pip' },
      dependency('pip', 'haze', `git+https://github.com/Acme/Haze.git@${S}`),
      `${H}@${R}`,
      `pkg:github/acme/haze@${S}`,
    ],
    ['pip, the package itself', { type: 'pip', path: 'py' }, dependency('pip', 'eel', '.'), `${H}@${R}#py`, `${H}@${R}#py`],
    ['pip, path below', { type: 'pip', path: 'py' }, dependency('pip', 'eel', './libs/eel'), `${H}@${R}#py`, `${H}@${R}#py/libs/eel`],
    ['pip, path beside', { type: 'pip', path: 'py/a' }, dependency('pip', 'eel', '../b'), `${H}@${R}#py/a`, `${H}@${R}#py/b`],
    ['pip, the repository above', { type: 'pip', path: 'py' }, dependency('pip', 'eel', '..'), `${H}@${R}#py`, `${H}@${R}`],
    ['pip, path in the root', { type: 'pip' }, dependency('pip', 'eel', './libs/eel/'), `${H}@${R}`, `${H}@${R}#libs/eel`],
    ['pip, version that is no path', { type: 'pip' }, dependency('pip', 'eel', '...'), `${H}@${R}`, 'pkg:pypi/eel@...'],
    ['rubygems', { type: 'rubygems', path: 'api' }, dependency('rubygems', 'barometer', '0.8.2'), `${H}@${R}#api`, 'pkg:gem/barometer@0.8.2'],
    ['rubygems, path', { type: 'rubygems', path: 'api' }, dependency('rubygems', 'dew', './vendor/dew'), `${H}@${R}#api`, `${H}@${R}#api/vendor/dew`],
    ['rubygems, the package itself', { type: 'rubygems', path: 'api' }, dependency('rubygems', 'dew', '.'), `${H}@${R}#api`, `${H}@${R}#api`],
    ['rubygems, beside', { type: 'rubygems', path: 'api' }, dependency('rubygems', 'dew', '../dew'), `${H}@${R}#api`, `${H}@${R}#dew`],
    [
      'rubygems, git',
      { type: 'rubygems', path: 'api' },
      dependency('rubygems', 'frost', `git+https://github.com/Acme/Frost.git@${S}`),
      `${H}@${R}#api`,
      `pkg:github/acme/frost@${S}`,
    ],
    ['npm, name with odd characters', { type: 'npm' }, dependency('npm', "it's!", '1'), `${H}@${R}`, 'pkg:npm/it%27s%21@1'],
    ['npm, bundled without version', { type: 'npm' }, dependency('npm', '@acme/tail', null), `${H}@${R}`, 'pkg:npm/%40acme/tail'],
    [
      'npm, workspace',
      { type: 'npm' },
      dependency('npm', '@acme/dial', 'file:libs/@acme dial?x#y'),
      `${H}@${R}`,
      'pkg:generic/%40acme/dial?file=libs%2F%40acme%20dial',
    ],
    [
      'npm, forge with a subgroup, case kept',
      { type: 'npm' },
      dependency('npm', 'x', `gitlab:Acme/Sub/X#${S}`),
      `${H}@${R}`,
      `pkg:gitlab/Acme/Sub/X@${S}`,
    ],
    ...['git', 'git+http', 'git+https', 'git+ssh'].map((scheme): (typeof SAME_BOTH)[number] => [
      `npm, ${scheme} of a forge`,
      { type: 'npm' },
      dependency('npm', 'x', `${scheme}://github.com/a/x#${S}`),
      `${H}@${R}`,
      `pkg:generic/x?vcs_url=${scheme.replace('+', '%2B')}%3A%2F%2Fgithub.com%2Fa%2Fx%23${S}`,
    ]),
    [
      'npm, credentials',
      { type: 'npm' },
      dependency('npm', 'x', 'git+https://user:secret@git.acme.dev/x.git#1'),
      `${H}@${R}`,
      'pkg:generic/x?vcs_url=git%2Bhttps%3A%2F%2Fgit.acme.dev%2Fx.git%231',
    ],
    [
      'npm, ssh user',
      { type: 'npm' },
      dependency('npm', 'x', 'git+ssh://git@git.acme.dev/x.git#1'),
      `${H}@${R}`,
      'pkg:generic/x?vcs_url=git%2Bssh%3A%2F%2Fgit%40git.acme.dev%2Fx.git%231',
    ],
  ];
  it.each(SAME_BOTH)('%s', async (_, base, entry, purl, expected) => {
    const each: CataloguedPackage = { name: 'own', version: '1', type: 'npm', ...base, dependencies: [entry] };
    expect(await entries([each])).toEqual([{ purl, dependencies: purls(expected), sources: purls(expected) }]);
  });

  it('git-submodule, and its component', async () => {
    const version = `https://bitbucket.org/Acme/Tiles.git#${S}`;
    const tiles: CataloguedPackage = { type: 'git-submodule', name: 'tiles', version, path: 'tiles', dependencies: [] };
    const purl = `pkg:bitbucket/acme/tiles@${S}`;
    expect(await entries([tiles])).toEqual([{ purl, dependencies: [], sources: [] }]);
    expect(await sbomComponents([{ repo: REPO, ref: R, packages: [tiles] }])).toEqual([{ name: 'tiles', version, purl }]);
  });
});

describe('purls of repositories', () => {
  const ROWS: [string, string][] = [
    ['https://github.com/A/B', `pkg:github/a/b@${R}`],
    ['https://user:token@github.com:443/A/B.git/', `pkg:github/a/b@${R}`],
    ['https://notgithub.com/A/B', `pkg:generic/own?vcs_url=https%3A%2F%2Fnotgithub.com%2FA%2FB%40${R}`],
    ['git@github.com:A/B.git', `pkg:generic/own?vcs_url=git%40github.com%3AA%2FB.git%40${R}`],
    ['ssh://git@git.acme.dev/b.git', `pkg:generic/own?vcs_url=ssh%3A%2F%2Fgit%40git.acme.dev%2Fb.git%40${R}`],
    ['https://user:token@git.acme.dev/b.git', `pkg:generic/own?vcs_url=https%3A%2F%2Fgit.acme.dev%2Fb.git%40${R}`],
  ];
  it.each(ROWS)('%s', async (repo, purl) => {
    expect((await entries([{ type: 'npm', name: 'own', version: '1', dependencies: [] }], repo))[0].purl).toBe(purl);
  });
});

describe('what has no purl', () => {
  const ROWS: [string, CataloguedPackage][] = [
    ['a scheme that nobody knows', { type: 'npm', name: 'a', version: '1', dependencies: [dependency('npm', 'b', 'hg://x/y')] }],
    ['a forge without a commit', { type: 'npm', name: 'a', version: '1', dependencies: [dependency('npm', 'b', 'github:x/y')] }],
    ['a pip address without a digest', { type: 'pip', name: 'a', version: '1', dependencies: [dependency('pip', 'b', 'https://x/y.zip')] }],
    ['a local Go module outside all modules', { type: 'go-package', name: 'a', version: '1', dependencies: [dependency('go-package', 'b', './c')] }],
  ];
  it.each(ROWS)('%s is not implemented', async (_, each) => {
    await expect(entries([each])).rejects.toThrow(CachitoNotImplementedError);
  });
});

describe('the rules of the document', () => {
  it('has fixed metadata, and no contents for modules alone', async () => {
    expect(await contentManifest([{ repo: REPO, ref: R, packages: [HUB] }])).toEqual({
      metadata: { icm_version: 1, icm_spec: expect.stringContaining('content_manifest.json'), image_layer_index: -1 },
      image_contents: [],
    });
  });

  it('keeps equal entries of different requests, and a dependency that is there twice', async () => {
    const both = [dependency('npm', 'b', '1', false), dependency('npm', 'b', '1', true)];
    const request = { repo: REPO, ref: R, packages: [{ type: 'npm', name: 'a', version: '1', dependencies: both }] };
    const { image_contents } = await contentManifest([request, request]);
    expect(image_contents).toHaveLength(2);
    expect(image_contents[0]).toMatchObject({ dependencies: purls('pkg:npm/b@1'), sources: purls('pkg:npm/b@1', 'pkg:npm/b@1') });
  });

  it('ignores dependencies of another type and packages of unknown types', async () => {
    const mixed: CataloguedPackage = { type: 'npm', name: 'a', version: '1', dependencies: [dependency('pip', 'b', '1')] };
    expect(await entries([mixed, { ...mixed, type: 'cargo' }])).toEqual([{ purl: `${H}@${R}`, dependencies: [], sources: [] }]);
  });

  it('gives a Go package without a module no sources', async () => {
    expect((await entries([{ ...HUBD, dependencies: [] }]))[0].sources).toEqual([]);
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
