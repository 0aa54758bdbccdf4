import { describe, expect, it } from '@jest/globals';
import type { TreeEntry } from '../../../archive/index.js';
import { sourceFiles } from './project-files.js';

/** Texts, and links as `-> target`. */
const FILES: Record<string, string> = {
  VERSION: 'root',
  'pkg/setup.py': 'own',
  'pkg/sub/deep/x': 'deep',
  'pkg/in': '-> sub/deep/x',
  'pkg/dir': '-> sub/../sub/deep',
  'pkg/round': '-> ../pkg/setup.py',
  'pkg/out': '-> ../VERSION',
  'pkg/outdir': '-> ..',
  'pkg/absolute': '-> /etc/passwd',
  'pkg/far': '-> ../../x',
  'pkg/chain': '-> chain2',
  'pkg/chain2': '-> out',
  'pkg/loop': '-> loop',
  'pkg/dangling': '-> nothing/at/all',
  'pkg2/setup.py': 'neighbour',
  alias: '-> pkg',
  escape: '-> ../..',
};

const tree = {
  entry: async (path: string): Promise<TreeEntry | undefined> => {
    const text = Object.hasOwn(FILES, path) ? FILES[path] : undefined;
    if (text === undefined) return path === 'pkg/large' ? { path, type: 'file', size: 2 ** 20 + 1 } : undefined;
    if (text.startsWith('-> ')) return { path, type: 'symlink', size: 0, linkTarget: text.slice(3) };
    return { path, type: 'file', size: text.length };
  },
  read: async (path: string) => Buffer.from(FILES[path]),
};

describe('sourceFiles', () => {
  it.each<[string, string, string | undefined]>([
    ['pkg', 'setup.py', 'own'],
    ['./pkg/', './sub//deep/../deep/x', 'deep'],
    ['pkg', 'in', 'deep'],
    ['pkg', 'dir/x', 'deep'],
    ['pkg', 'dir/../../setup.py', 'own'],
    ['pkg', 'round', 'own'],
    ['pkg', '../pkg/setup.py', 'own'],
    ['alias', 'setup.py', 'own'],
    ['alias', '../pkg/setup.py', 'own'],
    ['.', 'pkg/out', 'root'],
    ['', 'VERSION', 'root'],
    ['pkg', 'nothing', undefined],
    ['pkg', 'sub', undefined],
    ['pkg', '', undefined],
    ['pkg', '.', undefined],
    ['pkg', 'dangling', undefined],
    ['nowhere', 'setup.py', undefined],
  ])('reads in %s: %s', async (directory, path, text) => {
    expect((await sourceFiles(tree, directory).read(path))?.toString()).toBe(text);
  });

  it.each<[string, string]>([
    ['pkg', '../VERSION'],
    ['pkg', '..'],
    ['pkg', '../pkg2/setup.py'],
    ['pkg', 'sub/../../VERSION'],
    ['pkg', '/pkg/setup.py'],
    ['pkg', '/etc/passwd'],
    ['pkg', 'a\0b'],
    ['pkg', 'out'],
    ['pkg', 'outdir/VERSION'],
    ['pkg', 'absolute'],
    ['pkg', 'far'],
    ['pkg', 'chain'],
    ['pkg', 'loop'],
    ['pkg', 'a/'.repeat(1000)],
    ['pkg', '../../../x'],
    ['.', '../x'],
    ['alias', '../VERSION'],
    ['escape', 'setup.py'],
  ])('refuses in %s: %j', async (directory, path) => {
    await expect(sourceFiles(tree, directory).read(path)).rejects.toMatchObject({ errorType: 'ValidationError' });
  });

  it('does not read large files', async () => {
    await expect(sourceFiles(tree, 'pkg').read('large')).rejects.toMatchObject({
      errorType: 'InvalidFileFormat',
      message: '"large" is larger than 1048576 bytes.',
    });
  });
});
