import { describe, expect, it } from '@jest/globals';
import { InvalidRepoStructure } from '../../errors/index.js';
import { treeOf } from '../__fixtures__/source-tree.js';
import { findPackageFiles, readPackageFiles } from './package-files.js';

describe('findPackageFiles', () => {
  it.each([
    [['package.json', 'package-lock.json'], '.', 'package-lock.json'],
    [['package.json', 'npm-shrinkwrap.json'], '.', 'npm-shrinkwrap.json'],
    [['package.json', 'package-lock.json', 'npm-shrinkwrap.json'], '.', 'npm-shrinkwrap.json'],
    [['web/ui/package.json', 'web/ui/package-lock.json'], 'web/ui', 'web/ui/package-lock.json'],
    [['package.json', 'package-lock.json', 'test/node_modules/x/package.json'], '.', 'package-lock.json'],
    [['package.json', 'package-lock.json', 'node_modules_old/x', 'node_modules.md'], '.', 'package-lock.json'],
    [['web/package.json', 'web/package-lock.json', 'node_modules/x'], 'web', 'web/package-lock.json'],
  ])('of %j at %s takes %s', async (paths, directory, lockFile) => {
    const tree = treeOf(Object.fromEntries(paths.map((path) => [path, '{}'])));
    expect(await findPackageFiles(tree, directory)).toMatchObject({ directory, lockFile });
  });

  it.each([
    [[], '.', 'no npm-shrinkwrap.json or package-lock.json at the root'],
    [['package.json'], '.', 'no npm-shrinkwrap.json or package-lock.json at the root'],
    [['package-lock.json'], '.', 'no package.json at the root'],
    [['package.json', 'package-lock.json'], 'web', 'at web'],
    [['package.json', 'package-lock.json', 'node_modules/x/index.js'], '.', 'node_modules/x/index.js'],
    [['package.json', 'package-lock.json', 'node_modules'], '.', 'node_modules'],
    [['web/package.json', 'web/package-lock.json', 'web/node_modules/x'], 'web', 'web/node_modules/x'],
  ])('of %j at %s says: %s', async (paths, directory, message) => {
    const tree = treeOf(Object.fromEntries(paths.map((path) => [path, '{}'])));
    await expect(findPackageFiles(tree, directory)).rejects.toThrow(InvalidRepoStructure);
    await expect(findPackageFiles(tree, directory)).rejects.toThrow(message);
  });

  it('follows links, and takes none that lead nowhere', async () => {
    const tree = treeOf({ 'package.json': '{}', 'package-lock.json': '{}' });
    const behindLinks = {
      ...tree,
      entry: async (path: string) => ({ path, type: 'symlink' as const, size: 0, linkTarget: 'x' }),
    };
    expect(await findPackageFiles(behindLinks, '.')).toMatchObject({ lockFile: 'package-lock.json' });
    await expect(findPackageFiles({ ...behindLinks, read: async () => undefined }, '.')).rejects.toThrow(
      InvalidRepoStructure,
    );
  });
});

it('reads both files, without byte order marks', async () => {
  const tree = treeOf({ 'package.json': '\ufeff{"a": 1}', 'package-lock.json': '\ufeff{}' });
  const files = await findPackageFiles(tree, '.');
  expect(await readPackageFiles(tree, files)).toEqual({ text: '{}', manifest: '{"a": 1}' });
});
