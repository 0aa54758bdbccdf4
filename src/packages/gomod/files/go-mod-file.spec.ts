import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { itWithTool } from '../../../../test/support/tools.js';
import { type GoModFile, parseGoMod } from './go-mod-file.js';

const FIXTURES = join(import.meta.dirname, '__fixtures__/go-mod');

const file = (parts: Partial<GoModFile>): GoModFile => ({
  module: undefined,
  go: undefined,
  toolchain: undefined,
  require: [],
  replace: [],
  ...parts,
});
const requirement = (path: string, version: string, indirect = false): Partial<GoModFile> => ({
  require: [{ path, version, indirect }],
});

/** Text and what it says; Go says the same. */
const AS_GO: [string, GoModFile][] = [
  ['', file({})],
  ['module example.org/kite', file({ module: 'example.org/kite' })],
  ['module example.org/kite\n', file({ module: 'example.org/kite' })],
  ['module kite', file({ module: 'kite' })],
  ['module "example.org/kite" // quoted', file({ module: 'example.org/kite' })],
  ['module "example.org/\\x6bit\\u0065"', file({ module: 'example.org/kite' })],
  ['module (\n\texample.org/kite\n)', file({ module: 'example.org/kite' })],
  ['// Deprecated: fly another one.\nmodule example.org/kite // really', file({ module: 'example.org/kite' })],
  ['\tmodule\texample.org/kite\r\ngo 1.22\r\n\r\n', file({ module: 'example.org/kite', go: '1.22' })],
  ['go 1.22', file({ go: '1.22' })],
  ['go 1.22.3 // the newest', file({ go: '1.22.3' })],
  ['go 1.23rc1// soon', file({ go: '1.23rc1' })],
  ['go 1.99999999999', file({ go: '1.99999999999' })],
  ['toolchain go1.22.3', file({ toolchain: 'go1.22.3' })],
  ['toolchain go1.22.3-custom', file({ toolchain: 'go1.22.3-custom' })],
  ['toolchain default // no other', file({ toolchain: 'default' })],
  ['require example.org/a v1.2.3', file(requirement('example.org/a', 'v1.2.3'))],
  ['require example.org/a v1.2.3 // indirect', file(requirement('example.org/a', 'v1.2.3', true))],
  ['require example.org/a v1.2.3 //indirect', file(requirement('example.org/a', 'v1.2.3', true))],
  ['require example.org/a v1.2.3 // indirect; and more', file(requirement('example.org/a', 'v1.2.3', true))],
  ['require example.org/a v1.2.3 // indirect and more', file(requirement('example.org/a', 'v1.2.3'))],
  ['require example.org/a v1.2.3 // indirect;', file(requirement('example.org/a', 'v1.2.3'))],
  ['// indirect\nrequire example.org/a v1.2.3', file(requirement('example.org/a', 'v1.2.3'))],
  ['require example.org/a v2.0.0+incompatible', file(requirement('example.org/a', 'v2.0.0+incompatible'))],
  ['require ( // all\n\n// one\nexample.org/a v1.2.3 // indirect\n) // end', file(requirement('example.org/a', 'v1.2.3', true))],
  ['require ()\nrequire (\n)', file({})],
  [
    'replace example.org/a => ../a\nreplace example.org/a v1.2.3 => "./my a"\nreplace (\nexample.org/b => example.org/c v1.0.0\n)',
    file({
      replace: [
        { path: 'example.org/a', newPath: '../a' },
        { path: 'example.org/a', version: 'v1.2.3', newPath: './my a' },
        { path: 'example.org/b', newPath: 'example.org/c', newVersion: 'v1.0.0' },
      ],
    }),
  ],
  ['exclude example.org/a v1.2.3\nretract [v1.0.0, v1.2.3] // oops\nretract (\nv2.0.0+incompatible\n)', file({})],
  ['tool example.org/a/cmd\nignore ./node_modules\ngodebug default=go1.21\ngodebug (\npanicnil=1\n)', file({})],
  [
    'module example.org/constructor\nrequire example.org/__proto__ v1.0.0',
    file({ module: 'example.org/constructor', ...requirement('example.org/__proto__', 'v1.0.0') }),
  ],
];

/** What Go refuses: what only a newer one may know, raw strings (its documents have them), what a command mends. */
const MORE: [string, GoModFile][] = [
  ['module `example.org/kite`', file({ module: 'example.org/kite' })],
  ['fly high\nland (\n\tsoftly, it says [now]\n)\nmodule kite', file({ module: 'kite' })],
  ['require example.org/a master', file(requirement('example.org/a', 'master'))],
  ['require (\nexample.org/a v1\n)', file(requirement('example.org/a', 'v1'))],
  ['go 1.22\nrequire new syntax (\nx\n)', file({ go: '1.22' })],
  ['replace example.org/a => C:\\a', file({ replace: [{ path: 'example.org/a', newPath: 'C:\\a' }] })],
];

describe('a go.mod', () => {
  it.each([...AS_GO, ...MORE])('%j is understood', (text, expected) => {
    expect(parseGoMod(text, 'go.mod')).toEqual(expected);
  });

  itWithTool('go', 'says what go reads in it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'go-mod-'));
    try {
      const path = join(directory, 'go.mod');
      for (const [text, expected] of AS_GO) {
        await writeFile(path, text);
        expect(await readByGo(path)).toEqual(expected);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  itWithTool('go', 'of a real module says what go reads in it', async () => {
    const { stdout } = await execa('go', ['env', 'GOROOT']);
    const paths = [...(await modFiles(FIXTURES)), ...(await modFiles(join(stdout, 'src')))];
    expect(paths.length).toBeGreaterThan(8);
    for (const path of paths) {
      const text = await readFile(path, 'utf8');
      expect(parseGoMod(text, path)).toEqual(await readByGo(path));
    }
  });
});

async function modFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => /\.mod$/.test(name)).map((name) => join(directory, name));
}

interface GoJson {
  Module?: { Path: string };
  Go?: string;
  Toolchain?: string;
  Require?: { Path: string; Version: string; Indirect?: boolean }[];
  Replace?: { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[];
}

async function readByGo(path: string): Promise<GoModFile> {
  const { stdout } = await execa('go', ['mod', 'edit', '-json', path], { env: { GOTOOLCHAIN: 'local', GOFLAGS: '' } });
  const json = JSON.parse(stdout) as GoJson;
  return {
    module: json.Module?.Path === '' ? undefined : json.Module?.Path,
    go: json.Go,
    toolchain: json.Toolchain,
    require: (json.Require ?? []).map(({ Path, Version, Indirect }) => ({ path: Path, version: Version, indirect: Indirect === true })),
    replace: (json.Replace ?? []).map(({ Old, New }) => ({
      path: Old.Path,
      ...(Old.Version === undefined ? {} : { version: Old.Version }),
      newPath: New.Path,
      ...(New.Version === undefined ? {} : { newVersion: New.Version }),
    })),
  };
}
