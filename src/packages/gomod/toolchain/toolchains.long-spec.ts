import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { PUBLIC_REGISTRIES } from '../../../config/index.js';
import type { Artifact } from '../../../dependencies/index.js';
import { GoCommand } from '../command/go-command.js';
import { Toolchains } from './toolchains.js';

/** Needs the public Go module proxy. */
describe('A real toolchain', () => {
  const path = process.env.PATH;
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const signal = new AbortController().signal;
  let root: string;
  beforeAll(async () => {
    process.env.PATH = '/nonexistent';
    root = await mkdtemp(join(tmpdir(), 'real-toolchain-'));
  });
  afterAll(async () => {
    process.env.PATH = path;
    await rm(root, { recursive: true });
  });

  it('is fetched and works on a host without go', async () => {
    const toolchains = new Toolchains({
      directory: join(root, 'toolchains'),
      settings: { toolchains: 'fetch', maxToolchain: undefined },
      store: {
        file: async (kind, { path, version }) =>
          ({ name: path, version, upstream: `${PUBLIC_REGISTRIES.gomod}${path}/@v/${version}.${kind}` }) as Artifact,
      },
      artifacts: {
        open: async ({ upstream }) => {
          const { ok, status, body } = await fetch(upstream);
          if (!ok || body === null) throw new Error(`${upstream} answers ${status}`);
          return Readable.fromWeb(body as ReadableStream);
        },
      },
      log,
    });
    const toolchain = await toolchains.obtain({ target: '1.19', edits: false }, signal);
    expect(toolchain).toEqual({
      version: '1.20.14',
      goroot: join(root, 'toolchains', 'go1.20.14'),
      binary: join(root, 'toolchains', 'go1.20.14', 'bin', 'go'),
    });

    const directory = join(root, 'source');
    await mkdir(directory);
    await writeFile(join(directory, 'go.mod'), 'module example.com/a\n\ngo 1.19\n');
    await writeFile(join(directory, 'a.go'), 'package a\n\nimport _ "net/http"\n');
    const go = new GoCommand({
      toolchain,
      repository: directory,
      scratch: join(root, 'scratch'),
      goModCache: join(root, 'scratch', 'mod'),
      proxy: 'http://127.0.0.1:9/',
      privateModules: [],
      cgo: true,
      timeout: 60_000,
      maxMemory: 2 ** 31,
      signal,
      log,
    });
    const place = { directory, workFile: 'off' };
    expect(await go.run(['version'], place)).toMatch(/^go version go1\.20\.14 /);
    const packages: unknown[] = [];
    for await (const each of go.json(['list', '-e', '-deps', '-json=ImportPath,Standard', 'all'], place)) packages.push(each);
    expect(packages).toContainEqual({ ImportPath: 'net/http', Standard: true });
    expect(packages.at(-1)).toEqual({ ImportPath: 'example.com/a' });
    await go.run(['mod', 'tidy'], place);
  });
});
