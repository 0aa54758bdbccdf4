import { describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../../config/testing.js';
import type { SourceTree, Submodule } from '../../source/index.js';
import { PACKAGE_MANAGERS } from '../index.js';
import { emptyResolution } from '../package-manager.js';

const COMMIT = '5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c';

function refuse(): never {
  throw new Error('Nothing is read or fetched');
}

function tree(submodules: Submodule[]): SourceTree {
  return { submodules, list: refuse, contents: refuse, entry: refuse, read: refuse, open: refuse };
}

describe('git-submodule', () => {
  const CASES: [string, Submodule[], object[]][] = [
    ['none', [], []],
    [
      'an absolute address',
      [{ name: 'docs-theme', path: 'vendor/theme', url: 'https://git.example.org/team/theme.git', commit: COMMIT }],
      [{ name: 'docs-theme', version: `https://git.example.org/team/theme.git#${COMMIT}`, path: 'vendor/theme' }],
    ],
    [
      'a relative address, reported as written',
      [{ name: 'lib', path: 'lib', url: '../lib.git', commit: COMMIT }],
      [{ name: 'lib', version: `../lib.git#${COMMIT}`, path: 'lib' }],
    ],
  ];

  it.each(CASES)('reports %s', async (_name, submodules, packages) => {
    const resolution = await PACKAGE_MANAGERS.get('git-submodule')?.resolve({
      source: tree(submodules),
      commit: { id: COMMIT, time: 0 },
      refresh: false,
      repositoryName: 'team/app',
      paths: [{ path: '.' }],
      flags: new Set(),
      replacements: [],
      artifacts: { get: refuse, getAll: refuse, getMade: refuse, open: refuse, versionsOf: refuse },
      sources: { archive: refuse },
      packedSources: { pack: refuse },
      documents: { fetch: refuse },
      keptDocuments: { fetch: refuse },
      findings: { find: refuse, record: refuse },
      versionTags: refuse,
      memo: { get: refuse, put: refuse },
      settings: testConfiguration(),
      scratchDirectory: refuse,
      progress: { phase: async () => undefined, update: () => undefined },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
      signal: new AbortController().signal,
    });
    expect(resolution).toEqual({
      ...emptyResolution(),
      packages: packages.map((item) => ({ type: 'git-submodule', dependencies: [], ...item })),
    });
  });
});
