import { expect, it } from '@jest/globals';
import type { Artifact } from '../../dependencies/index.js';
import { type ArchivedFile, bundleCache } from './bundle-cache.js';

function archived(kind: 'info' | 'mod' | 'zip', path: string, version: string): ArchivedFile {
  const artifact = { id: 1, digests: kind === 'info' ? {} : { h1: '00'.repeat(32) } } as unknown as Artifact;
  return { file: { kind, path, version }, artifact };
}

it('the cache has the files of modules, their hashes and the versions, under escaped names', () => {
  const { artifacts, generated } = bundleCache([
    archived('zip', 'github.com/BurntSushi/toml', 'v1.0.0-RC1'),
    archived('mod', 'github.com/BurntSushi/toml', 'v1.10.0'),
    archived('mod', 'github.com/BurntSushi/toml', 'v1.0.0-RC1'),
    archived('mod', 'github.com/BurntSushi/toml', 'v1.9.0'),
    archived('info', 'github.com/BurntSushi/toml', 'v1.0.0-RC1'),
  ]);
  const base = 'gomod/pkg/mod/cache/download/github.com/!burnt!sushi/toml/@v/';
  expect(artifacts.map(({ path }) => path.replace(base, ''))).toEqual([
    'v1.0.0-!r!c1.zip',
    'v1.10.0.mod',
    'v1.0.0-!r!c1.mod',
    'v1.9.0.mod',
    'v1.0.0-!r!c1.info',
  ]);
  expect(generated.map(({ path, content }) => [path.replace(base, ''), content.toString()])).toEqual([
    ['v1.0.0-!r!c1.ziphash', `h1:${'A'.repeat(43)}=`],
    ['list', 'v1.0.0-RC1\nv1.9.0\nv1.10.0\n'],
  ]);
});
