import { describe, expect, it } from '@jest/globals';
import { treeOf } from '../../__fixtures__/source-tree.js';
import { sourceFiles } from './project-files.js';
import { readBuildNeeds } from './read-build-needs.js';

describe('readBuildNeeds', () => {
  const many = Array.from({ length: 1100 }, (_, at) => `"p${at}"`).join(', ');
  it.each<[string, Record<string, string>, string | null, string[]]>([
    ['nothing at all', {}, null, ['setuptools']],
    ['no [build-system]', { 'pyproject.toml': '[project]\nname = "a"' }, null, ['setuptools']],
    ['a [build-system]', { 'pyproject.toml': '[build-system]\nrequires = [" hatchling>=1 ", "b; python_version<\'3\'"]\nbuild-backend = "hatchling.build"' }, 'hatchling.build', ['hatchling>=1', "b; python_version<'3'"]],
    ['requires without a backend', { 'pyproject.toml': '[build-system]\nrequires = ["setuptools>=61", "wheel"]' }, null, ['setuptools>=61', 'wheel']],
    ['an empty [build-system]', { 'pyproject.toml': '[build-system]' }, null, []],
    ['other types', { 'pyproject.toml': '[build-system]\nrequires = ["a", 1, ["b"]]\nbuild-backend = 2' }, null, ['a']],
    ['setup_requires of setup.py', { 'setup.py': "setup(setup_requires=['cffi>=1', 'a'])" }, null, ['setuptools', 'cffi>=1', 'a']],
    ['a text in it', { 'setup.py': "setup(setup_requires='''\n a>1\n # b\n\n c''')" }, null, ['setuptools', 'a>1', 'c']],
    ['a variable in it', { 'setup.py': "needs = ['a']\nsetup(setup_requires=needs)" }, null, ['setuptools', 'a']],
    ['unusual letters of it', { 'setup.py': "setup(ｓetup_requires=['a'])" }, null, ['setuptools', 'a']],
    ['setup_requires of setup.cfg', { 'setup.cfg': '[options]\nsetup_requires = a; b>1 ;' }, null, ['setuptools', 'a', 'b>1']],
    ['lines in it', { 'setup.cfg': "[options]\nsetup_requires =\n  a; python_version<'3'\n  # b\n  c" }, null, ['setuptools', "a; python_version<'3'", 'c']],
    ['all of them, each once', { 'pyproject.toml': '[build-system]\nrequires = ["a", "b"]', 'setup.py': "setup(setup_requires=['b', 'c'])", 'setup.cfg': '[options]\nsetup_requires = c; d; a' }, null, ['a', 'b', 'c', 'd']],
    ['files that are not well formed', { 'pyproject.toml': '[', 'setup.py': '(', 'setup.cfg': '=' }, null, []],
    ['one that is', { 'pyproject.toml': '[', 'setup.cfg': '[options]\nsetup_requires = a' }, null, ['a']],
    ['what is no requirement', { 'pyproject.toml': '[build-system]\nrequires = ["", "-r x", "--index-url=y", "./z", "a\\nb", "ok"]' }, null, ['ok']],
    ['a long one', { 'pyproject.toml': `[build-system]\nrequires = ["${'a'.repeat(1001)}", "b"]` }, null, ['b']],
    ['too many', { 'pyproject.toml': `[build-system]\nrequires = [${many}]` }, null, Array.from({ length: 200 }, (_, at) => `p${at}`)],
  ])('of %s', async (_, files, backend, requires) => {
    expect(await readBuildNeeds(sourceFiles(treeOf(files), '.'))).toEqual({ backend, requires });
  });

  it('takes files that lead out of the package for unreadable ones', async () => {
    const files = { entry: async (path: string) => ({ path, type: 'symlink' as const, size: 0, linkTarget: '/etc/x' }), read: async () => undefined };
    expect(await readBuildNeeds(sourceFiles(files, ''))).toEqual({ backend: null, requires: [] });
  });
});
