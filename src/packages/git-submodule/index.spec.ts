import { describe, expect, it } from '@jest/globals';
import type { SourceTree, Submodule } from '../../source/index.js';
import { PACKAGE_MANAGERS } from '../index.js';
import { emptyResolution } from '../package-manager.js';

const COMMIT = '5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c5f0c';

function tree(submodules: Submodule[]): SourceTree {
  const refuse = (): never => {
    throw new Error('No file is read');
  };
  return { submodules, list: refuse, entry: refuse, read: refuse, open: refuse };
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
      paths: [{ path: '.' }],
      flags: new Set(),
      replacements: [],
      artifacts: { get: () => Promise.reject(new Error('Nothing is fetched')) },
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
