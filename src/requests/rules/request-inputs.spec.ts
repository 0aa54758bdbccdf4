import { describe, expect, it } from '@jest/globals';
import { PACKAGE_MANAGER_NAMES, type PackageManagerName } from '../../config/index.js';
import { type PackageConfigs, packagePaths, packagesProblem } from './package-paths.js';
import { checkPackageRules, defaultManagers } from './request-inputs.js';

type Pair = readonly [PackageManagerName, PackageManagerName];
const NPM_YARN: Pair = ['npm', 'yarn'];
const GOMOD_SUBMODULE: Pair = ['gomod', 'git-submodule'];

function rules(...pairs: Pair[]) {
  return {
    defaultPackageManagers: ['gomod'] as const,
    enabledPackageManagers: PACKAGE_MANAGER_NAMES,
    mutuallyExclusivePackageManagers: pairs,
  };
}

describe('checkPackageRules', () => {
  it.each<[PackageManagerName[], PackageConfigs, Pair[], RegExp | undefined]>([
    [['npm', 'yarn'], {}, [NPM_YARN], /npm and yarn.*both have: \./],
    [['npm', 'yarn'], {}, [['yarn', 'npm']], /yarn and npm/],
    [['npm', 'yarn'], {}, [], undefined],
    [['npm'], {}, [NPM_YARN], undefined],
    [['npm', 'yarn'], { npm: [{ path: 'a' }] }, [NPM_YARN], undefined],
    [['npm', 'yarn'], { npm: [{ path: 'a' }], yarn: [{ path: 'b' }] }, [NPM_YARN], undefined],
    [['npm', 'yarn'], { npm: [{ path: 'b' }, { path: 'a' }, { path: 'c' }], yarn: [{ path: 'a/' }, { path: 'x/../b' }] }, [NPM_YARN], /both have: a, b$/],
    [['npm', 'yarn'], { npm: [], yarn: [{ path: '.' }] }, [NPM_YARN], /both have: \./],
    [['npm', 'yarn'], { npm: [{ path: './' }], yarn: [{ path: 'a' }] }, [NPM_YARN], undefined],
    [['gomod', 'git-submodule'], {}, [GOMOD_SUBMODULE], undefined],
    [['gomod', 'git-submodule'], { gomod: [{ path: '.' }, { path: 'x/..' }] }, [GOMOD_SUBMODULE], undefined],
    [['gomod', 'git-submodule'], { gomod: [{ path: '.' }, { path: 'sub' }] }, [GOMOD_SUBMODULE], /separate requests/],
    [['gomod', 'git-submodule'], { gomod: [{ path: 'sub' }] }, [['git-submodule', 'gomod']], /separate requests/],
    [['gomod', 'git-submodule'], { gomod: [{ path: 'sub' }] }, [], undefined],
    [['npm'], { gomod: [{ path: 'a' }] }, [], /configures gomod/],
    [[], { npm: [] }, [], /configures npm.*none/],
  ])('%j with %j under %j: %s', (packageManagers, packages, pairs, message) => {
    const check = (): void => checkPackageRules({ packageManagers, packages, replacements: [] }, rules(...pairs));
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it.each<[PackageManagerName[], string, boolean]>([
    [['gomod'], 'gomod', true],
    [['gomod'], 'npm', true],
    [['npm'], 'npm', false],
    [['gomod', 'npm'], 'npm', false],
    [['pip'], 'pip', false],
    [['yarn'], 'yarn', false],
    [['rubygems'], 'rubygems', false],
    [['git-submodule'], 'git-submodule', true],
    [['npm'], 'anything', true],
  ])('%j with a replacement of type %s: %s', (packageManagers, type, fine) => {
    const replacements = [{ name: 'a', type, version: '1' }];
    const check = (): void => checkPackageRules({ packageManagers, packages: {}, replacements }, rules());
    if (fine) expect(check).not.toThrow();
    else expect(check).toThrow(/supported for gomod only/);
  });
});

describe('packages', () => {
  it.each<[unknown]>([
    [{}],
    [{ npm: [] }],
    [{ npm: [{ path: 'a/../b' }] }],
    [{ npm: [{ path: '.' }], gomod: [{ path: '...' }, { path: '..a' }, { path: 'a..b/c..' }] }],
    [{ pip: [{ path: 'a', requirements_files: ['r.txt'], requirements_build_files: [] }, { requirements_files: [] }] }],
  ])('accepts %j', (packages) => {
    expect(packagesProblem(packages)).toBeUndefined();
  });

  it.each<[PackageConfigs, string[]]>([
    [{}, ['.']],
    [{ npm: [] }, ['.']],
    [{ npm: [{ path: './' }, { path: 'a/' }, { path: 'a/../b/./c' }] }, ['.', 'a', 'b/c']],
    [{ pip: [{ path: 'x' }] }, ['.']],
  ])('%j: npm works on %j', (packages, paths) => {
    expect(packagePaths(packages, 'npm')).toEqual(paths);
  });
});

it('default managers are those that are available', () => {
  expect(defaultManagers(rules())).toEqual([]);
  expect(defaultManagers({ ...rules(), defaultPackageManagers: ['gomod', 'git-submodule'] })).toEqual(['git-submodule']);
  expect(
    defaultManagers({ ...rules(), defaultPackageManagers: ['git-submodule'], enabledPackageManagers: ['gomod'] }),
  ).toEqual([]);
});
