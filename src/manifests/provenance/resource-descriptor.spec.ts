import { describe, expect, it } from '@jest/globals';
import { describeCommit, describeFile, type DescribedFile } from './resource-descriptor.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const STORED = 'a'.repeat(64);
const HEX = 'b'.repeat(128);

describe('describeCommit', () => {
  it.each([
    ['https://github.com/acme/hub.git', 'git+https://github.com/acme/hub.git'],
    ['git+https://git.acme.dev/hub', 'git+https://git.acme.dev/hub'],
    ['https://ada:hunter2@git.acme.dev/hub', 'git+https://git.acme.dev/hub'],
    ['ssh://git:hunter2@git.acme.dev:22/hub', 'git+ssh://git@git.acme.dev:22/hub'],
    ['git@git.acme.dev:team/hub.git', 'git+ssh://git@git.acme.dev/team/hub.git'],
    ['git.acme.dev:/srv/hub', 'git+ssh://git.acme.dev/srv/hub'],
  ])('%s', (repo, address) => {
    expect(describeCommit(repo, COMMIT)).toEqual({ uri: `${address}@${COMMIT}`, digest: { gitCommit: COMMIT } });
  });
});

describe('describeFile', () => {
  const TARBALL = 'https://dl.acme.dev/kite.tgz?v=1';
  it.each<[string, { ecosystem?: string; name?: string; version?: string; upstream: string }, DescribedFile]>([
    [
      'npm registry',
      { name: '@acme/kite', upstream: 'https://registry.npmjs.org/@acme/kite/-/kite-2.1.3.tgz' },
      {
        resolved: {
          uri: 'pkg:npm/%40acme/kite@2.1.3',
          digest: { sha256: STORED },
          downloadLocation: 'https://registry.npmjs.org/@acme/kite/-/kite-2.1.3.tgz',
        },
      },
    ],
    [
      'Python index',
      { ecosystem: 'pip', name: 'Storm_Kit', version: '1!2.0', upstream: 'https://files.example/Storm_Kit-2.0.tar.gz' },
      {
        resolved: {
          uri: 'pkg:pypi/storm-kit@1!2.0',
          digest: { sha256: STORED },
          downloadLocation: 'https://files.example/Storm_Kit-2.0.tar.gz',
        },
      },
    ],
    [
      'Go module',
      { ecosystem: 'gomod', name: 'acme.dev/wind', version: 'v0.3.1', upstream: 'https://proxy.example/acme.dev/wind/@v/v0.3.1.zip' },
      {
        resolved: {
          uri: 'pkg:golang/acme.dev%2Fwind@v0.3.1',
          digest: { sha256: STORED },
          downloadLocation: 'https://proxy.example/acme.dev/wind/@v/v0.3.1.zip',
        },
      },
    ],
    [
      'commit of another repository, packed here',
      { version: `1.0.0-external-gitcommit-${COMMIT}`, upstream: `git+ssh://git:hunter2@git.acme.dev/kite.git#${COMMIT}` },
      {
        resolved: { name: 'kite', uri: `git+ssh://git@git.acme.dev/kite.git@${COMMIT}`, digest: { gitCommit: COMMIT } },
        packed: {
          name: 'kite',
          digest: { sha256: STORED },
          annotations: { packed_from: `git+ssh://git@git.acme.dev/kite.git@${COMMIT}` },
        },
      },
    ],
    [
      'file at an address, kept as it is',
      { ecosystem: 'pip', version: 'external-sha256-bb', upstream: `${TARBALL}#sha256-${HEX.slice(64)}` },
      { resolved: { name: 'kite', uri: TARBALL, digest: { sha256: STORED } } },
    ],
    [
      'file at an address, packed anew',
      { version: '1.0.0-external-sha512-bb', upstream: `npm+${TARBALL}#sha512-${HEX}` },
      {
        resolved: { name: 'kite', uri: TARBALL, digest: { sha512: HEX } },
        packed: { name: 'kite', digest: { sha256: STORED }, annotations: { packed_from: TARBALL } },
      },
    ],
    [
      'what nobody knows',
      { ecosystem: 'conan', version: '1', upstream: 'https://ada:hunter2@conan.example/kite' },
      { resolved: { name: 'kite', uri: 'https://conan.example/kite', digest: { sha256: STORED } } },
    ],
    [
      'a version that is none',
      { version: 'x:y', upstream: 'https://registry.example/kite' },
      { resolved: { name: 'kite', uri: 'https://registry.example/kite', digest: { sha256: STORED } } },
    ],
  ])('%s', (_, file, expected) => {
    expect(describeFile({ ecosystem: 'npm', name: 'kite', version: '2.1.3', sha256: STORED, ...file })).toEqual(expected);
  });
});
