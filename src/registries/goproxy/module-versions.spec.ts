import { describe, expect, it } from '@jest/globals';
import type { LockedFile } from './goproxy-content.js';
import type { ModuleFileKind } from './goproxy-path.js';
import { latestVersion, listedVersions } from './module-versions.js';

const files = (kind: ModuleFileKind, ...versions: readonly string[]): LockedFile[] =>
  versions.map((version) => ({ version, kind, sha256: '', size: 0 }));

describe('listedVersions', () => {
  it('sorts as go does, once each, without pseudo-versions and what cannot be had', () => {
    const all = [
      ...files('zip', 'v1.10.0', 'v1.9.0', 'v1.10.0-rc.2', 'v1.10.0-rc.10', 'v2.0.0+incompatible', 'v1.9.0-20'),
      ...files('info', 'v1.10.0', 'v1.8.0', 'v0.0.0-20170915032832-14c0d48ead0c', 'main', 'v1.2'),
      ...files('mod', 'v1.10.0', 'v1.7.0'),
    ];
    expect(listedVersions(all)).toEqual([
      'v1.8.0',
      'v1.9.0-20',
      'v1.9.0',
      'v1.10.0-rc.2',
      'v1.10.0-rc.10',
      'v1.10.0',
      'v2.0.0+incompatible',
    ]);
  });
});

describe('latestVersion', () => {
  it.each<[LockedFile[], string | undefined]>([
    [files('zip', 'v1.9.0', 'v1.10.0', 'v1.11.0-rc.1'), 'v1.10.0'],
    [files('zip', 'v1.0.0-rc.1', 'v1.0.0-rc.2', 'v1.1.0-0.20191109021931-daa7c04131f5'), 'v1.0.0-rc.2'],
    [files('info', 'v0.0.0-20170915032832-14c0d48ead0c', 'v0.0.0-20190915032832-24c0d48ead0c'), 'v0.0.0-20190915032832-24c0d48ead0c'],
    [files('mod', 'v1.9.0'), undefined],
    [[], undefined],
  ])('of %j is %s', (all, latest) => {
    expect(latestVersion(all)).toBe(latest);
  });
});
