/**
 * Requests for Go modules, from POST to `complete`.
 *
 * - A real module with hundreds of dependencies: cold against `go mod download` with an empty cache and one `go list`,
 *   warm against cold, ten requests for ten commits at once.
 * - A generated repository of 50 modules with 50,000 packages: cold and warm against the slowest `go list` of one of its
 *   modules; peak memory of the service, `verbose`, manifest and SBOM included; longest delay of its event loop.
 *
 *     node --import ./test/support/typescript.mjs bench/gomod.ts [real] [generated]
 *
 * Needs go and the Go module proxy. Runs the compiled service: build first.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { GitServer } from '../test/support/git-server.js';
import { type GoFiles, realModule } from '../test/support/go-module-files.js';
import { peakMemory } from '../test/support/memory.js';
import { networksOfPublicRegistries } from '../test/support/public-registries.js';
import { type RequestView, Service } from '../test/support/service.js';
import { directoryOf, goRepository } from './gomod-repository.js';
import { eventLoopDelay, median, report, seconds, show } from './measures.js';

const RUNS = 3;
const AT_ONCE = 10;
const REAL = { path: 'helm.sh/helm/v3', version: 'v3.19.5' };
const GENERATED = { modules: 50, packages: 1_000 };
const TARGET_MEMORY = 400;

const scratch = await mkdtemp(join(tmpdir(), 'bench-gomod-'));
const git = await GitServer.start();
const chosen = process.argv.slice(2);
try {
  if (chosen.length === 0 || chosen.includes('real')) await real();
  if (chosen.length === 0 || chosen.includes('generated')) await generated();
} finally {
  await git.stop();
  // What go has in its module cache is read-only.
  await execa('chmod', ['-R', 'u+w', scratch]);
  await rm(scratch, { recursive: true, force: true });
}

async function real(): Promise<void> {
  const files = await realModule(REAL.path, REAL.version);
  const repository = await git.createRepository('bench/real');
  const refs: string[] = [];
  for (let at = 0; at < AT_ONCE; at += 1) refs.push(await repository.commit({ files: { ...files, 'COMMIT.txt': String(at) } }));
  const body = (ref: string): object => ({ repo: repository.url, ref, pkg_managers: ['gomod'] });
  const checkout = await write(files, 'real');
  const times: Record<string, number[]> = { download: [], list: [], cold: [], 'next commit': [], warm: [] };
  for (let run = 0; run < RUNS; run += 1) {
    const cache = join(scratch, `cache-${run}`);
    times.download.push(await seconds(() => go(checkout, cache, ['mod', 'download', '-json'])));
    times.list.push(await seconds(() => go(checkout, cache, ['list', '-e', '-deps', '-json', 'all'])));
    const service = await start();
    times.cold.push(await seconds(() => service.complete(body(refs[0]))));
    times['next commit'].push(await seconds(() => service.complete(body(refs[1]))));
    for (let again = 0; again < RUNS; again += 1) times.warm.push(await seconds(() => service.complete(body(refs[0]))));
    console.log(`peak memory of the service: ${await peakMemory(service.pid)} MB`);
    await service.close();
  }
  const baseline = median(times.download) + median(times.list);
  show(times);
  report('cold against go mod download + go list', median(times.cold) / baseline, 1.2, 'at most');
  report('cold against warm', median(times.cold) / median(times.warm), 1, 'at least');
  const service = await start({ CACHITO_WORKER_CONCURRENCY: String(AT_ONCE) });
  const together = await seconds(() => Promise.all(refs.map((ref) => service.complete(body(ref)))));
  console.log(`${AT_ONCE} commits at once, cold: ${together.toFixed(2)} s = ${(together / median(times.cold)).toFixed(1)} × one`);
  console.log(`peak memory of the service: ${await peakMemory(service.pid)} MB`);
  await service.close();
}

async function generated(): Promise<void> {
  const files = goRepository(GENERATED);
  const repository = await git.createRepository('bench/generated');
  const ref = await repository.commit({ files });
  const checkout = await write(files, 'generated');
  const paths = Array.from({ length: GENERATED.modules }, (_, at) => ({ path: directoryOf(at) }));
  const body = { repo: repository.url, ref, pkg_managers: ['gomod'], packages: { gomod: paths } };
  const listings: number[] = [];
  for (const { path } of paths.slice(0, 5)) {
    const list = (): Promise<unknown> => go(join(checkout, path), join(scratch, 'list'), ['list', '-e', '-deps', '-json', 'all']);
    await list();
    listings.push(await seconds(list));
  }
  const service = await start();
  const before = await peakMemory(service.pid);
  await eventLoopDelay(service);
  const times: Record<string, number[]> = { 'slowest listing': [Math.max(...listings)], cold: [], warm: [] };
  let view: RequestView | undefined;
  times.cold.push(await seconds(async () => (view = await service.complete(body))));
  const working = await peakMemory(service.pid);
  const delay = await eventLoopDelay(service);
  for (let again = 0; again < RUNS; again += 1) times.warm.push(await seconds(() => service.complete(body)));
  const warmDelay = await eventLoopDelay(service);
  for (const path of [`requests/${view?.id}`, 'requests?verbose=true&per_page=1', `requests/${view?.id}/content-manifest`, `requests/${view?.id}/sbom`]) {
    const begun = performance.now();
    const response = await service.fetch(`/api/v1/${path}`);
    let size = 0;
    for await (const chunk of response.body ?? []) size += chunk.length;
    console.log(`${path}: ${response.status}, ${(size / 1e6).toFixed(1)} MB in ${((performance.now() - begun) / 1000).toFixed(2)} s, peak ${await peakMemory(service.pid)} MB`);
  }
  const peak = await peakMemory(service.pid);
  show(times);
  report('warm against the slowest single listing', median(times.warm) / times['slowest listing'][0], 1.5, 'at most');
  console.log(
    `peak memory ${before} MB before, ${working} MB after the work, ${peak} MB after reading everything (target < ` +
      `${TARGET_MEMORY} MB: ${peak < TARGET_MEMORY ? 'met' : 'MISSED'}); longest event loop delay of the work ${delay} ms, ` +
      `warm ${warmDelay} ms, of the answers ${await eventLoopDelay(service)} ms`,
  );
  await service.close();
}

async function write(files: GoFiles | Record<string, string>, name: string): Promise<string> {
  const directory = join(scratch, name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content as string | Buffer);
  }
  return directory;
}

function go(directory: string, cache: string, args: string[]): Promise<unknown> {
  const env = { PATH: process.env.PATH, HOME: cache, GOPATH: cache, GOCACHE: join(cache, 'build'), GOFLAGS: '-mod=readonly' };
  return execa('go', args, { cwd: directory, env, extendEnv: false, stdout: 'ignore', stderr: 'ignore' });
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
  return Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries(), ...environment });
}

/** Milliseconds: the longest since this was asked last. */
