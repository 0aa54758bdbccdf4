import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { itWithTool } from '../../../../test/support/tools.js';
import { TestArchive } from '../../../dependencies/testing.js';
import type { ChecksumDatabase } from '../checksum-database/checksum-database.js';
import { sumLines, type TestModule } from './__fixtures__/modules.js';
import { TestModuleProxy } from './__fixtures__/proxies.js';
import { TestChecksums, testStore } from './__fixtures__/test-store.js';
import { ModuleProxy } from './module-proxy.js';
import type { ModuleStore } from './module-store.js';

const run = promisify(execFile);

/** Before Go 1.17 the requirements of requirements counted, too. */
const requiring = (path: string, ...others: string[]): Record<string, string> => ({
  'go.mod': `module ${path}\n\ngo 1.16\n\n${others.map((other) => `require ${other}\n`).join('')}`,
  'code.go': `package code\n`,
});
const STRING: TestModule = { path: 'example.com/string', version: 'v0.3.0', files: requiring('example.com/string') };
const OLD_STRING: TestModule = { ...STRING, version: 'v0.2.0' };
const TAIL: TestModule = { path: 'github.com/Acme/Tail', version: 'v2.0.0+incompatible', files: { 'code.go': 'package tail\n' } };
const KITE: TestModule = {
  path: 'example.com/kite/v2',
  version: 'v2.1.0',
  files: requiring('example.com/kite/v2', 'example.com/string v0.2.0', 'github.com/Acme/Tail v2.0.0+incompatible'),
};
const SECRET: TestModule = {
  path: 'acme.dev/secret',
  version: 'v0.0.0-20240506070809-0123456789ab',
  files: requiring('acme.dev/secret', 'example.com/string v0.3.0'),
};
const MODULES = [STRING, OLD_STRING, TAIL, KITE];
const GO_MOD = `module example.com/app

go 1.20

require (
	acme.dev/secret v0.0.0-20240506070809-0123456789ab
	example.com/kite/v2 v2.1.0
	example.com/string v0.3.0
	github.com/Acme/Tail v2.0.0+incompatible
)
`;
const CODE = 'package app\n\nimport (\n\t_ "acme.dev/secret"\n\t_ "example.com/kite/v2"\n\t_ "github.com/Acme/Tail"\n)\n';

let test: TestArchive;
let open: TestModuleProxy;
let team: TestModuleProxy;
let scratch: string;
let proxies: ModuleProxy[] = [];

beforeAll(async () => {
  test = await TestArchive.open();
});
beforeEach(async () => {
  open = await new TestModuleProxy().listen();
  team = await new TestModuleProxy().listen();
  open.serve(MODULES);
  team.serve([SECRET]);
  scratch = mkdtempSync(join(tmpdir(), 'go-'));
  await test.clear();
});
afterEach(async () => {
  for (const each of [...proxies, open, team]) await each.close();
  proxies = [];
  rmSync(scratch, { recursive: true, force: true });
});
afterAll(() => test?.close());

/** A request: the store, the proxy in front of it, and `go` with an empty module cache of its own. */
async function request(sums: string, { offline = false, name = 'one' } = {}) {
  const upstreams = [open.entry(), team.entry({ scopes: ['acme.dev'], fallback: 'never' })];
  const { store } = testStore(test, { upstreams, sums, offline });
  const checksums = new TestChecksums() as unknown as ChecksumDatabase;
  const proxy = await ModuleProxy.start(store, checksums, new AbortController().signal);
  proxies.push(proxy);
  const app = join(scratch, name, 'app');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'go.mod'), GO_MOD);
  writeFileSync(join(app, 'app.go'), CODE);
  if (sums !== '') writeFileSync(join(app, 'go.sum'), sums);
  const env = {
    PATH: process.env.PATH,
    GOPATH: join(scratch, name),
    GOCACHE: join(scratch, 'build-cache'),
    // What is in the module cache can be removed.
    GOFLAGS: '-modcacherw',
    GOPROXY: proxy.url,
    GOSUMDB: 'off',
    GOTOOLCHAIN: 'local',
    GOVCS: '*:off',
  };
  const go = async (...args: string[]): Promise<string> => (await run('go', args, { cwd: app, env })).stdout;
  return { store, proxy, app, go };
}

const used = (store: ModuleStore): string[] => [...store.used.keys()].sort();
const filesOf = ({ path, version }: TestModule, ...kinds: string[]): string[] => kinds.map((kind) => `${kind} ${path}@${version}`);
const everything = ['info', 'mod', 'zip'];
/** What the app needs: the older version counts only when versions are selected. */
const NEEDED = [
  ...[STRING, TAIL, KITE, SECRET].flatMap((module) => filesOf(module, ...everything)),
  ...filesOf(OLD_STRING, 'mod'),
].sort();
const SUMS = [STRING, OLD_STRING, TAIL, KITE, SECRET].map(sumLines).join('');
const LISTED = ['acme.dev/secret', 'example.com/app', 'example.com/kite/v2', 'example.com/string', 'github.com/Acme/Tail'];

describe('go with the module proxy', () => {
  itWithTool('go', 'downloads what it needs, the same for a second request when all upstreams are gone', async () => {
    const first = await request(SUMS);
    const prefetched = first.store.prefetch(new AbortController().signal);
    const downloaded = await first.go('mod', 'download', '-json');
    await prefetched;
    expect(await first.go('list', '-m', 'all')).toContain('example.com/kite/v2 v2.1.0\n');
    expect([used(first.store), first.proxy.failure]).toEqual([NEEDED, undefined]);
    expect(open.asked.some((path) => path.includes('acme.dev'))).toBe(false);
    const calls = open.upstream.totalCalls + team.upstream.totalCalls;
    // Also what only go.sum names: source and .info of the older version.
    expect(calls).toBe(NEEDED.length + 2);

    open.close();
    team.close();
    for (const offline of [false, true]) {
      const next = await request(SUMS, { offline, name: `offline-${offline}` });
      const sumsOf = (json: string): string[] => json.match(/"(?:Sum|GoModSum)": "[^"]+"/g) ?? [];
      expect(sumsOf(await next.go('mod', 'download', '-json'))).toEqual(sumsOf(downloaded));
      expect((await next.go('list', '-m', '-f', '{{.Path}}', 'all')).trim().split('\n').sort()).toEqual(LISTED);
      await next.go('build', './...');
      expect([used(next.store), next.proxy.failure]).toEqual([NEEDED, undefined]);
    }
    expect(open.upstream.totalCalls + team.upstream.totalCalls).toBe(calls);
  });

  itWithTool('go', 'tidies: finds modules by imports, and private ones at their own proxy only', async () => {
    const { store, proxy, app, go } = await request('');
    // Nothing vouches for public modules here: they are archived as those of somebody else's go.sum.
    await testStore(test, { upstreams: [open.entry()], sums: SUMS.replace(/^acme.*\n/gm, '') }).store.prefetch(new AbortController().signal);
    writeFileSync(join(app, 'go.mod'), 'module example.com/app\n\ngo 1.20\n');
    await go('mod', 'tidy');
    const goMod = readFileSync(join(app, 'go.mod'), 'utf8');
    for (const [path, version] of [[KITE.path, KITE.version], [SECRET.path, SECRET.version], [TAIL.path, TAIL.version]]) {
      expect(goMod).toContain(`${path} ${version}`);
    }
    expect(open.asked.filter((path) => path.startsWith('acme.dev'))).toEqual([]);
    expect([used(store).includes(`zip ${SECRET.path}@${SECRET.version}`), proxy.failure]).toEqual([true, undefined]);
  });

  itWithTool('go', 'says what is wrong, in the words of who found it', async () => {
    open.say('example.com/kite/v2/@v/v2.1.0.zip', 500);
    const { proxy, go } = await request(SUMS);
    await expect(go('mod', 'download')).rejects.toThrow(/server response: example\.com\/kite\/v2 v2\.1\.0 cannot be fetched: .* status 500/);
    expect(proxy.failure).toMatchObject({ message: expect.stringMatching(/^example\.com\/kite\/v2 v2\.1\.0 cannot be fetched/) });
  });

  itWithTool('go', 'says that nobody has a module', async () => {
    open.say('example.com/kite/v2/@v/v2.1.0.mod', 404);
    const { proxy, go } = await request(SUMS);
    await expect(go('mod', 'download')).rejects.toThrow(/404 Not Found\s+server response: not found: no module proxy that is asked for it has example\.com\/kite\/v2@v2\.1\.0/);
    expect(proxy.failure).toBeUndefined();
  });
});
