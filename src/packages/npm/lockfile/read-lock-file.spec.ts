import { describe, expect, it } from '@jest/globals';
import { InvalidFileFormat, UnsupportedFeature, ValidationError } from '../../../errors/index.js';
import { COMMIT, flat, LOCK_FILES, nested, SHA1, SHA512 } from '../__fixtures__/lock-files.js';
import { type LockFileContent, readLockFile } from './read-lock-file.js';

const HOSTS = ['registry.npmjs.org', 'registry.yarnpkg.com', 'npm.acme.dev'];

function read(text: string, manifest: object = {}): LockFileContent {
  return readLockFile({
    text,
    file: 'web/package-lock.json',
    manifest: JSON.stringify(manifest),
    manifestFile: 'web/package.json',
    registryHosts: HOSTS,
  });
}

/** `from -> to` by name and version; the package itself is `.`. */
function shownEdges({ dependencies, edges }: LockFileContent): string[] {
  const shown = (index: number): string =>
    index < 0 ? '.' : `${dependencies[index].name}@${dependencies[index].version}`;
  return edges.flatMap((from, at) => (at % 2 === 0 ? [`${shown(from)} -> ${shown(edges[at + 1])}`] : []));
}

const REAL = 'https://registry.npmjs.org/real/-/real-3.0.1.tgz';
const GIT = `git+https://git.acme.dev/fog.git#${COMMIT}`;

describe('an entry of version 3', () => {
  const registry = (name: string, version: string, source?: string): object => ({
    kind: 'registry',
    name,
    version,
    ...(source === undefined ? {} : { source }),
  });
  it.each<[string, string, object, object]>([
    ['a registry package', 'node_modules/real', { version: '3.0.1', resolved: REAL }, registry('real', '3.0.1', REAL)],
    [
      'a registry package over http',
      'node_modules/real',
      { version: '3.0.1', resolved: REAL.replace('https', 'http') },
      registry('real', '3.0.1', REAL.replace('https', 'http')),
    ],
    [
      "yarn's name of the registry",
      'node_modules/real',
      { version: '3.0.1', resolved: REAL.replace('npmjs.org', 'yarnpkg.com') },
      { kind: 'registry' },
    ],
    [
      'a configured registry',
      'node_modules/real',
      { version: '3.0.1', resolved: 'https://npm.acme.dev/x/real/-/real-3.0.1.tgz' },
      { kind: 'registry' },
    ],
    [
      'a scoped one',
      'node_modules/@acme/dial',
      { version: '4.6.0', resolved: 'https://registry.npmjs.org/@acme%2fdial/-/dial-4.6.0.tgz' },
      registry('@acme/dial', '4.6.0', 'https://registry.npmjs.org/@acme%2fdial/-/dial-4.6.0.tgz'),
    ],
    [
      'one without address',
      'node_modules/real',
      { version: '3.0.1', integrity: SHA512 },
      { ...registry('real', '3.0.1'), integrity: SHA512, digest: { algorithm: 'sha512', hex: '07'.repeat(64) } },
    ],
    [
      'an alias',
      'node_modules/short',
      { name: 'real', version: '3.0.1', resolved: REAL },
      registry('real', '3.0.1', REAL),
    ],
    [
      'a nested one',
      'node_modules/a/node_modules/real',
      { version: '3.0.1', resolved: REAL },
      registry('real', '3.0.1', REAL),
    ],
    [
      'an old spelling',
      'node_modules/real',
      { version: '3.0.1-beta', resolved: REAL.replace('3.0.1', '3.0.1beta') },
      { kind: 'registry' },
    ],
    [
      'a build number',
      'node_modules/real',
      { version: '3.0.1+7', resolved: REAL },
      { kind: 'registry', version: '3.0.1+7' },
    ],
    [
      'a bundled one',
      'node_modules/a/node_modules/tail',
      { version: '1.0.0', inBundle: true },
      { kind: 'bundled', name: 'tail', version: '1.0.0' },
    ],
    [
      'a bundled one with an odd version',
      'node_modules/tail',
      { version: '1.0.0beta', inBundle: true },
      { kind: 'bundled', version: '1.0.0beta' },
    ],
    ['a bundled one without version', 'node_modules/tail', { inBundle: true }, { kind: 'bundled', version: null }],
    [
      'inBundle with an address',
      'node_modules/real',
      { version: '3.0.1', inBundle: true, resolved: REAL },
      registry('real', '3.0.1', REAL),
    ],
    [
      'a workspace',
      'libs/cloudy',
      { name: '@acme/cloudy', version: '0.1.0' },
      { kind: 'file', name: '@acme/cloudy', version: 'file:libs/cloudy', source: 'libs/cloudy' },
    ],
    [
      'a workspace called like its folder',
      'libs/cloudy',
      {},
      { kind: 'file', name: 'cloudy', version: 'file:libs/cloudy' },
    ],
    [
      'an archive of the source',
      'node_modules/cloudy',
      { version: '1.0.0', resolved: 'file:libs/cloudy.tgz' },
      { kind: 'file', name: 'cloudy', version: 'file:libs/cloudy.tgz' },
    ],
    [
      'a folder in another package',
      'node_modules/a/inner',
      { version: '1.0.0' },
      { kind: 'file', name: 'inner', version: 'file:node_modules/a/inner' },
    ],
    [
      'a link without target',
      'node_modules/cloudy',
      { resolved: 'libs/cloudy', link: true },
      { kind: 'file', name: 'cloudy', version: 'file:libs/cloudy' },
    ],
    [
      'git:',
      'node_modules/fog',
      { version: '1.0.0', resolved: `git://h/fog.git#${COMMIT}` },
      { kind: 'git', name: 'fog', version: `git://h/fog.git#${COMMIT}` },
    ],
    [
      'git+http:',
      'node_modules/fog',
      { version: '1.0.0', resolved: `git+http://h/fog.git#${COMMIT}` },
      { kind: 'git' },
    ],
    [
      'git+https:',
      'node_modules/fog',
      { version: '1.0.0', resolved: GIT, integrity: 'nonsense' },
      { kind: 'git', source: GIT },
    ],
    [
      'git+ssh:',
      'node_modules/fog',
      { version: '1.0.0', resolved: `git+ssh://git@h:7999/fog.git#${COMMIT}` },
      { kind: 'git', version: `git+ssh://git@h:7999/fog.git#${COMMIT}` },
    ],
    ['an scp-like path', 'node_modules/fog', { resolved: `git+ssh://git@h:team/fog.git#${COMMIT}` }, { kind: 'git' }],
    [
      'a commit of 64 digits',
      'node_modules/fog',
      { resolved: `git+ssh://git@h/fog.git#${'a'.repeat(64)}` },
      { kind: 'git' },
    ],
    [
      'github:',
      'node_modules/fog',
      { resolved: `github:acme/fog#${COMMIT}` },
      { kind: 'git', version: `github:acme/fog#${COMMIT}` },
    ],
    ['gitlab: with a subgroup', 'node_modules/fog', { resolved: `gitlab:acme/sub/fog#${COMMIT}` }, { kind: 'git' }],
    ['bitbucket:', 'node_modules/fog', { resolved: `bitbucket:acme/fog#${COMMIT}` }, { kind: 'git' }],
    ['an alias from git', 'node_modules/mist', { name: 'fog', resolved: GIT }, { kind: 'git', name: 'fog' }],
    [
      'a tarball',
      'node_modules/sky',
      { version: '3.0.0', resolved: 'https://dl.acme.dev/sky-3.tgz', integrity: SHA512 },
      { kind: 'tarball', version: 'https://dl.acme.dev/sky-3.tgz', integrity: SHA512 },
    ],
    [
      'the strongest of several digests',
      'node_modules/real',
      { version: '3.0.1', integrity: `${SHA1} ${SHA512}` },
      { digest: { algorithm: 'sha512', hex: '07'.repeat(64) } },
    ],
    [
      'a password in a git address is not reported',
      'node_modules/fog',
      { resolved: `git+https://me:secret@h/fog.git#${COMMIT}` },
      { version: `git+https://h/fog.git#${COMMIT}`, source: `git+https://me:secret@h/fog.git#${COMMIT}` },
    ],
    [
      'a token in a tarball address is not reported',
      'node_modules/sky',
      { resolved: 'https://token@dl.acme.dev/sky-3.tgz', integrity: SHA512 },
      { version: 'https://dl.acme.dev/sky-3.tgz' },
    ],
    [
      'the ssh user stays',
      'node_modules/fog',
      { resolved: `git+ssh://me:secret@h/fog.git#${COMMIT}` },
      { version: `git+ssh://me@h/fog.git#${COMMIT}` },
    ],
  ])('is %s', (_name, key, entry, expected) => {
    expect(read(flat({ [key]: entry })).dependencies).toMatchObject([expected]);
  });

  it.each([
    [{ dev: true }, true],
    [{ devOptional: true }, false],
    [{ dev: false, optional: true }, false],
    [{ peer: true }, false],
  ])('with %j is for development: %s', (flags, dev) => {
    expect(read(flat({ 'node_modules/real': { version: '3.0.1', ...flags } })).dependencies[0].dev).toBe(dev);
  });

  it('that links to another one is not reported', () => {
    const { dependencies } = read(
      flat({ 'node_modules/cloudy': { resolved: 'libs/cloudy', link: true }, 'libs/cloudy': {} }),
    );
    expect(dependencies.map(({ version }) => version)).toEqual(['file:libs/cloudy']);
  });

  it('may link to the package itself', () => {
    expect(read(flat({ 'node_modules/dash': { resolved: '', link: true } })).dependencies).toEqual([]);
  });
});

describe('an entry of version 1', () => {
  it.each<[string, string, object, object]>([
    [
      'a registry package',
      'real',
      { version: '3.0.1', resolved: REAL },
      { kind: 'registry', name: 'real', version: '3.0.1', source: REAL },
    ],
    ['one without address', 'real', { version: '3.0.1' }, { kind: 'registry', version: '3.0.1' }],
    [
      'an alias',
      'short',
      { version: 'npm:real@3.0.1', resolved: REAL },
      { kind: 'registry', name: 'real', version: '3.0.1' },
    ],
    [
      'a scoped alias without address',
      'short',
      { version: 'npm:@acme/dial@4.6.0' },
      { kind: 'registry', name: '@acme/dial', version: '4.6.0' },
    ],
    ['bundled', 'tail', { version: '1.0.0', bundled: true }, { kind: 'bundled', version: '1.0.0' }],
    [
      'bundled as npm 6 wrote it',
      'tail',
      { version: '1.0.0', bundled: true, resolved: false, integrity: false },
      { kind: 'bundled' },
    ],
    [
      'a file',
      'cloudy',
      { version: 'file:libs/cloudy' },
      { kind: 'file', version: 'file:libs/cloudy', source: 'libs/cloudy' },
    ],
    ['git', 'fog', { version: GIT, from: GIT }, { kind: 'git', version: GIT, source: GIT }],
    [
      'a forge',
      'fog',
      { version: `github:acme/fog#${COMMIT}`, from: 'github:acme/fog' },
      { kind: 'git', version: `github:acme/fog#${COMMIT}` },
    ],
    [
      'a tarball',
      'sky',
      { version: 'https://dl.acme.dev/sky-3.tgz', integrity: SHA512 },
      { kind: 'tarball', version: 'https://dl.acme.dev/sky-3.tgz' },
    ],
    [
      'a tarball by resolved',
      'sky',
      { version: '3.0.0', resolved: 'https://dl.acme.dev/sky-3.tgz', integrity: SHA512 },
      { kind: 'tarball', version: 'https://dl.acme.dev/sky-3.tgz' },
    ],
  ])('is %s', (_name, key, entry, expected) => {
    expect(read(nested({ [key]: entry })).dependencies).toMatchObject([expected]);
  });

  it('stands before those that it holds', () => {
    const inner = { c: { version: '3.0.0', dependencies: { d: { version: '4.0.0' } } } };
    const { dependencies } = read(nested({ a: { version: '1.0.0', dependencies: inner }, b: { version: '2.0.0' } }));
    expect(dependencies.map(({ name }) => name)).toEqual(['a', 'c', 'd', 'b']);
  });
});

/** npm leaves such entries behind for packages of other platforms that it could not find when it wrote the file. */
describe('an optional package that npm did not find', () => {
  it.each<[string, string]>([
    ['version 1', nested({ fsevents: { optional: true } })],
    ['version 1, for development', nested({ fsevents: { dev: true, optional: true } })],
    ['the legacy half of version 2', flat({}, { lockfileVersion: 2, dependencies: { fsevents: { optional: true } } })],
    ['version 3', flat({ 'node_modules/fsevents': { optional: true, dev: true } })],
    ['version 3, for development or optional', flat({ 'node_modules/fsevents': { devOptional: true } })],
    ['version 3, required', flat({ '': { optionalDependencies: { fsevents: '^2' } }, 'node_modules/fsevents': { optional: true } })],
  ])('is passed over in %s', (_, text) => {
    expect(read(text)).toMatchObject({ dependencies: [], edges: [] });
  });

  it.each<[string, string, object]>([
    ['a version', flat({ 'node_modules/fsevents': { version: '2.3.3', optional: true } }), { kind: 'registry' }],
    ['an address', flat({ 'node_modules/fog': { resolved: GIT, optional: true } }), { kind: 'git' }],
    ['a package around it', flat({ 'node_modules/tail': { inBundle: true, optional: true } }), { kind: 'bundled' }],
    ['a folder', flat({ 'libs/cloudy': { optional: true } }), { kind: 'file' }],
  ])('is another thing than one with %s', (_, text, expected) => {
    expect(read(text).dependencies).toEqual([expect.objectContaining(expected)]);
  });
});

describe('the package', () => {
  const bare = (top: object, root: object = {}): string =>
    JSON.stringify({ lockfileVersion: 3, packages: { '': root }, ...top });
  it.each([
    ['at the top', bare({ name: 'a', version: '1.0.0' }, { name: 'b', version: '2.0.0' }), { name: 'c' }, 'a', '1.0.0'],
    ['in the root entry', bare({}, { name: 'b', version: '2.0.0' }), { name: 'c', version: '3.0.0' }, 'b', '2.0.0'],
    ['in package.json', bare({}), { name: 'c', version: '3.0.0' }, 'c', '3.0.0'],
    ['in several places', bare({ name: 'a' }, { version: '2.0.0' }), {}, 'a', '2.0.0'],
    [
      'in package.json of version 1',
      JSON.stringify({ lockfileVersion: 1 }),
      { name: 'c', version: '3.0.0' },
      'c',
      '3.0.0',
    ],
  ])('is named %s', (_place, text, manifest, name, version) => {
    expect(read(text, manifest)).toMatchObject({ name, version, dependencies: [], edges: [] });
  });

  it.each([
    [bare({ name: 'a' }), '"version"'],
    [bare({ version: '1.0.0' }), '"name"'],
    [bare({ name: '', version: '1.0.0' }), '"name"'],
    [bare({ name: 'a\nb', version: '1.0.0' }), '"name"'],
  ])('must have name and version: %s', (text, key) => {
    expect(() => read(text)).toThrow(ValidationError);
    expect(() => read(text)).toThrow(key);
  });
});

describe('the version of a lock file', () => {
  it.each([0, 4, '3', null, true, [1], 1.5])('%j is not supported', (lockfileVersion) => {
    const text = flat({}, { lockfileVersion });
    expect(() => read(text)).toThrow(ValidationError);
    expect(() => read(text)).toThrow(/web\/package-lock\.json has the lockfileVersion/);
  });

  it('must be there', () => expect(() => read('{"name": "a", "packages": {}}')).toThrow(/none/));
  it('3 needs "packages"', () => expect(() => read('{"lockfileVersion": 3}')).toThrow(/has no "packages"/));
});

describe('who requires whom', () => {
  const REQUIRED = [
    '. -> @acme/dial@4.6.0',
    '. -> kite@2.1.3',
    `. -> fog@git+ssh://git@git.acme.dev/team/fog.git#${COMMIT}`,
    `. -> rainbar@github:acme/rainbar#${COMMIT}`,
    '. -> real@3.0.1',
    '. -> lint-sun@5.1.0',
    '. -> sky@https://dl.acme.dev/sky-3.tgz',
    '. -> @acme/cloudy@file:libs/cloudy',
    '@acme/cloudy@file:libs/cloudy -> @acme/dial@4.6.0',
    '@acme/cloudy@file:libs/cloudy -> sky@https://dl.acme.dev/sky-3.tgz',
    `@acme/cloudy@file:libs/cloudy -> rainbar@github:acme/rainbar#${COMMIT}`,
    'kite@2.1.3 -> @acme/dial@3.0.0',
    `kite@2.1.3 -> fog@git+ssh://git@git.acme.dev/team/fog.git#${COMMIT}`,
    'kite@2.1.3 -> tail@1.0.0',
    `rainbar@github:acme/rainbar#${COMMIT} -> real@3.0.1`,
  ];

  it.each([2, 3] as const)('stands in version %s in maps, found as Node.js does', (version) => {
    expect(shownEdges(read(JSON.stringify(LOCK_FILES[version])))).toEqual(REQUIRED);
  });

  it('stands in version 1 in requires, and for the package itself in package.json', () => {
    const manifest = { dependencies: { kite: '*', absent: '*' }, devDependencies: { 'lint-sun': '*' } };
    const edges = shownEdges(read(JSON.stringify(LOCK_FILES[1]), manifest));
    expect(edges.filter((edge) => edge.startsWith('. '))).toEqual(['. -> kite@2.1.3', '. -> lint-sun@5.1.0']);
    expect(edges).toContain('kite@2.1.3 -> @acme/dial@3.0.0');
    expect(edges).toContain('@acme/cloudy@file:libs/cloudy -> @acme/dial@4.6.0');
    expect(edges).not.toContain('kite@2.1.3 -> @acme/dial@4.6.0');
  });

  it('goes from a workspace to its own folder, then to those around it', () => {
    const text = flat({
      libs: { name: 'libs', dependencies: {} },
      'libs/node_modules/b': { version: '2.0.0' },
      'libs/a': { name: 'a', dependencies: { b: '*', c: '*' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0' },
      'node_modules/unreached/node_modules/c': { version: '2.0.0' },
    });
    expect(shownEdges(read(text))).toEqual(['a@file:libs/a -> b@2.0.0', 'a@file:libs/a -> c@1.0.0']);
  });

  it('includes optional and peer requirements, but none that is not installed', () => {
    const text = flat({
      'node_modules/a': {
        version: '1.0.0',
        optionalDependencies: { b: '*', x: '*' },
        peerDependencies: { c: '*', y: '*' },
      },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', dependencies: { __proto__: '*', constructor: '*', toString: '*' } },
    });
    expect(shownEdges(read(text))).toEqual(['a@1.0.0 -> b@1.0.0', 'a@1.0.0 -> c@1.0.0']);
  });
});

describe('an address of a registry', () => {
  const OTHER = InvalidFileFormat;
  it.each([
    ['https://registry.npmjs.org/evil/-/evil-3.0.1.tgz', OTHER],
    ['https://registry.npmjs.org/@acme/real/-/real-3.0.1.tgz', OTHER],
    ['https://registry.npmjs.org/real/-/real-3.0.2.tgz', OTHER],
    ['https://registry.npmjs.org/real/-/evil-3.0.1.tgz', OTHER],
    ['https://registry.npmjs.org/real/-/../../evil/-/evil-3.0.1.tgz', OTHER],
    ['https://registry.npmjs.org/real/-/%2e%2e/%2e%2e/evil/-/evil-3.0.1.tgz', OTHER],
    ['https://registry.npmjs.org/evil%2f-%2fevil-3.0.1.tgz', OTHER],
  ])('%s must name the package of its entry', (resolved, type) => {
    const text = flat({ 'node_modules/real': { version: '3.0.1', resolved } });
    expect(() => read(text)).toThrow(type);
    expect(() => read(text)).toThrow(/real@3\.0\.1/);
  });

  it.each([
    'https://npm.acme.dev/download/real/3.0.1/0a1b',
    'https://registry.npmjs.org/real/download/real-3.0.1.tgz?cache=0',
  ])('%s says nothing', (resolved) => {
    expect(read(flat({ 'node_modules/real': { version: '3.0.1', resolved } })).dependencies).toHaveLength(1);
  });
});

describe('a source', () => {
  it.each([
    [`git+file:///tmp/x#${COMMIT}`, UnsupportedFeature],
    [`git+ftp://h/x#${COMMIT}`, UnsupportedFeature],
    [`ssh://git@h/x#${COMMIT}`, UnsupportedFeature],
    [`git@github.com:acme/fog.git#${COMMIT}`, UnsupportedFeature],
    [`gist:0a1b#${COMMIT}`, UnsupportedFeature],
    ['ftp://h/x.tgz', UnsupportedFeature],
    ['//h/x.tgz', UnsupportedFeature],
    ['libs/fog', UnsupportedFeature],
    ['', UnsupportedFeature],
    ['git+https://h/fog.git', InvalidFileFormat],
    ['git+https://h/fog.git#main', InvalidFileFormat],
    ['git+https://h/fog.git#0a1b', InvalidFileFormat],
    [`git+https://h/fog.git#${COMMIT}x`, InvalidFileFormat],
    ['github:acme/fog', InvalidFileFormat],
    [`github:fog#${COMMIT}`, InvalidFileFormat],
    [`github:acme/../fog#${COMMIT}`, InvalidFileFormat],
    [`github://acme/fog#${COMMIT}`, InvalidFileFormat],
    [`github:token@acme/fog#${COMMIT}`, InvalidFileFormat],
    ['https://dl.acme.dev/fog.tgz', InvalidFileFormat],
    ['https://', InvalidFileFormat],
    ['http://[::1/x.tgz', InvalidFileFormat],
    ['https://dl.acme.dev/f og.tgz', InvalidFileFormat],
    ['https://evil.dev\\@dl.acme.dev/fog.tgz', InvalidFileFormat],
    ['https:///dl.acme.dev/fog.tgz', InvalidFileFormat],
    [`https://dl.acme.dev/${'f'.repeat(2048)}.tgz`, InvalidFileFormat],
    [`file:${'ü'.repeat(1025)}`, InvalidFileFormat],
  ])('%j is refused, naming the dependency', (resolved, type) => {
    for (const text of [
      flat({ 'node_modules/fog': { version: '1.0.0', resolved } }),
      nested({ fog: { version: '1.0.0', resolved } }),
    ]) {
      expect(() => read(text)).toThrow(type);
      expect(() => read(text)).toThrow(/fog/);
    }
  });

  it('that is refused shows no credentials', () => {
    for (const resolved of [
      'github:me:secret@acme/fog#x',
      'https://me:secret@h/x.tgz',
      'git+https://secret@h/x.git',
      'ftp://me:secret@h/x',
      'https:///me:secret@h/x.tgz',
      'https://\\me:secret@h/x.tgz',
      'git+https:///me:secret@h/x.git#main',
    ]) {
      const text = flat({ 'node_modules/fog': { version: '1.0.0', resolved } });
      expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
    }
  });
});
