import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findInstalledGo } from './installed-go.js';

describe('findInstalledGo', () => {
  const signal = new AbortController().signal;
  let root: string;
  beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'installed-go-'))));
  afterEach(() => rm(root, { recursive: true }));

  async function script(path: string, text: string): Promise<void> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\n${text}\n`);
    await chmod(file, 0o755);
  }
  const find = (...directories: string[]) =>
    findInstalledGo(directories.map((each) => join(root, each)).join(':'), join(root, 'scratch'), signal);
  const says = (goroot: string, version: string): string =>
    `echo '${JSON.stringify({ GOROOT: join(root, goroot), GOVERSION: version })}'`;

  it.each([
    ['go1.26.8', '1.26.8'],
    ['go1.22.3 X:nocoverageredesign', '1.22.3'],
    ['go1.22.3-custom', '1.22.3'],
    ['go1.19', '1.19'],
    ['go1.18.10', undefined],
    ['devel go1.27-abcdef Sat Nov 21', undefined],
    ['', undefined],
  ])('takes %s as %s', async (printed, version) => {
    await script('one/bin/go', says('one', printed));
    expect((await find('one/bin'))?.version).toBe(version);
  });

  it('goes by what go says of itself, in a directory that tells it nothing', async () => {
    await script('shims/go', `[ "$GOTOOLCHAIN $GOWORK $1 $2" = 'local off env -json' ] && ${says('real', 'go1.26.8')}`);
    await script('real/bin/go', 'exit 1');
    const goroot = join(root, 'real');
    expect(await find('empty', 'shims')).toEqual({ version: '1.26.8', goroot, binary: join(goroot, 'bin', 'go') });
  });

  it.each([
    ['fails', 'exit 1'],
    ['prints nonsense', 'echo hello'],
    ['prints null', 'echo null'],
    ['prints too much', 'yes'],
    ['names no place', `echo '{"GOVERSION":"go1.26.8"}'`],
    ['names a place without go', `echo '{"GOVERSION":"go1.26.8","GOROOT":"/nonexistent"}'`],
    ['is for another machine', 'kill -9 $$'],
  ])('goes on to the next when one %s', async (_, text) => {
    await script('bad/go', text);
    await script('good/bin/go', says('good', 'go1.26.8'));
    expect(await find('bad')).toBeUndefined();
    expect((await find('bad', 'good/bin'))?.goroot).toBe(join(root, 'good'));
  });

  it('looks in absolute directories only', async () => {
    expect(await findInstalledGo('', join(root, 'scratch'), signal)).toBeUndefined();
    expect(await findInstalledGo('.:bin::/nonexistent', join(root, 'scratch'), signal)).toBeUndefined();
  });
});
