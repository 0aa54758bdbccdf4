import { describe, expect, it } from '@jest/globals';
import type { FoundModule } from '../findings.js';
import { parseGoMod } from '../files/go-mod-file.js';
import { type GoModule, readListing } from '../listing.js';
import { ModuleNames, replacedModules } from './module-names.js';

const LOCALS = [{ name: 'acme.dev/tools', version: 'v0.2.0', directory: 'tools' }];

function directives(...lines: string[]) {
  return parseGoMod(lines.map((line) => `replace ${line}\n`).join(''), 'go.mod').replace;
}

describe('names in the report', () => {
  const CASES: [string, [string, string | undefined], string[][], string][] = [
    ['a module', ['a.dev/a', 'v1.0.0'], [], 'a.dev/a v1.0.0'],
    ['a module of the workspace', ['acme.dev/tools', undefined], [['acme.dev/tools => ./x']], 'acme.dev/tools v0.2.0'],
    ['another module in its place', ['a.dev/a', 'v1.0.0'], [['a.dev/a => b.dev/b v2.0.0']], 'b.dev/b v2.0.0'],
    ['of one version', ['a.dev/a', 'v1.0.0'], [['a.dev/a v1.0.0 => b.dev/b v2.0.0']], 'b.dev/b v2.0.0'],
    ['of another version', ['a.dev/a', 'v1.0.0'], [['a.dev/a v1.1.0 => b.dev/b v2.0.0']], 'a.dev/a v1.0.0'],
    [
      'of one version rather than of all',
      ['a.dev/a', 'v1.0.0'],
      [['a.dev/a => b.dev/b v2.0.0', 'a.dev/a v1.0.0 => ./a/']],
      'a.dev/a ./a/',
    ],
    [
      'of go.work rather than of its modules',
      ['a.dev/a', 'v1.0.0'],
      [['a.dev/a => a.dev/a v1.5.0'], ['a.dev/a v1.0.0 => ./a']],
      'a.dev/a v1.5.0',
    ],
    ['of its modules, where go.work says nothing', ['a.dev/a', 'v1.0.0'], [[], ['a.dev/a => ./a']], 'a.dev/a ./a'],
    ['as it is listed', ['c.dev/c', 'v1.0.0'], [['c.dev/c => ../c']], 'c.dev/c ./lib/c'],
    ['as it is listed, in another version', ['c.dev/c', 'v1.1.0'], [['c.dev/c => ../c']], 'c.dev/c ../c'],
    ['nothing that objects have by themselves', ['constructor', 'v1.0.0'], [[]], 'constructor v1.0.0'],
  ];
  it.each(CASES)('%s', async (_, [path, version], lines, expected) => {
    const replaced = await listed({ Path: 'c.dev/c', Version: 'v1.0.0', Replace: { Path: './lib/c' } });
    const names = new ModuleNames({ locals: LOCALS, replaced, directives: lines.map((each) => directives(...each)) });
    const found = names.nameOf({ path, version, requires: [] });
    expect(`${found.name} ${found.version}`).toBe(expected);
  });
});

async function listed(module: GoModule): Promise<Map<string, FoundModule>> {
  const stream = (async function* () {
    yield { ImportPath: module.Path, Module: module };
    yield { ImportPath: 'a.dev/plain', Module: { Path: 'a.dev/plain', Version: 'v1.0.0' } };
  })();
  return replacedModules(await readListing(stream, () => false));
}
