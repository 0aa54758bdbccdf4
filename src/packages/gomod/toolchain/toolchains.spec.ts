import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { itWithTool } from '../../../../test/support/tools.js';
import type { Artifact } from '../../../dependencies/index.js';
import { InvalidRequestData, UnsupportedFeature } from '../../../errors/index.js';
import { packedToolchain } from './__fixtures__/packed-toolchain.js';
import { goPlatform } from './toolchain-module.js';
import { Toolchains, type ToolchainsOptions, type ToolchainStore } from './toolchains.js';
import { measureTree } from './unpack-toolchain.js';

const signal = new AbortController().signal;
const RELEASE = '1.99.3';
const VERSION = `v0.0.1-go${RELEASE}.${goPlatform()}`;
const NEED = { target: RELEASE, edits: false };

describe('Toolchains', () => {
  const path = process.env.PATH;
  let directory: string;
  let asked: string[];
  let logged: string[];
  beforeAll(() => void (process.env.PATH = '/nonexistent'));
  afterAll(() => void (process.env.PATH = path));
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'toolchains-')), 'toolchains');
    [asked, logged] = [[], []];
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true }));

  const store: ToolchainStore = {
    file: async (kind, { path, version }) => {
      asked.push(`${kind} ${path} ${version}`);
      await setTimeout(20);
      return version === VERSION ? ({ name: path, version } as Artifact) : undefined;
    },
  };

  function toolchains(options: Partial<ToolchainsOptions> = {}): Toolchains {
    const log = (message: string): void => void logged.push(message);
    return new Toolchains({
      directory,
      settings: { toolchains: 'fetch', maxToolchain: undefined },
      store,
      artifacts: { open: async () => Readable.from([packedToolchain(RELEASE)]) },
      log: { debug: log, info: log, warn: log, error: log },
      ...options,
    });
  }

  const entries = async (): Promise<string[]> => (await readdir(directory)).sort();

  it('fetches one where none is installed, once', async () => {
    expect(await toolchains().installed(signal)).toBeUndefined();
    const goroot = join(directory, `go${RELEASE}`);
    const expected = { version: RELEASE, goroot, binary: join(goroot, 'bin', 'go') };
    const found = await Promise.all([toolchains(), toolchains(), toolchains()].map((each) => each.obtain(NEED, signal)));
    expect(found).toEqual([expected, expected, expected]);
    expect(await toolchains().obtain(NEED, signal)).toEqual(expected);
    expect(asked).toEqual([`zip golang.org/toolchain ${VERSION}`]);
    expect(logged).toEqual([`Fetching Go ${RELEASE}.`]);
    expect((await execa(expected.binary, ['version'])).stdout).toBe(`go version go${RELEASE}`);
    expect(await entries()).toEqual([`go${RELEASE}`]);
  });

  it.each<[string, (goroot: string) => Promise<unknown>]>([
    ['lost a file', (goroot) => rm(join(goroot, 'src/fmt/print.go'))],
    ['lost the end of one', (goroot) => writeFile(join(goroot, 'src/fmt/print.go'), '')],
    ['lost its marker', (goroot) => rm(join(goroot, '.complete'))],
    ['lost go', (goroot) => rm(join(goroot, 'bin/go'))],
  ])('fetches one again that %s', async (_, damage) => {
    // As another process left it: this one has not looked at it yet.
    const goroot = join(directory, `go${RELEASE}`);
    await toolchains().obtain(NEED, signal);
    const elsewhere = join(directory, '..', 'moved');
    await cp(directory, elsewhere, { recursive: true });
    await damage(join(elsewhere, `go${RELEASE}`));
    await toolchains({ directory: elsewhere }).obtain(NEED, signal);
    expect(asked).toHaveLength(2);
    expect(measureTree(join(elsewhere, `go${RELEASE}`))).toEqual(measureTree(goroot));
    expect(await readdir(elsewhere)).toEqual([`go${RELEASE}`]);
  });

  it('takes the one that another process has unpacked meanwhile', async () => {
    // Two copies of this one look at the same directory; only one of them can be first.
    const other = toolchains({ directory: join(directory, '..', 'link') });
    await mkdir(directory);
    await symlink(directory, join(directory, '..', 'link'));
    await Promise.all([toolchains().obtain(NEED, signal), other.obtain(NEED, signal)]);
    expect(asked).toHaveLength(2);
    expect(await entries()).toEqual([`go${RELEASE}`]);
  });

  it('removes what a killed process left, but not what one may still write', async () => {
    for (const name of ['.unpacking-old', '.unpacking-new']) await mkdir(join(directory, name), { recursive: true });
    await utimes(join(directory, '.unpacking-old'), 0, 0);
    await toolchains().obtain(NEED, signal);
    expect(await entries()).toEqual(['.unpacking-new', `go${RELEASE}`]);
  });

  it('leaves nothing behind when it fails', async () => {
    const open = async (): Promise<Readable> => Readable.from([packedToolchain('1.98.0')]);
    await expect(toolchains({ artifacts: { open } }).obtain(NEED, signal)).rejects.toThrow(/does not lie in/);
    expect(await entries()).toEqual([]);
    const abort = new AbortController();
    const hanging = new Readable({ read: () => abort.abort(new Error('cancelled')) });
    await expect(toolchains({ artifacts: { open: async () => hanging } }).obtain(NEED, abort.signal)).rejects.toThrow('cancelled');
    while ((await entries()).length > 0) await setTimeout(10);
  });

  it('does not fail for a request that must not fetch, when another one may', async () => {
    let tellBegin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (tellBegin = resolve));
    const offline: ToolchainStore = {
      file: async () => {
        tellBegin();
        await setTimeout(20);
        throw new InvalidRequestData('The request forbids all network.');
      },
    };
    const offlineFirst = toolchains({ store: offline }).obtain(NEED, signal);
    // Whoever begins does the work for both.
    await Promise.race([begun, offlineFirst.catch(() => undefined)]);
    const [first, second] = await Promise.allSettled([offlineFirst, toolchains().obtain(NEED, signal)]);
    expect(first).toMatchObject({ status: 'rejected', reason: expect.any(InvalidRequestData) });
    expect(second).toMatchObject({ status: 'fulfilled', value: { version: RELEASE } });
    expect(await toolchains({ store: offline }).obtain(NEED, signal)).toMatchObject({ version: RELEASE });
  });

  it('says so when there is no such Go, or none may be fetched', async () => {
    const absent = toolchains().obtain({ target: '1.98', edits: false }, signal);
    await expect(absent).rejects.toThrow(UnsupportedFeature);
    await expect(absent).rejects.toThrow(/^There is no Go 1\.98\.0 for the host of the service/);
    const forbidden = toolchains({ settings: { toolchains: 'installed', maxToolchain: undefined } });
    await expect(forbidden.obtain(NEED, signal)).rejects.toThrow(/CACHITO_GOMOD_TOOLCHAINS/);
    expect(asked).toHaveLength(1);
  });

  describe('with an installed go', () => {
    beforeAll(() => void (process.env.PATH = path));
    afterAll(() => void (process.env.PATH = '/nonexistent'));

    itWithTool('go', 'uses it wherever it will do', async () => {
      const { stdout } = await execa('go', ['env', 'GOROOT', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } });
      const [goroot, version] = stdout.split('\n');
      const expected = { version: version.slice(2), goroot, binary: join(goroot, 'bin', 'go') };
      expect(await toolchains().installed(signal)).toEqual(expected);
      expect(await toolchains().obtain({ target: '1.17', edits: false }, signal)).toEqual(expected);
      expect((await toolchains().obtain(NEED, signal)).version).toBe(RELEASE);
    });
  });
});
