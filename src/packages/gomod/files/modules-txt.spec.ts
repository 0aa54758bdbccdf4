import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { itWithTool } from '../../../../test/support/tools.js';
import { parseModulesTxt, type VendoredModule } from './modules-txt.js';

const A = 'example.org/a';
const packages = [`${A}/x`];

describe('vendor/modules.txt', () => {
  it.each<[string, VendoredModule[]]>([
    [`# ${A} v1.0.0\n${A}/x`, [{ path: A, version: 'v1.0.0', packages }]],
    [`# ${A} v1.0.0\n## explicit; go 1.17\n${A}/x\n`, [{ path: A, version: 'v1.0.0', packages }]],
    [`## workspace\r\n# ${A} v1.0.0\r\n## explicit\r\n${A}/x\r\n`, [{ path: A, version: 'v1.0.0', packages }]],
    [`# ${A} => ../a\n${A}/x`, [{ path: A, replacement: { path: '../a' }, packages }]],
    [`# ${A} v1.0.0 => ./a\n${A}/x`, [{ path: A, version: 'v1.0.0', replacement: { path: './a' }, packages }]],
    [`# ${A} => example.org/b v1.2.3\n${A}/x`, [{ path: A, replacement: { path: 'example.org/b', version: 'v1.2.3' }, packages }]],
    [
      `# ${A} v1.0.0 => example.org/b v2.0.0+incompatible\n${A}/x\n# ${A} => example.org/b v2.0.0+incompatible\n`,
      [{ path: A, version: 'v1.0.0', replacement: { path: 'example.org/b', version: 'v2.0.0+incompatible' }, packages }],
    ],
    [`# ${A} v1.0.0\n# example.org/b v1.0.0\nexample.org/b\n`, [{ path: 'example.org/b', version: 'v1.0.0', packages: ['example.org/b'] }]],
    [`# kite v0.0.0 => ./kite\nkite\n\nkite/__proto__\n`, [
      { path: 'kite', version: 'v0.0.0', replacement: { path: './kite' }, packages: ['kite', 'kite/__proto__'] },
    ]],
    ['', []],
    ['\n\n## explicit\n', []],
  ])('%j is understood', (text, expected) => {
    expect(parseModulesTxt(text, 'vendor/modules.txt')).toEqual(expected);
  });

  itWithTool('go', 'of go itself names the packages that lie beside it', async () => {
    const { stdout } = await execa('go', ['env', 'GOROOT']);
    for (const vendor of [join(stdout, 'src/vendor'), join(stdout, 'src/cmd/vendor')]) {
      const modules = parseModulesTxt(await readFile(join(vendor, 'modules.txt'), 'utf8'), 'vendor/modules.txt');
      expect(modules.length).toBeGreaterThan(3);
      const directories = modules.flatMap((module) => module.packages).map((name) => stat(join(vendor, name)));
      expect((await Promise.all(directories)).every((entry) => entry.isDirectory())).toBe(true);
    }
  });
});
