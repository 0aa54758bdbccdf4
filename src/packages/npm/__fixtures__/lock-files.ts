/** One application in the three forms that npm writes, with every class of dependency. */

export const COMMIT = '5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c';
export const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
export const SHA1 = `sha1-${Buffer.alloc(20, 7).toString('base64')}`;
const REGISTRY = 'https://registry.npmjs.org';

export const FOG = `git+ssh://git@git.acme.dev/team/fog.git#${COMMIT}`;
export const RAIN = `github:acme/rainbar#${COMMIT}`;
export const SKY = 'https://dl.acme.dev/sky-3.tgz';

const MANIFEST = {
  name: 'dash',
  version: '1.0.0',
  workspaces: ['libs/*'],
  dependencies: {
    '@acme/dial': '^4.6.0',
    kite: '^2.0.0',
    mist: 'git+ssh://git@git.acme.dev/team/fog.git',
    rainbar: 'github:acme/rainbar',
    short: 'npm:real@^3.0.0',
  },
  devDependencies: { 'lint-sun': '5.1.0', sky: SKY },
  overrides: { rainbar: 'github:acme/rainbar', kite: { mist: 'git+ssh://git@git.acme.dev/team/fog.git' } },
};

const CLOUDY = {
  name: '@acme/cloudy',
  version: '0.1.0',
  dependencies: { '@acme/dial': '^4.0.0', sky: SKY },
  peerDependencies: { rainbar: 'github:acme/rainbar' },
};

const PACKAGES = {
  '': {
    name: 'dash',
    version: '1.0.0',
    workspaces: ['libs/*'],
    dependencies: MANIFEST.dependencies,
    devDependencies: MANIFEST.devDependencies,
  },
  'libs/cloudy': {
    name: '@acme/cloudy',
    version: '0.1.0',
    dependencies: CLOUDY.dependencies,
    peerDependencies: CLOUDY.peerDependencies,
  },
  'node_modules/@acme/cloudy': { resolved: 'libs/cloudy', link: true },
  'node_modules/@acme/dial': {
    version: '4.6.0',
    resolved: `${REGISTRY}/@acme/dial/-/dial-4.6.0.tgz`,
    integrity: SHA512,
    peerDependencies: { absent: '*' },
    peerDependenciesMeta: { absent: { optional: true } },
  },
  'node_modules/kite': {
    version: '2.1.3',
    resolved: `${REGISTRY}/kite/-/kite-2.1.3.tgz`,
    integrity: SHA512,
    dependencies: { '@acme/dial': '^3.0.0', mist: '*', tail: '1.0.0' },
    bundleDependencies: ['tail'],
  },
  'node_modules/kite/node_modules/@acme/dial': { version: '3.0.0', integrity: SHA512 },
  'node_modules/kite/node_modules/tail': { version: '1.0.0', inBundle: true },
  'node_modules/lint-sun': {
    version: '5.1.0',
    resolved: 'https://registry.yarnpkg.com/lint-sun/-/lint-sun-5.1.0.tgz',
    dev: true,
  },
  'node_modules/mist': { name: 'fog', version: '1.4.0', resolved: FOG, integrity: SHA512 },
  'node_modules/rainbar': { version: '2.0.0', resolved: RAIN, dependencies: { short: '*' } },
  'node_modules/short': {
    name: 'real',
    version: '3.0.1',
    resolved: `${REGISTRY}/real/-/real-3.0.1.tgz`,
    integrity: SHA1,
  },
  'node_modules/sky': { version: '3.0.0', resolved: SKY, integrity: SHA512, devOptional: true },
};

const TREE = {
  '@acme/cloudy': {
    version: 'file:libs/cloudy',
    requires: { '@acme/dial': '^4.0.0', rainbar: 'github:acme/rainbar', sky: SKY },
  },
  '@acme/dial': {
    version: '4.6.0',
    resolved: `${REGISTRY}/@acme/dial/-/dial-4.6.0.tgz`,
    integrity: SHA512,
    requires: {},
  },
  kite: {
    version: '2.1.3',
    resolved: `${REGISTRY}/kite/-/kite-2.1.3.tgz`,
    integrity: SHA512,
    requires: { '@acme/dial': '^3.0.0', mist: '*', tail: '1.0.0' },
    dependencies: {
      '@acme/dial': { version: '3.0.0', integrity: SHA512 },
      tail: { version: '1.0.0', bundled: true, resolved: false, integrity: false },
    },
  },
  'lint-sun': {
    version: '5.1.0',
    resolved: 'https://registry.yarnpkg.com/lint-sun/-/lint-sun-5.1.0.tgz',
    dev: true,
  },
  mist: { version: FOG, from: 'mist@git+ssh://git@git.acme.dev/team/fog.git', integrity: SHA512 },
  rainbar: { version: RAIN, from: 'rainbar@github:acme/rainbar', requires: { short: '*' } },
  short: { version: 'npm:real@3.0.1', resolved: `${REGISTRY}/real/-/real-3.0.1.tgz`, integrity: SHA1 },
  sky: { version: SKY, integrity: SHA512 },
};

const TOP = { name: 'dash', version: '1.0.0' };

export const LOCK_FILES = {
  1: { ...TOP, lockfileVersion: 1, requires: true, dependencies: TREE },
  2: { ...TOP, lockfileVersion: 2, requires: true, packages: PACKAGES, dependencies: TREE },
  3: { ...TOP, lockfileVersion: 3, requires: true, packages: PACKAGES },
} as const;

/** The files of that application, as version 1, 2 or 3. */
export function application(version: 1 | 2 | 3): Record<string, string> {
  return {
    'package.json': JSON.stringify(MANIFEST, undefined, 2),
    'package-lock.json': JSON.stringify(LOCK_FILES[version], undefined, 2),
    'libs/cloudy/package.json': JSON.stringify(CLOUDY, undefined, 2),
  };
}

/** A lock file of version 3 with these entries besides the root. */
export function flat(packages: Record<string, unknown>, top: object = {}): string {
  return JSON.stringify({ ...TOP, lockfileVersion: 3, packages: { '': TOP, ...packages }, ...top });
}

/** A lock file of version 1 with these entries. */
export function nested(dependencies: Record<string, unknown>, top: object = {}): string {
  return JSON.stringify({ ...TOP, lockfileVersion: 1, dependencies, ...top });
}
