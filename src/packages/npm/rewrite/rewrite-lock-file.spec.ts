import { describe, expect, it } from '@jest/globals';
import type { Template } from '../../package-manager.js';
import { COMMIT, flat, FOG, LOCK_FILES, nested, RAIN, SHA1, SHA512, SKY } from '../__fixtures__/lock-files.js';
import type { ArchivedPackage } from './half.js';
import { rewriteLockFile, type RewrittenLockFile } from './rewrite-lock-file.js';

const fog = {
  name: 'fog',
  version: `1.4.0-external-gitcommit-${COMMIT}`,
  integrity: 'sha512-FOG',
  path: 'npm/external-fog/fog.tgz',
};
const rain = {
  name: 'rainbar',
  version: `2.0.0-external-gitcommit-${COMMIT}`,
  integrity: 'sha512-RAIN',
  path: 'npm/github/acme/rainbar/r.tgz',
};
const sky = {
  name: 'sky',
  version: '3.0.0-external-sha512-07',
  integrity: 'sha512-SKY',
  path: 'npm/external-sky/sky.tgz',
};
const registry = (name: string, version: string): [string, ArchivedPackage] => [
  `${name}@${version}`,
  { name, version, integrity: 'sha512-COMPUTED', path: `npm/${name}/${version}.tgz` },
];
const REGISTRY = new Map(
  [
    ['@acme/dial', '4.6.0'],
    ['@acme/dial', '3.0.0'],
    ['kite', '2.1.3'],
    ['lint-sun', '5.1.0'],
    ['real', '3.0.1'],
  ].map(([name, version]) => registry(name, version)),
);
const EXTERNALS = new Map<string, ArchivedPackage>([
  [FOG, fog],
  [RAIN, rain],
  [SKY, sky],
]);

function rewrite(text: string, externals = EXTERNALS): RewrittenLockFile {
  const registryHosts = ['registry.npmjs.org', 'registry.yarnpkg.com', 'npm.acme.dev'];
  return rewriteLockFile({
    text,
    file: 'package-lock.json',
    registryHosts,
    publicHost: 'registry.npmjs.org',
    externals,
    registry: REGISTRY,
    relative: '../',
  });
}

function text(template: Template | undefined): string {
  return (template ?? []).map((piece) => (typeof piece === 'string' ? piece : `<${piece.fill}>`)).join('');
}

function json(template: Template | undefined): {
  packages: Record<string, object>;
  dependencies: Record<string, object>;
} {
  return JSON.parse(text(template));
}

describe('the lock file for the registry', () => {
  it('has every external in "packages", and its version in all that require it', () => {
    const { packages } = json(rewrite(JSON.stringify(LOCK_FILES[3])).registry);
    const before = LOCK_FILES[3].packages;
    expect(packages).toEqual({
      ...before,
      '': {
        ...before[''],
        dependencies: { ...before[''].dependencies, mist: `npm:fog@${fog.version}`, rainbar: rain.version },
        devDependencies: { 'lint-sun': '5.1.0', sky: sky.version },
      },
      'libs/cloudy': {
        ...before['libs/cloudy'],
        dependencies: { '@acme/dial': '^4.0.0', sky: sky.version },
        peerDependencies: { rainbar: rain.version },
      },
      'node_modules/kite': {
        ...before['node_modules/kite'],
        dependencies: { '@acme/dial': '^3.0.0', mist: `npm:fog@${fog.version}`, tail: '1.0.0' },
      },
      'node_modules/lint-sun': { version: '5.1.0', resolved: '<registry-url>lint-sun/-/lint-sun-5.1.0.tgz', dev: true },
      'node_modules/mist': {
        name: 'fog',
        version: fog.version,
        resolved: `<registry-url>fog/-/fog-${fog.version}.tgz`,
        integrity: 'sha512-FOG',
      },
      'node_modules/rainbar': {
        version: rain.version,
        resolved: `<registry-url>rainbar/-/rainbar-${rain.version}.tgz`,
        dependencies: { short: '*' },
        integrity: 'sha512-RAIN',
      },
      'node_modules/sky': {
        version: sky.version,
        resolved: `<registry-url>sky/-/sky-${sky.version}.tgz`,
        integrity: 'sha512-SKY',
        devOptional: true,
      },
    });
  });

  it.each([1, 2] as const)('has every external in "dependencies" of version %s', (version) => {
    const { dependencies } = json(rewrite(JSON.stringify(LOCK_FILES[version])).registry);
    const before = LOCK_FILES[version].dependencies;
    expect(dependencies).toEqual({
      ...before,
      '@acme/cloudy': {
        version: 'file:libs/cloudy',
        requires: { '@acme/dial': '^4.0.0', rainbar: rain.version, sky: sky.version },
      },
      'lint-sun': { version: '5.1.0', resolved: '<registry-url>lint-sun/-/lint-sun-5.1.0.tgz', dev: true },
      kite: { ...before.kite, requires: { '@acme/dial': '^3.0.0', mist: `npm:fog@${fog.version}`, tail: '1.0.0' } },
      mist: {
        version: `npm:fog@${fog.version}`,
        resolved: `<registry-url>fog/-/fog-${fog.version}.tgz`,
        integrity: 'sha512-FOG',
      },
      rainbar: {
        version: rain.version,
        requires: { short: '*' },
        resolved: `<registry-url>rainbar/-/rainbar-${rain.version}.tgz`,
        integrity: 'sha512-RAIN',
      },
      sky: { version: sky.version, resolved: `<registry-url>sky/-/sky-${sky.version}.tgz`, integrity: 'sha512-SKY' },
    });
  });

  it.each([{}, { resolved: 'https://registry.npmjs.org/kite/-/kite-2.1.3.tgz' }])(
    'is the one of the source when all comes from the public registry: %j',
    (address) => {
      expect(rewrite(flat({ 'node_modules/kite': { version: '2.1.3', ...address } })).registry).toBeUndefined();
      expect(rewrite(nested({ kite: { version: '2.1.3', ...address } })).registry).toBeUndefined();
    },
  );

  it('has its own address for what npm would fetch from another registry', () => {
    const elsewhere = {
      'node_modules/@acme/dial': { version: '4.6.0', resolved: 'https://npm.acme.dev/@acme%2fdial/-/dial-4.6.0.tgz' },
      'node_modules/short': { name: 'real', version: '3.0.1', resolved: 'https://npm.acme.dev/download/real/0a1b' },
    };
    const { registry, manifests } = rewrite(flat(elsewhere));
    expect(json(registry).packages).toMatchObject({
      'node_modules/@acme/dial': { version: '4.6.0', resolved: '<registry-url>@acme/dial/-/dial-4.6.0.tgz' },
      'node_modules/short': { name: 'real', version: '3.0.1', resolved: '<registry-url>real/-/real-3.0.1.tgz' },
    });
    expect(manifests).toEqual([]);
  });

  it('gives an entry the name of its archive when it is called otherwise', () => {
    const renamed = flat({
      'node_modules/mist': { version: '1.0.0', resolved: FOG },
      'node_modules/@a/mist': { name: 'mist', resolved: FOG },
    });
    expect(json(rewrite(renamed).registry).packages).toMatchObject({
      'node_modules/mist': { name: 'fog', version: fog.version },
      'node_modules/@a/mist': { name: 'fog', version: fog.version },
    });
  });

  it('names a scoped archive as registries do', () => {
    const scoped = new Map([[FOG, { ...fog, name: '@acme/fog' }]]);
    const { packages } = json(rewrite(flat({ 'node_modules/@acme/fog': { resolved: FOG } }), scoped).registry);
    expect(packages).toMatchObject({
      'node_modules/@acme/fog': { resolved: `<registry-url>@acme/fog/-/fog-${fog.version}.tgz` },
    });
    expect(packages['node_modules/@acme/fog']).not.toHaveProperty('name');
  });

  it('changes only what gets the external when names are installed several times', () => {
    const both = flat({
      'node_modules/fog': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0', dependencies: { fog: '^1.0.0' } },
      'node_modules/b': { version: '1.0.0', dependencies: { fog: 'git+https://x', toString: '1' } },
      'node_modules/b/node_modules/fog': { resolved: FOG },
    });
    expect(json(rewrite(both).registry).packages).toMatchObject({
      'node_modules/fog': { version: '1.0.0' },
      'node_modules/a': { dependencies: { fog: '^1.0.0' } },
      'node_modules/b': { dependencies: { fog: fog.version, toString: '1' } },
    });
  });

  it('is written with two spaces, the keys in their order, ASCII only and no newline at the end', () => {
    const odd = flat({ 'node_modules/fog': { zebra: 'é☃😀\u007f', version: '1', resolved: FOG, license: {} } });
    expect(text(rewrite(odd).registry)).toBe(`{
  "name": "dash",
  "version": "1.0.0",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "dash",
      "version": "1.0.0"
    },
    "node_modules/fog": {
      "zebra": "\\u00e9\\u2603\\ud83d\\ude00\\u007f",
      "version": "${fog.version}",
      "resolved": "<registry-url>fog/-/fog-${fog.version}.tgz",
      "license": {},
      "integrity": "sha512-FOG"
    }
  }
}`);
  });
});

describe('the lock file for offline use', () => {
  const FLAT = {
    'node_modules/@acme/dial': ['npm/@acme/dial/4.6.0.tgz', SHA512],
    'node_modules/kite': ['npm/kite/2.1.3.tgz', SHA512],
    'node_modules/kite/node_modules/@acme/dial': ['npm/@acme/dial/3.0.0.tgz', SHA512],
    'node_modules/lint-sun': ['npm/lint-sun/5.1.0.tgz', 'sha512-COMPUTED'],
    'node_modules/mist': [fog.path, 'sha512-FOG'],
    'node_modules/rainbar': [rain.path, 'sha512-RAIN'],
    'node_modules/short': ['npm/real/3.0.1.tgz', SHA1],
    'node_modules/sky': [sky.path, 'sha512-SKY'],
  };

  it.each([2, 3] as const)('of version %s points to the bundle', (version) => {
    const { packages } = json(rewrite(JSON.stringify(LOCK_FILES[version])).offline);
    for (const [key, [path, integrity]] of Object.entries(FLAT)) {
      expect(packages[key]).toMatchObject({ resolved: `file:<bundle-directory>deps/${path}`, integrity });
    }
    for (const key of [
      '',
      'libs/cloudy',
      'node_modules/@acme/cloudy',
      'node_modules/kite/node_modules/tail',
    ] as const) {
      expect(Object.keys(packages[key])).toEqual(Object.keys(LOCK_FILES[3].packages[key]));
    }
    expect(packages['node_modules/@acme/cloudy']).toEqual({ resolved: 'libs/cloudy', link: true });
  });

  it.each([1, 2] as const)('points to the bundle in "dependencies" of version %s', (version) => {
    const { dependencies } = json(rewrite(JSON.stringify(LOCK_FILES[version])).offline);
    for (const [key, [path, integrity]] of Object.entries(FLAT).filter(
      ([each]) => !each.startsWith('node_modules/kite/'),
    )) {
      expect(dependencies[key.slice('node_modules/'.length)]).toMatchObject({
        resolved: `file:<bundle-directory>deps/${path}`,
        integrity,
      });
    }
    expect(dependencies.kite).toMatchObject({
      dependencies: {
        '@acme/dial': { resolved: 'file:<bundle-directory>deps/npm/@acme/dial/3.0.0.tgz' },
        tail: { version: '1.0.0', bundled: true, resolved: false, integrity: false },
      },
    });
    expect(dependencies['@acme/cloudy']).not.toHaveProperty('resolved');
    expect(dependencies.short).toMatchObject({ version: 'npm:real@3.0.1' });
  });

  it('leaves optional packages alone that npm did not find', () => {
    const missing = { 'node_modules/fsevents': { optional: true } };
    const { packages, dependencies } = json(
      rewrite(flat(missing, { lockfileVersion: 2, dependencies: { fsevents: { optional: true } } })).offline,
    );
    expect([packages, dependencies]).toEqual([expect.objectContaining(missing), { fsevents: { optional: true } }]);
  });

  it('is there when nothing is to fetch', () => {
    expect(json(rewrite(flat({})).offline)).toMatchObject({ lockfileVersion: 3 });
  });

  it('has the way to the bundle in its places', () => {
    const { offline } = rewrite(flat({ 'node_modules/kite': { version: '2.1.3' } }));
    expect(offline.filter((piece) => typeof piece !== 'string')).toEqual([
      { fill: 'bundle-directory', relative: '../' },
    ]);
  });
});

describe('what manifests have to say', () => {
  it.each([1, 2, 3] as const)('is found in version %s for each folder', (version) => {
    const specs = [
      ['mist', `npm:fog@${fog.version}`],
      ['rainbar', rain.version],
      ['sky', sky.version],
    ];
    const { manifests, replaced } = rewrite(JSON.stringify(LOCK_FILES[version]));
    expect(manifests).toEqual([
      { folder: '', specs },
      { folder: 'libs/cloudy', specs },
    ]);
    expect(replaced).toEqual([
      { key: 'mist', source: FOG, spec: `npm:fog@${fog.version}` },
      { key: 'rainbar', source: RAIN, spec: rain.version },
      { key: 'sky', source: SKY, spec: sky.version },
    ]);
  });

  it('is nothing without externals', () => {
    expect(rewrite(flat({ 'node_modules/kite': { version: '2.1.3' } }))).toMatchObject({ manifests: [], replaced: [] });
  });

  it('depends on what a folder sees', () => {
    const own = flat({
      'libs/a': {},
      'libs/a/node_modules/fog': { resolved: FOG },
      'libs/b': {},
      'node_modules/fog': { version: '1.0.0' },
    });
    expect(rewrite(own).manifests).toEqual([{ folder: 'libs/a', specs: [['fog', fog.version]] }]);
  });
});
