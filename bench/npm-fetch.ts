/**
 * A request for an npm application of more than a thousand real packages, from POST to `complete`: cold against
 * `curl --parallel` of the same addresses (which checks nothing) and against `npm ci` with an empty cache, warm against
 * cold, and 20 requests at once that share 90 % of their packages. Peak memory of the service process.
 *
 *     node --import ./test/support/typescript.mjs bench/npm-fetch.ts
 *
 * Needs the npm registry and curl. Runs the compiled service: build first.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { GitServer } from '../test/support/git-server.js';
import { peakMemory } from '../test/support/memory.js';
import { networksOfPublicRegistries } from '../test/support/public-registries.js';
import { type RequestView, Service } from '../test/support/service.js';
import { applicationOf, type LockEntries, type RealApplication, realApplication } from './npm-locks.js';

const RUNS = 3;
const SHARING = 20;

const scratch = await mkdtemp(join(tmpdir(), 'bench-npm-'));
const git = await GitServer.start();
try {
  const application = await realApplication();
  console.log(`${Object.keys(application.entries).length} packages`);
  await compare(application);
  await shared(application.entries);
} finally {
  await git.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function compare({ files, entries }: RealApplication): Promise<void> {
  const repository = await git.createRepository('bench/application');
  const ref = await repository.commit({ files });
  const body = { repo: repository.url, ref, pkg_managers: ['npm'] };
  const times: Record<string, number[]> = { curl: [], npm: [], cold: [], 'cold, fetching only': [], warm: [] };
  let memory = 0;
  for (let run = 0; run < RUNS; run += 1) {
    times.curl.push(await seconds(() => curl(entries)));
    const service = await start();
    let view: RequestView | undefined;
    times.cold.push(await seconds(async () => (view = await service.complete(body))));
    if (view !== undefined) times['cold, fetching only'].push(fetching(view));
    for (let again = 0; again < RUNS; again += 1) times.warm.push(await seconds(() => service.complete(body)));
    memory = Math.max(memory, await peakMemory(service.pid));
    await service.close();
    times.npm.push(await seconds(() => npmCi(files)));
  }
  const median = (name: string): number => times[name].toSorted((a, b) => a - b)[times[name].length >> 1];
  for (const name of Object.keys(times)) console.log(`${name}: median ${median(name).toFixed(2)} s of ${times[name].map((time) => time.toFixed(2)).join(' ')}`);
  report('cold against curl --parallel', median('cold') / median('curl'), 1.3, 'at most');
  report('cold, fetching only, against curl --parallel', median('cold, fetching only') / median('curl'), 1.3, 'at most');
  report('npm ci with an empty cache against cold', median('npm') / median('cold'), 1, 'at least');
  report('cold against warm', median('cold') / median('warm'), 30, 'at least');
  console.log(`peak memory of the service: ${memory} MB`);
}

/** 20 applications that have nine tenths of the packages in common, posted at the same time to a fresh service. */
async function shared(entries: LockEntries): Promise<void> {
  const all = Object.entries(entries);
  const common = Math.floor(all.length * 0.6);
  const own = Math.floor(common / 9);
  const repository = await git.createRepository('bench/sharing');
  const refs: string[] = [];
  for (let at = 0; at < SHARING; at += 1) {
    const from = common + ((at * own) % Math.max(1, all.length - common - own));
    const part = [...all.slice(0, common), ...all.slice(from, from + own)];
    refs.push(await repository.commit({ files: applicationOf(`application-${at}`, Object.fromEntries(part)) }));
  }
  const service = await start({ CACHITO_WORKER_CONCURRENCY: String(SHARING) });
  const post = (ref: string): Promise<RequestView> => service.complete({ repo: repository.url, ref, pkg_managers: ['npm'] });
  const together = await seconds(() => Promise.all(refs.map(post)));
  const memory = await peakMemory(service.pid);
  await service.close();
  const alone = await start();
  const one = await seconds(() => alone.complete({ repo: repository.url, ref: refs[0], pkg_managers: ['npm'] }));
  await alone.close();
  console.log(`${SHARING} requests of ${common + own} packages at once, 90 % shared: ${together.toFixed(2)} s; one of them alone, cold: ${one.toFixed(2)} s`);
  console.log(`  = ${(together / one).toFixed(1)} × one; peak memory of the service: ${memory} MB`);
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  return Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries(), ...environment });
}

/** Seconds from the phase that fetches to the one that builds the bundle. */
function fetching({ state_history: history }: RequestView): number {
  const at = (begin: string): number => {
    const found = history.find(({ state_reason: reason }) => reason.startsWith(begin));
    return Date.parse(`${found?.updated.replace(' ', 'T').replace(/Z?$/, 'Z')}`);
  };
  return (at('Assembling') - at('Processing the npm')) / 1000;
}

async function curl(entries: LockEntries): Promise<void> {
  const directory = await mkdtemp(join(scratch, 'curl-'));
  const lines = Object.values(entries).map(({ resolved }, at) => `url = "${resolved}"\noutput = "${directory}/${at}.tgz"`);
  await execa('curl', ['-sS', '--fail', '--parallel', '--parallel-max', '25', '-K', '-'], { input: lines.join('\n') });
  await rm(directory, { recursive: true });
}

async function npmCi(files: Record<string, string>): Promise<void> {
  const directory = await mkdtemp(join(scratch, 'npm-'));
  await mkdir(join(directory, 'app'));
  for (const [path, content] of Object.entries(files)) await writeFile(join(directory, 'app', path), content);
  const args = ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--cache', join(directory, 'cache')];
  await execa('npm', args, { cwd: join(directory, 'app') });
  await rm(directory, { recursive: true });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

function report(name: string, ratio: number, target: number, sense: 'at most' | 'at least'): void {
  const met = sense === 'at most' ? ratio <= target : ratio >= target;
  console.log(`${name}: ${ratio.toFixed(2)} ×, target ${sense} ${target}: ${met ? 'met' : 'MISSED'}`);
}
