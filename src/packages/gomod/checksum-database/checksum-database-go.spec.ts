import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { served, sumLines, type TestModule } from '../proxy/__fixtures__/modules.js';
import { TestArchive, TestDocuments } from './__fixtures__/ports.js';
import { TestDatabase } from './__fixtures__/test-database.js';
import { ChecksumDatabase } from './checksum-database.js';

const run = promisify(execFile);
const BASE = 'https://sums.acme.dev/';
const { signal } = new AbortController();

/** Modules among 70,000 records, and how large the tree is that each lookup comes with. */
const PLACES: [number, number][] = [
  [0, 66_000],
  [255, 300],
  [256, 70_000],
  [20_000, 20_001],
  [65_535, 65_536],
  [65_536, 65_537],
  [69_998, 70_300],
  [70_000, 70_001],
];
const MODULES = PLACES.map(([place]): TestModule => ({ path: `example.com/at${place}`, version: 'v1.0.0' }));
const NAMES = MODULES.map(({ path, version }) => `${path}@${version}`);

let directory: string;
let server: Server;
let sums: ChecksumDatabase;
const archive = new TestArchive();
const database = new TestDatabase();
const documents = new TestDocuments((url) => database.answer(url.slice(BASE.length)));

/** A proxy with the modules, and the checksum database as our proxies pass it on. */
async function answer(path: string): Promise<Buffer | undefined> {
  if (path.startsWith('/sums/')) return sums.document(path.slice('/sums/'.length), signal);
  const [, name, kind] = /^\/(.+)\/@v\/v1\.0\.0\.(info|mod|zip)$/.exec(path) ?? [];
  const module = MODULES.find((each) => each.path === name);
  return module && served(module)[kind as 'info' | 'mod' | 'zip'];
}

beforeAll(async () => {
  for (const [at, [place, size]] of PLACES.entries()) {
    database.fill(place).addText(sumLines(MODULES[at]), NAMES[at]);
    database.sizes.set(NAMES[at], size);
  }
  database.fill(70_500);
  directory = await mkdtemp(join(tmpdir(), 'cachito-sums-'));
  server = createServer((request, response) => {
    answer(request.url ?? '').then(
      (body) => response.writeHead(body === undefined ? 404 : 200).end(body),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(directory, { recursive: true, force: true });
});

/** Lets a `go` that has seen nothing yet download modules, group by group. */
async function download(groups: readonly string[][]): Promise<void> {
  sums = new ChecksumDatabase({ artifacts: archive, documents, bases: [BASE], name: database.name, key: database.key });
  const home = await mkdtemp(join(directory, 'go-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    PATH: process.env.PATH,
    GOPATH: home,
    GOCACHE: join(home, 'builds'),
    GOPROXY: url,
    GOSUMDB: `${database.key} ${url}/sums`,
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-modcacherw',
  };
  for (const group of groups) await run('go', ['mod', 'download', ...group], { cwd: home, env });
}

describe('the real go, by what is archived of the checksum database', () => {
  itWithTool('go', 'verifies modules in any order, later without the network', async () => {
    const alone = NAMES.map((name) => [name]);
    await download(alone);
    expect(archive.paths(BASE).filter((path) => path.startsWith('lookup/'))).toHaveLength(NAMES.length);
    documents.offline = true;
    documents.asked.length = 0;
    await download([NAMES]);
    await download(alone.toReversed());
    await download([...alone.slice(3), ...alone.slice(0, 3)]);
    await download([[...NAMES].reverse().slice(0, 5), NAMES.slice(0, 5)]);
    expect(documents.asked).toEqual([]);
  });

  itWithTool('go', 'refuses a module that is not the one in the database', async () => {
    documents.offline = false;
    database.add('example.com/other', 'v1.0.0');
    MODULES.push({ path: 'example.com/other', version: 'v1.0.0' });
    await expect(download([['example.com/other@v1.0.0']])).rejects.toThrow(/SECURITY ERROR/);
  });
});
