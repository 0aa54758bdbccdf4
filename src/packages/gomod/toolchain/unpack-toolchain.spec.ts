import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedToolchain, zipOf } from './__fixtures__/packed-toolchain.js';
import { goPlatform, TOOLCHAIN_MODULE, toolchainVersion } from './toolchain-module.js';
import { measureTree, unpackToolchain } from './unpack-toolchain.js';

const VERSION = toolchainVersion('1.99.0', goPlatform() ?? '');
const PREFIX = `${TOOLCHAIN_MODULE}@${VERSION}/`;

describe('unpackToolchain', () => {
  let directory: string;
  let target: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'unpack-'));
    target = join(directory, 'go');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function unpack(content: Buffer) {
    const zip = join(directory, 'module.zip');
    await writeFile(zip, content);
    return unpackToolchain({ zip, name: TOOLCHAIN_MODULE, version: VERSION, target });
  }

  it('writes the files as go does, commands executable', async () => {
    expect(await unpack(packedToolchain('1.99.0'))).toEqual(measureTree(target));
    const files = (await readdir(target, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const modes = await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const file = join(parentPath, name);
        return [file.slice(target.length + 1), ((await stat(file)).mode & 0o111) !== 0] as const;
      }),
    );
    expect(Object.fromEntries(modes)).toEqual({
      VERSION: false,
      'bin/go': true,
      'bin/gofmt': true,
      'pkg/tool/linux_amd64/compile': true,
      'lib/wasm/go_js_wasm_exec': true,
      'lib/wasm/wasm_exec.js': false,
      'src/_go.mod': false,
      'src/go.mod': false,
      'src/fmt/print.go': false,
      'src/empty': false,
    });
    expect(await readFile(join(target, 'src/go.mod'), 'utf8')).toBe('module std\n');
    expect(measureTree(target).files).toBe(10);
  });

  const good = { [`${PREFIX}bin/go`]: 'x' };
  it.each<[string, Record<string, string>]>([
    ['a file outside', { ...good, 'bin/go': 'x' }],
    ['a way out', { ...good, [`${PREFIX}../../x`]: 'x' }],
    ['an absolute path', { ...good, [`${PREFIX}/etc/x`]: 'x' }],
    ['another version', { [`${TOOLCHAIN_MODULE}@v0.0.1-go1.98.0.linux-amd64/bin/go`]: 'x' }],
    ['a file that is a directory', { ...good, [`${PREFIX}bin/go/x`]: 'x' }],
    ['names equal but for case', { ...good, [`${PREFIX}bin/GO`]: 'x' }],
  ])('refuses %s', async (_, files) => {
    await expect(unpack(zipOf(files))).rejects.toMatchObject({ name: 'InvalidZip' });
    expect((await readdir(directory)).sort()).not.toContain('x');
  });

  it('refuses damaged content and wrong sizes', async () => {
    const zip = zipOf({ [`${PREFIX}bin/go`]: 'x'.repeat(100) });
    for (const [field, what] of [[14, 'CRC'], [22, 'size']] as const) {
      const damaged = Buffer.from(zip);
      const central = damaged.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
      damaged[central + field + 2] ^= 1;
      await rm(target, { recursive: true, force: true });
      await expect(unpack(damaged).then(() => what)).rejects.toThrow();
    }
  });
});
