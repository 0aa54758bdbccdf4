import { describe, expect, it } from '@jest/globals';
import type { RegistryUpstream } from '../../config/index.js';
import { InvalidFileFormat, NetworkError } from '../../errors/index.js';
import { candidates, registryHosts, versionDocument } from './registry-upstreams.js';

const PUBLIC: RegistryUpstream = { url: 'https://registry.npmjs.org/', public: true, scopes: [], fallback: 'next' };
const ALL: RegistryUpstream = {
  url: 'https://npm.acme.dev/repository/all/',
  public: false,
  scopes: [],
  fallback: 'next',
};
const SCOPED: RegistryUpstream = { ...ALL, url: 'https://npm.acme.dev/scoped/', scopes: ['@acme', '@other'] };
const CLOSED: RegistryUpstream = { ...SCOPED, fallback: 'never' };

const DIGEST = { algorithm: 'sha512', hex: '0a'.repeat(64) };

function addresses(name: string, upstreams: RegistryUpstream[], source?: string, digest?: typeof DIGEST): string[] {
  return candidates({ name, version: '1.0.0', source, digest }, upstreams).map(({ address }) => address);
}

const PUBLIC_KITE = 'https://registry.npmjs.org/kite/-/kite-1.0.0.tgz';
const ALL_KITE = 'https://npm.acme.dev/repository/all/kite/-/kite-1.0.0.tgz';
const PUBLIC_DIAL = 'https://registry.npmjs.org/@acme/dial/-/dial-1.0.0.tgz';
const SCOPED_DIAL = 'https://npm.acme.dev/scoped/@acme/dial/-/dial-1.0.0.tgz';

describe('candidates', () => {
  it.each<[string, string, RegistryUpstream[], string | undefined, string[]]>([
    ['the public registry', 'kite', [PUBLIC], undefined, [PUBLIC_KITE]],
    ['a scoped name there', '@acme/dial', [PUBLIC], undefined, [PUBLIC_DIAL]],
    [
      'its own address for an address of the alias host',
      'kite',
      [PUBLIC],
      'https://registry.yarnpkg.com/kite/-/kite-1.0.0.tgz',
      [PUBLIC_KITE],
    ],
    ['its own address for one with a query', 'kite', [PUBLIC], `${PUBLIC_KITE}?x=../../..`, [PUBLIC_KITE]],
    ['all in order', 'kite', [ALL, PUBLIC], undefined, [ALL_KITE, PUBLIC_KITE]],
    [
      'a mirror first for what the lock file has from the public registry',
      'kite',
      [ALL, PUBLIC],
      PUBLIC_KITE,
      [ALL_KITE, PUBLIC_KITE],
    ],
    ['no registry of other scopes', 'kite', [SCOPED, PUBLIC], undefined, [PUBLIC_KITE]],
    ['the registry of a scope, then others', '@acme/dial', [SCOPED, PUBLIC], undefined, [SCOPED_DIAL, PUBLIC_DIAL]],
    ['the registry of a scope only', '@acme/dial', [CLOSED, PUBLIC], undefined, [SCOPED_DIAL]],
    [
      'the registry of a scope only, whatever the lock file says',
      '@acme/dial',
      [CLOSED, PUBLIC],
      PUBLIC_DIAL,
      [SCOPED_DIAL],
    ],
    [
      'others for names without that scope',
      '@acmes/dial',
      [CLOSED, PUBLIC],
      undefined,
      ['https://registry.npmjs.org/@acmes/dial/-/dial-1.0.0.tgz'],
    ],
    ['none after one that is closed', 'kite', [{ ...ALL, fallback: 'never' }, PUBLIC], undefined, [ALL_KITE]],
    [
      'the very address at a listed registry',
      'kite',
      [ALL, PUBLIC],
      'https://npm.acme.dev/repository/all/download/kite/1',
      ['https://npm.acme.dev/repository/all/download/kite/1', PUBLIC_KITE],
    ],
    ['none before the one that the lock file names', 'kite', [PUBLIC, ALL], ALL_KITE, [ALL_KITE]],
    [
      'an address at a listed host but not at the registry',
      'kite',
      [ALL, PUBLIC],
      'https://npm.acme.dev/elsewhere/kite/-/kite-1.0.0.tgz',
      [ALL_KITE, PUBLIC_KITE],
    ],
    [
      'an encoded scope',
      '@acme/dial',
      [SCOPED],
      'https://npm.acme.dev/scoped/@acme%2fdial/-/dial-1.0.0.tgz',
      ['https://npm.acme.dev/scoped/@acme%2fdial/-/dial-1.0.0.tgz'],
    ],
  ])('ask %s', (_name, name, upstreams, source, expected) => {
    expect(addresses(name, upstreams, source, DIGEST)).toEqual(expected);
  });

  it.each<[string, string, RegistryUpstream[], string | undefined, string[]]>([
    ['all in order where no address is named', 'kite', [ALL, PUBLIC], undefined, [ALL_KITE, PUBLIC_KITE]],
    ['all in order for the public address', 'kite', [ALL, PUBLIC], PUBLIC_KITE, [ALL_KITE, PUBLIC_KITE]],
    ['only the registry at the address', 'kite', [ALL, PUBLIC], ALL_KITE, [ALL_KITE]],
    [
      'only the registry at the host',
      'kite',
      [ALL, PUBLIC],
      'https://npm.acme.dev/elsewhere/kite/-/kite-1.0.0.tgz',
      [ALL_KITE],
    ],
    ['only the registry of a scope', '@acme/dial', [SCOPED, ALL, PUBLIC], SCOPED_DIAL, [SCOPED_DIAL]],
  ])('without checksum ask %s', (_name, name, upstreams, source, expected) => {
    expect(addresses(name, upstreams, source)).toEqual(expected);
  });

  it.each([
    ['with another one at its host', [SCOPED, ALL, PUBLIC]],
    ['with the public one', [CLOSED, PUBLIC]],
  ])('are none without checksum when the registry that is named is for other scopes, %s', (_name, upstreams) => {
    const source = 'https://npm.acme.dev/scoped/kite/-/kite-1.0.0.tgz';
    expect(() => addresses('kite', upstreams, source)).toThrow(/^kite@1\.0\.0 has no checksum/);
    expect(addresses('kite', upstreams, source, DIGEST)).not.toEqual([]);
  });

  it.each([
    `${ALL_KITE}?token=secret`,
    `${ALL_KITE}#x`,
    'https://npm.acme.dev/repository/all/../other/kite.tgz',
    'https://npm.acme.dev/repository/all/%2e%2e/other/kite.tgz',
    'https://npm.acme.dev/repository/all/x%2f..%2fkite.tgz',
    'https://npm.acme.dev/repository/all/a\\b.tgz',
    'https://npm.acme.dev/repository/all/a%00b.tgz',
    'https://npm.acme.dev/repository/all/é.tgz',
  ])('refuse the address %s, naming the package', (source) => {
    expect(() => addresses('kite', [ALL], source)).toThrow(InvalidFileFormat);
    expect(() => addresses('kite', [ALL], source)).toThrow(/^The address of kite@1\.0\.0 (?!.*secret)/);
  });

  it('are none when all registries are for other scopes', () => {
    expect(() => addresses('kite', [SCOPED])).toThrow(NetworkError);
    expect(() => addresses('kite', [SCOPED])).toThrow('No configured registry serves kite@1.0.0');
  });
});

it('knows the hosts of registries', () => {
  expect(registryHosts([ALL, { ...ALL, url: 'http://localhost:4873/' }, SCOPED])).toEqual([
    'registry.npmjs.org',
    'npm.acme.dev',
    'localhost:4873',
    'registry.yarnpkg.com',
  ]);
});

it('knows where a version is described', () => {
  expect(versionDocument(ALL.url, 'kite', '1.0.0')).toBe('https://npm.acme.dev/repository/all/kite/1.0.0');
  expect(versionDocument(ALL.url, '@acme/dial', '1.0.0')).toBe(
    'https://npm.acme.dev/repository/all/@acme%2fdial/1.0.0',
  );
});
