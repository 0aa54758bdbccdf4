import { describe, expect, it } from '@jest/globals';
import type { CataloguedPackage } from '../../dependencies/index.js';
import { CachitoNotImplementedError } from '../../errors/index.js';
import { PackageUrls } from './package-urls.js';

const R = '0123456789abcdef0123456789abcdef01234567';
const S = '89abcdef0123456789abcdef0123456789abcdef';
const REPO = 'https://github.com/Acme-Labs/Weather-Hub.git';
const H = `pkg:github/acme-labs/weather-hub@${R}`;
/** A repository on a host that has no type of its own: the name is seen. */
const ELSEWHERE = 'https://git.acme.dev/x/Hub.git';
const ELSEWHERE_ENCODED = `vcs_url=https%3A%2F%2Fgit.acme.dev%2Fx%2FHub.git%40${R}`;

type Fields = Partial<CataloguedPackage>;

const packageOf = (type: string, fields: Fields = {}): CataloguedPackage => ({
  type,
  name: 'own',
  version: '1.0.0',
  dependencies: [],
  ...fields,
});

const module = (name: string, version: string | null = 'v1.0.0'): CataloguedPackage =>
  packageOf('gomod', { name, version });

describe('top-level packages', () => {
  it.each<[string, CataloguedPackage, string | undefined, string?]>([
    ['gomod: Go rule', module('acme.dev/hub', 'v1.4.0'), 'pkg:golang/acme.dev%2Fhub@v1.4.0'],
    ['gomod: no subpath', { ...module('acme.dev/hub/sub'), path: 'sub' }, 'pkg:golang/acme.dev%2Fhub%2Fsub@v1.0.0'],
    ['go-package: Go rule, no subpath', packageOf('go-package', { name: 'a.b/c', path: 'c' }), 'pkg:golang/a.b%2Fc@1.0.0'],
    ...['npm', 'yarn', 'pip', 'rubygems'].flatMap((type): [string, CataloguedPackage, string, string?][] => [
      [`${type}: in the root`, packageOf(type), H],
      [`${type}: in the root, spelled out`, packageOf(type, { path: '.' }), H],
      [`${type}: not in the root`, packageOf(type, { path: 'web/ui' }), `${H}#web/ui`],
      [`${type}: of another host`, packageOf(type), `pkg:generic/own?${ELSEWHERE_ENCODED}`, ELSEWHERE],
      [`${type}: of another host, not in the root`, packageOf(type, { path: 'a' }), `pkg:generic/own?${ELSEWHERE_ENCODED}#a`, ELSEWHERE],
    ]),
    ['npm: name of another host raw', packageOf('npm', { name: '@a/b c' }), `pkg:generic/@a/b c?${ELSEWHERE_ENCODED}`, ELSEWHERE],
    [
      'git-submodule: split at the last #',
      packageOf('git-submodule', { version: `https://h/a#b#${S}` }),
      `pkg:generic/own?vcs_url=https%3A%2F%2Fh%2Fa%23b%40${S}`,
    ],
    [
      'git-submodule: no subpath',
      packageOf('git-submodule', { path: 'tiles', version: `https://github.com/Acme/Tiles.git#${S}` }),
      `pkg:github/acme/tiles@${S}`,
    ],
    ['another type: none', packageOf('cargo'), undefined],
  ])('%s', (...[, each, purl, repo = REPO]) => {
    expect(new PackageUrls({ repo, ref: R, packages: [each] }).ofPackage(each)).toBe(purl);
  });
});

type GoRow = [row: string, name: string, version: string | null, modules: CataloguedPackage[], purl: string];

describe('dependencies of a gomod', () => {
  it.each<GoRow>([
    ['with a version', 'acme.dev/wind', 'v0.3.1', [], 'pkg:golang/acme.dev%2Fwind@v0.3.1'],
    ['without a version: just the name', 'fmt', null, [], 'pkg:golang/fmt'],
    ['an empty version: just the name', 'fmt', '', [], 'pkg:golang/fmt'],
    ['a version is never encoded', 'a', 'v1+incompatible', [], 'pkg:golang/a@v1+incompatible'],
    ['local (1): the name is a module', 'acme.dev/fork', './x', [module('acme.dev/fork', 'v2.0.0')], 'pkg:golang/acme.dev%2Ffork@v2.0.0'],
    ['local (1): the name is below a module', 'acme.dev/fork/geo', '../x', [module('acme.dev/fork', 'v2.0.0')], 'pkg:golang/acme.dev%2Ffork@v2.0.0#geo'],
    ['local (1): the longest module', 'a/b/c/d', './x', [module('a'), module('a/b/c', 'v2'), module('a/b')], 'pkg:golang/a%2Fb%2Fc@v2#d'],
    ['local (1): a prefix ends at a slash', 'a/bc', './x', [module('a/b'), module('a')], 'pkg:golang/a@v1.0.0#bc'],
    ['local (2): below the module that requires it', 'x.y/z', './third/geo', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0#third/geo'],
    ['local (2): in another module', 'x.y/z', '../tools/geo', [module('acme.dev/tools')], 'pkg:golang/acme.dev%2Ftools@v1.0.0#geo'],
    ['local (2): normalized', 'x.y/z', './a/.././/b/', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0#b'],
    ['local (2): the module itself, no #', 'x.y/z', './', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0'],
    ['local (2): the module itself, no #.', 'x.y/z', '.', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0'],
    ['local (2): a module without a version', 'x.y/z', '../u/v', [module('acme.dev/u', null)], 'pkg:golang/acme.dev%2Fu#v'],
  ])('%s', (_, name, version, modules, purl) => {
    const hub = module('acme.dev/hub');
    const urls = new PackageUrls({ repo: REPO, ref: R, packages: [hub, ...modules] });
    expect(urls.ofDependency(hub, { type: 'gomod', name, version })).toBe(purl);
  });
});

describe('dependencies of a go-package', () => {
  it.each<GoRow>([
    ['with a version', 'acme.dev/wind/gust', 'v0.3.1', [], 'pkg:golang/acme.dev%2Fwind%2Fgust@v0.3.1'],
    ['without a version (standard library): just the name', 'net/http', null, [], 'pkg:golang/net%2Fhttp'],
    ['local (1): the version of the module', 'acme.dev/fork/geo/tile', './x', [module('acme.dev/fork/geo', 'v0.9.0')], 'pkg:golang/acme.dev%2Ffork%2Fgeo%2Ftile@v0.9.0'],
    ['local (1): a module without a version', 'acme.dev/fork/geo', './x', [module('acme.dev/fork', null)], 'pkg:golang/acme.dev%2Ffork%2Fgeo'],
    ['local (2): joined with the module, not the package', 'x.y/z', './third/geo', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0#third/geo'],
    ['local (2): in another module', 'x.y/z', '../tools/geo', [module('acme.dev/tools')], 'pkg:golang/acme.dev%2Ftools@v1.0.0#geo'],
    ['local (2): the module itself, no #.', 'x.y/z', './', [], 'pkg:golang/acme.dev%2Fhub@v1.0.0'],
  ])('%s', (_, name, version, modules, purl) => {
    const hubd = packageOf('go-package', { name: 'acme.dev/hub/cmd/hubd' });
    const urls = new PackageUrls({ repo: REPO, ref: R, packages: [module('acme.dev/hub'), hubd, ...modules] });
    expect(urls.ofDependency(hubd, { type: 'go-package', name, version })).toBe(purl);
  });
});

type Row = [row: string, name: string, version: string | null, purl: string | undefined, path?: string, repo?: string];

describe.each(['npm', 'yarn'])('dependencies of %s', (type) => {
  const SCHEMES = ['git', 'git+http', 'git+https', 'git+ssh'];

  it.each<Row>([
    ['no colon', 'dial', '2.0.1', 'pkg:npm/dial@2.0.1'],
    ['no colon: the name encoded, its slash kept', '@acme/dial', '2.0.1', 'pkg:npm/%40acme/dial@2.0.1'],
    ['no colon: odd characters of the name', "it's!(*)~ä", '1', 'pkg:npm/it%27s%21%28%2A%29~%C3%A4@1'],
    ['no colon: the version raw', 'a', '1.0.0-rc.1+b', 'pkg:npm/a@1.0.0-rc.1+b'],
    ['without a version (bundled)', '@acme/tail', null, 'pkg:npm/%40acme/tail'],
    ['file:', 'cloudy', 'file:libs/cloudy', 'pkg:generic/cloudy?file=libs%2Fcloudy'],
    ['file: without query', 'cloudy', 'file:../a b?c', 'pkg:generic/cloudy?file=..%2Fa%20b'],
    ['file: without fragment', '@a/b', 'file:libs/@a#b?c', 'pkg:generic/%40a/b?file=libs%2F%40a'],
    ['forge', 'x', `github:acme/rainbar#${S}`, `pkg:github/acme/rainbar@${S}`],
    ['forge: case kept', 'x', `bitbucket:Acme/RainBar#${S}`, `pkg:bitbucket/Acme/RainBar@${S}`],
    ['forge: name after the last slash', 'x', `gitlab:Acme/Sub/X#${S}`, `pkg:gitlab/Acme/Sub/X@${S}`],
    ...SCHEMES.flatMap((scheme): Row[] => {
      const encoded = scheme.replace('+', '%2B');
      return [
        [`${scheme}://, with the ref`, '@a/x', `${scheme}://h/x.git#${S}`, `pkg:generic/%40a/x?vcs_url=${encoded}%3A%2F%2Fh%2Fx.git%23${S}`],
        [`${scheme}://, no special case of GitHub`, 'x', `${scheme}://github.com/a/x#1`, `pkg:generic/x?vcs_url=${encoded}%3A%2F%2Fgithub.com%2Fa%2Fx%231`],
      ];
    }),
    ['git+https:// without credentials', 'x', 'git+https://user:secret@h/x.git#1', 'pkg:generic/x?vcs_url=git%2Bhttps%3A%2F%2Fh%2Fx.git%231'],
    ['git+ssh:// with its user', 'x', 'git+ssh://git@h/x.git#1', 'pkg:generic/x?vcs_url=git%2Bssh%3A%2F%2Fgit%40h%2Fx.git%231'],
    ['http://', 'sky', 'http://h/sky.tgz', 'pkg:generic/sky?download_url=http%3A%2F%2Fh%2Fsky.tgz'],
    ['https://', '@a/sky', 'https://h/sky.tgz?x=y#z', 'pkg:generic/%40a/sky?download_url=https%3A%2F%2Fh%2Fsky.tgz%3Fx%3Dy%23z'],
    ['https:// without credentials', 'sky', 'https://u:s@h/sky.tgz', 'pkg:generic/sky?download_url=https%3A%2F%2Fh%2Fsky.tgz'],
  ])('%s', (_, name, version, purl) => expect(purlOf(type, name, version)).toBe(purl));

  it.each([
    ['forge without ref', 'github:acme/x'],
    ['forge with an empty ref', 'github:acme/x#'],
    ['forge without namespace', `github:x#${S}`],
    ['forge with //', `github://acme/x#${S}`],
    ['another scheme', 'hg://h/x'],
    ['another scheme with ref', `svn+ssh://h/a/x#${S}`],
    ['another scheme without //', 'npm:x@1'],
    ['a link', 'link:../x'],
    ['git: without //', `git:a/x#${S}`],
    ['git+https: without //', 'git+https:h/x'],
    ['https: without //', 'https:h/x'],
    ['no scheme at all', ':'],
  ])('are not implemented, naming type and version: %s', (_, version) => {
    const attempt = (): unknown => purlOf(type, 'x', version);
    expect(attempt).toThrow(CachitoNotImplementedError);
    expect(attempt).toThrow(type);
    expect(attempt).toThrow(version);
  });
});

describe('dependencies of pip', () => {
  const mist = 'https%3A%2F%2Fdl.acme.dev%2Fm.zip';

  it.each<Row>([
    ['no URL scheme', 'haze', '1.2', 'pkg:pypi/haze@1.2'],
    ['no URL scheme: name in lower case, runs replaced by -', 'Storm__-Kit', '1.2', 'pkg:pypi/storm-kit@1.2'],
    ['no URL scheme: dots stay', 'Zope.Interface', '1', 'pkg:pypi/zope.interface@1'],
    ['no URL scheme: characters beyond ASCII are replaced', 'a_ä€_b', '1', 'pkg:pypi/a-b@1'],
    ['no URL scheme: an epoch and a local version, raw', 'haze', '1!2.0+local.1', 'pkg:pypi/haze@1!2.0+local.1'],
    ['without a version', 'haze', null, 'pkg:pypi/haze'],
    ['git+: of another host, with the original name', 'Ha_Ze', `git+https://h/x/haze.git@${S}`, `pkg:generic/Ha_Ze?vcs_url=https%3A%2F%2Fh%2Fx%2Fhaze.git%40${S}`],
    ['git+: of a forge', 'haze', `git+https://github.com/Acme/Haze.git@${S}`, `pkg:github/acme/haze@${S}`],
    ['git+: split at the last @', 'haze', `git+ssh://git@github.com/Acme/Haze@${S}`, `pkg:github/acme/haze@${S}`],
    ['git+: query dropped', 'haze', `git+https://github.com/a/b@${S}?x=@y`, `pkg:github/a/b@${S}`],
    ['git+: fragment dropped', 'haze', `git+https://github.com/a/b@${S}#egg=haze@1`, `pkg:github/a/b@${S}`],
    ['git+: without ref, credentials dropped', 'haze', 'git+https://user:secret@h/x', 'pkg:generic/haze?vcs_url=https%3A%2F%2Fh%2Fx%40'],
    [
      'other URL',
      'Mi_st',
      'https://dl.acme.dev/m.zip#cachito_hash=sha256:0a1b',
      `pkg:generic/mi-st?download_url=${mist}%23cachito_hash%3Dsha256%3A0a1b&checksum=sha256:0a1b`,
    ],
    [
      'other URL: cachito_hash among other parameters',
      'mist',
      'https://dl.acme.dev/m.zip#sha256=0a1b&subdirectory=x&cachito_hash=sha512:2c3d',
      `pkg:generic/mist?download_url=${mist}%23sha256%3D0a1b%26subdirectory%3Dx%26cachito_hash%3Dsha512%3A2c3d&checksum=sha512:2c3d`,
    ],
    [
      'other URL: the checksum not encoded',
      'mist',
      'https://dl.acme.dev/m.zip#cachito_hash=sha256%3A0a1b',
      `pkg:generic/mist?download_url=${mist}%23cachito_hash%3Dsha256%253A0a1b&checksum=sha256:0a1b`,
    ],
    [
      'other URL: without credentials',
      'mist',
      'https://user:secret@dl.acme.dev/m.zip#cachito_hash=sha256:0a1b',
      `pkg:generic/mist?download_url=${mist}%23cachito_hash%3Dsha256%3A0a1b&checksum=sha256:0a1b`,
    ],
    ['in the repository: the package itself', 'eel', '.', `${H}#py`, 'py'],
    ['in the repository: below', 'eel', './libs/eel', `${H}#py/libs/eel`, 'py'],
    ['in the repository: beside', 'eel', '../b', `${H}#py/b`, 'py/a'],
    ['in the repository: the root', 'eel', '..', H, 'py'],
    ['in the repository: a package in the root', 'eel', './libs/eel/', `${H}#libs/eel`],
    ['in a repository of another host: its own name', 'eel', './e', `pkg:generic/Hub?${ELSEWHERE_ENCODED}#e`, undefined, ELSEWHERE],
    ['dots that are no path', 'eel', '...', 'pkg:pypi/eel@...'],
  ])('%s', (...[, name, version, purl, path, repo]) => expect(purlOf('pip', name, version, path, repo)).toBe(purl));

  it.each(['https://x/y.zip', 'https://x/y.zip#sha256=0a1b', 'https://x/y.zip?cachito_hash=sha256:0a', 'file:///x#cachito_hash='])(
    'are not implemented without cachito_hash: %s',
    (version) => {
      expect(() => purlOf('pip', 'mist', version)).toThrow(CachitoNotImplementedError);
      expect(() => purlOf('pip', 'mist', version)).toThrow(/pip package mist.*cachito_hash/);
    },
  );
});

describe('dependencies of rubygems', () => {
  it.each<Row>([
    ['starts with ./', 'dew', './vendor/dew', `${H}#vendor/dew`],
    ['starts with ./, package not in the root', 'dew', './vendor/dew', `${H}#api/vendor/dew`, 'api'],
    ['starts with ./, normalized', 'dew', './vendor/.//x/../dew/', `${H}#vendor/dew`],
    ['starts with ./, other host: last segment of the repository', 'dew', './d', `pkg:generic/Hub?${ELSEWHERE_ENCODED}#d`, undefined, ELSEWHERE],
    ['the package itself, resolved', 'dew', '.', `${H}#api`, 'api'],
    ['the package itself in the root', 'dew', '.', H],
    ['beside the package, resolved', 'dew', '../dew', `${H}#dew`, 'api'],
    ['git+, of a forge', 'frost', `git+https://github.com/Acme/Frost.git@${S}`, `pkg:github/acme/frost@${S}`],
    ['git+, of another host', 'frost', `git+https://h/Frost.git@${S}#x`, `pkg:generic/frost?vcs_url=https%3A%2F%2Fh%2FFrost.git%40${S}`],
    ['other', 'barometer', '0.8.2', 'pkg:gem/barometer@0.8.2'],
    ['other: name raw', "it's @home", '0.8.2', "pkg:gem/it's @home@0.8.2"],
    ['other: without a version', 'barometer', null, 'pkg:gem/barometer'],
  ])('%s', (...[, name, version, purl, path, repo]) => expect(purlOf('rubygems', name, version, path, repo)).toBe(purl));
});

describe('other dependencies', () => {
  it.each<[string, Row[3]]>([
    ['git-submodule', `pkg:github/acme/tiles@${S}`],
    ['cargo', undefined],
  ])('%s', (type, purl) => expect(purlOf(type, 'tiles', `https://github.com/Acme/Tiles#${S}`)).toBe(purl));
});

describe('a local Go dependency in no module of the request', () => {
  it.each([
    ['gomod: its path leads out of all modules', 'gomod', 'acme.dev/hub', '../../../x'],
    ['gomod: its path leads to another place', 'gomod', 'acme.dev/hub', '../other'],
    ['go-package: its path leads to another place', 'go-package', 'acme.dev/hub/cmd', '../other'],
    ['go-package: its package is in no module', 'go-package', 'acme.org/hub', './x'],
  ])('is not implemented, naming package and dependency: %s', (_, type, name, version) => {
    const parent = packageOf(type, { name });
    const urls = new PackageUrls({ repo: REPO, ref: R, packages: [module('acme.dev/hub'), parent] });
    const attempt = (): unknown => urls.ofDependency(parent, { type, name: 'x.y/z', version });
    expect(attempt).toThrow(CachitoNotImplementedError);
    expect(attempt).toThrow(name);
    expect(attempt).toThrow('x.y/z');
  });
});

describe('the version that documents show', () => {
  const urls = new PackageUrls({ repo: REPO, ref: R, packages: [module('acme.dev/fork/geo', 'v0.9.0')] });

  it.each<[string, string, string, string | null, string | null]>([
    ['raw', 'npm', 'x', 'file:x', 'file:x'],
    ['none', 'go-package', 'fmt', null, null],
    ['raw of a local Go module', 'gomod', 'acme.dev/fork/geo', './x', './x'],
    ['the module’s of a local Go package (1)', 'go-package', 'acme.dev/fork/geo/tile', './x', 'v0.9.0'],
    ['raw of a local Go package (2)', 'go-package', 'acme.dev/fork/other', './x', './x'],
  ])('%s', (_, type, name, version, shown) => expect(urls.shownVersion({ type, name, version })).toBe(shown));
});

function purlOf(type: string, name: string, version: string | null, path?: string, repo = REPO): string | undefined {
  const parent = packageOf(type, { path });
  return new PackageUrls({ repo, ref: R, packages: [parent] }).ofDependency(parent, { type, name, version });
}
