import { COMMIT, flat, nested, SHA1, SHA512 } from './lock-files.js';

const REGISTRY = 'https://registry.npmjs.org';

const entry = (key: string, value: unknown): string => flat({ [key]: value });
export const kite = (value: object): string => entry('node_modules/kite', { version: '1.0.0', ...value });
const deepTree = (depth: number): string => {
  const open = '{"version":"1.0.0","dependencies":{"kite":'.repeat(depth);
  const tree = `${open}{"version":"1.0.0"}${'}}'.repeat(depth)}`;
  return `{"name":"dash","version":"1.0.0","lockfileVersion":1,"dependencies":{"kite":${tree}}}`;
};
/** Keys that an object literal would take for something else. */
const withKey = (key: string, value: unknown): string => flat({ PLACE: value }).replace('"PLACE"', JSON.stringify(key));
const withNestedKey = (key: string, value: unknown): string =>
  nested({ PLACE: value }).replace('"PLACE"', JSON.stringify(key));
const many = (count: number): string => {
  const entries = Array.from({ length: count }, (_, at) => `"node_modules/k${at}":{"version":"1.0.0"}`);
  return `{"name":"dash","version":"1.0.0","lockfileVersion":3,"packages":{${entries.join(',')}}}`;
};

/** What it is, the lock file, and what the message has to name. */
export const HOSTILE: [string, string, string | RegExp][] = [
  // What is no lock file at all.
  ['nothing', '', 'package-lock.json is not valid JSON'],
  ['no JSON', 'lockfileVersion: 3', 'package-lock.json is not valid JSON'],
  ['YAML in disguise', '{name: dash}', 'package-lock.json is not valid JSON'],
  ['an array', '[]', 'package-lock.json must hold a JSON object'],
  ['null', 'null', 'package-lock.json must hold a JSON object'],
  ['a number that overflows', '1e999', 'package-lock.json must hold a JSON object'],
  ['cut in the middle', flat({}).slice(0, -3), 'package-lock.json is not valid JSON'],
  ['a NUL byte', `${flat({})}\0`, 'package-lock.json is not valid JSON'],
  ['deep arrays', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'package-lock.json is nested more than'],
  ['deep objects', `${'{"x":'.repeat(5000)}1${'}'.repeat(5000)}`, 'package-lock.json is nested more than'],
  ['deep arrays that never end', '['.repeat(1_000_000), 'package-lock.json is nested more than'],
  ['a deep tree', deepTree(150), /kite > kite.*levels deep/],
  ['a very deep tree', deepTree(3000), 'package-lock.json is nested more than'],
  ['too many packages', many(100_001), 'package-lock.json names more than 100000 packages'],
  ['a version of lock files nobody knows', flat({}, { lockfileVersion: 1e308 }), 'lockfileVersion'],
  ['a version that is a text', flat({}, { lockfileVersion: '3' }), 'lockfileVersion'],
  // Names and places.
  ...(
    [
      '../../etc/passwd/node_modules/..',
      'node_modules/../../x',
      'node_modules/..',
      'node_modules/.',
      '/etc/passwd',
      'node_modules//kite',
      'node_modules/@acme/../../x',
      'node_modules\\kite',
      'node_modules/a\\..\\b',
      'node_modules/a\0b',
      'node_modules/a\nb',
      'node_modules/a b',
      'node_modules/%2e%2e%2fx',
      'node_modules/a%00',
      'node_modules/café',
      'node_modules/\ud800',
      'node_modules/.hidden',
      'node_modules/_x',
      'node_modules/@acme',
      'node_modules/@/x',
      'node_modules/node_modules',
      'node_modules/__proto__',
      'C:/x',
      'libs/./x',
      'libs/../../x',
      'libs/',
      `node_modules/${'x'.repeat(300)}`,
      `${'node_modules/a/'.repeat(200)}node_modules/b`,
      `x${'/x'.repeat(3000)}`,
    ] as const
  ).map((key): [string, string, RegExp] => [
    `the place ${JSON.stringify(key).slice(0, 50)}`,
    entry(key, { version: '1.0.0' }),
    /"(?:packages|node_modules)/,
  ]),
  ...['../x', '.', '..', 'a/b', 'a\\b', 'a\0', '@acme', '', 'x'.repeat(300), '_x', 'a b'].map(
    (name): [string, string, RegExp] => [
      `the name ${JSON.stringify(name).slice(0, 50)}`,
      entry('node_modules/kite', { name, version: '1.0.0' }),
      /is not a package name.*node_modules\/kite/,
    ],
  ),
  ...['../x', '..', 'a/b', '', '@acme/../x', '__proto__', 'a\u202eb'].map((name): [string, string, RegExp] => [
    `the name ${JSON.stringify(name)} in version 1`,
    withNestedKey(name, { version: '1.0.0' }),
    /is not a package name/,
  ]),
  ['an alias that climbs', nested({ kite: { version: 'npm:../../evil@1.0.0' } }), /evil.* is not a package name.*kite/],
  ['an alias without name', nested({ kite: { version: 'npm:@1.0.0' } }), /kite/],
  ['a proto key as an entry', withKey('__proto__', { version: '1.0.0' }), /__proto__/],
  ['a constructor that is no object', withKey('constructor', 'x'), /constructor.* must be an object/],
  // Versions.
  ...[
    '../../x',
    '1.0.0/../x',
    '1.0.0\n',
    'latest',
    '^1.0.0',
    '',
    '1.0.0 || 2',
    'v1.0.0',
    '99999999999999999999.0.0',
    `1.0.0-${'a'.repeat(1000)}`,
    '1.0.0+%2f',
  ].map((version): [string, string, RegExp] => [
    `the version ${JSON.stringify(version).slice(0, 50)}`,
    entry('node_modules/kite', { version }),
    /node_modules\/kite/,
  ]),
  ['no version at all', entry('node_modules/kite', {}), /node_modules\/kite.*neither/],
  ['no version in version 1', nested({ kite: {} }), /kite.*has no "version"/],
  ['a bundled version that climbs', kite({ version: '../x', inBundle: true }), /node_modules\/kite/],
  // Wrong types everywhere.
  ...Object.entries({
    version: 7,
    name: ['kite'],
    resolved: { x: 1 },
    integrity: [],
    dev: 'yes',
    inBundle: 1,
    bundled: null,
    link: 'true',
    dependencies: [],
    peerDependencies: 'x',
    optionalDependencies: 7,
  }).map(([key, value]): [string, string, RegExp] => [
    `the type of ${key}`,
    kite({ [key]: value }),
    new RegExp(`"${key}" of .*node_modules/kite.* must be`),
  ]),
  [
    'a requirement that is a number',
    kite({ dependencies: { tail: 7 } }),
    /"tail" in "dependencies" of .*node_modules\/kite/,
  ],
  ['requires of a wrong type', nested({ kite: { version: '1.0.0', requires: ['x'] } }), /"requires" of .*kite/],
  [
    'a requirement of a wrong type',
    nested({ kite: { version: '1.0.0', requires: { x: null } } }),
    /"x" in "requires" of .*kite/,
  ],
  [
    'nested dependencies of a wrong type',
    nested({ kite: { version: '1.0.0', dependencies: 7 } }),
    /"dependencies" of .*kite/,
  ],
  ['an entry that is a text', entry('node_modules/kite', 'x'), /node_modules\/kite.* must be an object/],
  ['an entry that is null', entry('node_modules/kite', null), /node_modules\/kite.* must be an object/],
  ['an entry that is a text in version 1', nested({ kite: 'x' }), /kite.* must be an object/],
  ['a root entry that is an array', flat({ '': [] }), /packages\[""\].* must be an object/],
  ['packages that are an array', flat({}, { packages: [] }), '"packages" of the top level of package-lock.json'],
  [
    'dependencies that are an array',
    nested({}, { dependencies: [] }),
    '"dependencies" of the top level of package-lock.json',
  ],
  ['a name that is an object', flat({}, { name: {} }), '"name" of the top level of package-lock.json'],
  ['workspaces that are a number', flat({ '': { workspaces: 7 } }), '"workspaces" of packages[""]'],
  ['a broken legacy half', flat({}, { lockfileVersion: 2, dependencies: { kite: 7 } }), /kite.* must be an object/],
  ['a link to nowhere', entry('node_modules/kite', { link: true }), /node_modules\/kite.*without "resolved"/],
  ['a link that is absolute', entry('node_modules/kite', { link: true, resolved: '/etc' }), /\/etc/],
  ['a link that climbs', entry('node_modules/kite', { link: true, resolved: 'libs/../../x' }), /libs\/\.\.\/\.\.\/x/],
  ['a link out of the repository', entry('node_modules/kite', { link: true, resolved: '../x' }), /kite@file:\.\.\/x/],
  // Sources and hosts.
  [
    'another package at the registry',
    kite({ resolved: `${REGISTRY}/evil/-/evil-1.0.0.tgz` }),
    /kite@1\.0\.0 names the package "evil"/,
  ],
  [
    'another version at the registry',
    kite({ resolved: `${REGISTRY}/kite/-/kite-6.6.6.tgz` }),
    /kite@1\.0\.0 names the file/,
  ],
  ['another scope', kite({ resolved: `${REGISTRY}/@evil/kite/-/kite-1.0.0.tgz` }), /"@evil\/kite"/],
  ['dots in an address', kite({ resolved: `${REGISTRY}/kite/-/../../evil/-/evil-1.0.0.tgz` }), /"evil"/],
  [
    'a swapped host without integrity',
    kite({ resolved: 'https://evil.example/kite/-/kite-1.0.0.tgz' }),
    /kite@https:\/\/evil\.example/,
  ],
  [
    'a host that only looks like it',
    kite({ resolved: 'https://registry.npmjs.org.evil.example/kite/-/kite-1.0.0.tgz' }),
    /evil\.example/,
  ],
  [
    'a user that looks like the host',
    kite({ resolved: 'https://registry.npmjs.org@evil.example/kite/-/kite-1.0.0.tgz' }),
    /kite@https:\/\/evil\.example/,
  ],
  ['a metadata service', kite({ resolved: 'http://169.254.169.254/latest' }), /kite@http:\/\/169\.254\.169\.254/],
  ['file: to the system', kite({ resolved: 'file:///etc/passwd' }), /kite@file:\/\/\/etc\/passwd/],
  ['file: that climbs', kite({ resolved: 'file:../../../etc/passwd' }), /kite@file:/],
  ['file: that climbs encoded', kite({ resolved: 'file:%2e%2e/%2e%2e/etc/passwd' }), /kite@file:/],
  ['file: with a back-slash', kite({ resolved: 'file:a\\..\\..\\b' }), /kite/],
  ['git+file:', kite({ resolved: `git+file:///etc#${COMMIT}` }), /kite@git\+file/],
  ['git+ext:', kite({ resolved: `git+ext::sh -c id#${COMMIT}` }), /kite@git\+ext/],
  ['an option for git', kite({ resolved: `--upload-pack=id#${COMMIT}` }), /kite@--upload-pack/],
  ['an option as commit', kite({ resolved: 'git+https://h/x.git#--upload-pack=id' }), /kite@git\+https/],
  ['a newline in a git address', kite({ resolved: `git+https://h/x\n.git#${COMMIT}` }), /kite/],
  ['an address of two megabytes', kite({ resolved: `https://h/${'x'.repeat(2_000_000)}`, integrity: SHA512 }), /kite/],
  ['a git address of two megabytes', kite({ resolved: `git+https://h/${'x'.repeat(2_000_000)}#${COMMIT}` }), /kite/],
  ['javascript:', kite({ resolved: 'javascript:alert(1)' }), /kite@javascript/],
  ['an address that is none', kite({ resolved: 'https://[::1' }), /kite/],
  ['a forge path that climbs', kite({ resolved: `github:../../x#${COMMIT}` }), /kite@github/],
  ['a forge with a port', kite({ resolved: `github:acme:8080//x#${COMMIT}` }), /kite@github/],
  // Integrity.
  ['empty integrity', kite({ integrity: '' }), /integrity of kite@1\.0\.0 is malformed/],
  ['hexadecimal integrity', kite({ integrity: `sha1-${'0a'.repeat(20)}` }), /integrity of kite@1\.0\.0 is malformed/],
  ['integrity that is too short', kite({ integrity: 'sha512-AAAA' }), /integrity of kite@1\.0\.0 is malformed/],
  [
    'a megabyte of integrity',
    kite({ integrity: `${SHA512} `.repeat(10_000) }),
    /integrity of kite@1\.0\.0 is malformed/,
  ],
  ['unknown integrity', kite({ integrity: 'rot13-AAAA' }), /integrity of kite@1\.0\.0 uses an algorithm/],
  [
    'two digests of one algorithm',
    kite({ integrity: `${SHA512} sha512-${Buffer.alloc(64).toString('base64')}` }),
    /integrity of kite@1\.0\.0 holds several/,
  ],
  [
    'one package with two digests',
    flat({
      'node_modules/kite': { version: '1.0.0', integrity: SHA512 },
      'node_modules/a/node_modules/kite': {
        version: '1.0.0',
        integrity: `sha512-${Buffer.alloc(64).toString('base64')}`,
      },
    }),
    /kite@1\.0\.0 stands in the lock files with two different sha512/,
  ],
  [
    'a tarball with two digests',
    flat({
      'node_modules/a': { resolved: 'https://h/x.tgz', integrity: SHA512 },
      'node_modules/b': { resolved: 'https://h/x.tgz', integrity: SHA1 },
    }),
    /"b" stands in the lock files twice/,
  ],
];
