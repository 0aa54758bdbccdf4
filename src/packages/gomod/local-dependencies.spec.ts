import { describe, expect, it } from '@jest/globals';
import type { ModuleFindings } from './findings.js';
import { checkLocalDependencies } from './local-dependencies.js';

function module(name: string, dependencies: [string, string][], imports: [string, string][] = []): ModuleFindings {
  return {
    name,
    version: 'v1.0.0',
    directory: '.',
    dependencies: dependencies.map(([path, version]) => ({ name: path, version })),
    imports: imports.map(([path, version]) => ({ name: path, version })),
    packages: [{ name: `${name}/cmd`, path: 'cmd', imports: Uint32Array.from(imports.keys()) }],
    graph: undefined,
  };
}

describe('local dependencies', () => {
  const FINE: [string, ModuleFindings[]][] = [
    ['none', [module('a/b', [['x/y', 'v1.0.0']])]],
    ['below the module', [module('a/b', [['x/y', './third/y']])]],
    ['beside it, by path', [module('a/b', [['x/y', '../lib']]), module('a/lib', [])]],
    ['beside it, by name', [module('a/b', [['x/y', '../somewhere']]), module('x/y', [])]],
    ['beside it, below a module', [module('a/b', [['x/y', '../lib/deep']]), module('a/lib', [])]],
    ['beside it, of a package', [module('a/b', [], [['x/y/z', '../lib/z']]), module('a/lib', [])]],
    ['dots in a name', [module('a/b', [['x/y', './a..b']])]],
  ];
  it.each(FINE)('%s', async (_name, modules) => {
    await expect(checkLocalDependencies(modules)).resolves.toBeUndefined();
  });

  const REFUSED: [string, ModuleFindings[], string, RegExp][] = [
    ['nobody has it', [module('a/b', [['x/y', '../lib']])], 'InvalidRequestData', /Add the directory/],
    ['a package of it', [module('a/b', [], [['x/y/z', '../lib/z']])], 'InvalidRequestData', /x\/y\/z at \.\.\/lib\/z/],
    ['a name that only begins like it', [module('a/b', [['x/yy', '../lib']]), module('x/y', []), module('a/li', [])], 'InvalidRequestData', /a\/b/],
    ['dots inside', [module('a/b', [['x/y', './c/../../lib']])], 'InvalidRequestData', /a\/b/],
    ['absolute', [module('a/b', [['x/y', '/srv/lib']])], 'UnsupportedFeature', /absolute/],
    ['a drive', [module('a/b', [['x/y', 'C:\\lib']])], 'UnsupportedFeature', /absolute/],
  ];
  it.each(REFUSED)('%s', async (_name, modules, errorType, message) => {
    await expect(checkLocalDependencies(modules)).rejects.toMatchObject({
      errorType,
      message: expect.stringMatching(message),
    });
  });

  it('are looked at once, however many packages have them', async () => {
    const local = Array.from({ length: 1000 }, (_, at): [string, string] => [`a/lib/p${at}`, `../lib/p${at}`]);
    const found = module('a/b', [], local);
    const packages = Array.from({ length: 2000 }, (_, at) => ({ ...found.packages[0], name: `a/b/c${at}` }));
    const begun = performance.now();
    await checkLocalDependencies([{ ...found, packages }, module('a/lib', [])]);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
