/**
 * A request for a Python application of 256 source distributions of PyPI (55 MB, and 32 MB of index pages), hashed, from
 * POST to `complete`: cold against `curl --parallel` of the same pages and files, which checks nothing, and against
 * `pip download --no-binary :all: --no-deps` with an empty cache; warm (the next commit with the same requirements, of
 * which nothing is fetched) against cold. Peak memory of the service, and longest delay of its event loop.
 *
 *     node --import ./test/support/typescript.mjs bench/pip.ts [--without-pip]
 *
 * Needs PyPI, curl and python3. Runs the compiled service: build first. pip takes some minutes.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitServer } from '../test/support/git-server.js';
import { peakMemory } from '../test/support/memory.js';
import { networksOfPublicRegistries } from '../test/support/public-registries.js';
import { type RequestView, Service } from '../test/support/service.js';
import { addressesOf, curl, installPip, pipDownload } from './pip-baselines.js';
import { eventLoopDelay, median, report, seconds, show } from './measures.js';

const RUNS = 3;

const scratch = await mkdtemp(join(tmpdir(), 'bench-pip-'));
const git = await GitServer.start();
try {
  await compare(await readFile(new URL('./pip-requirements.txt', import.meta.url), 'utf8'));
} finally {
  await git.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function compare(requirements: string): Promise<void> {
  const repository = await git.createRepository('bench/application');
  const commit = (number: number): Promise<string> =>
    repository.commit({
      files: {
        'setup.cfg': '[metadata]\nname = application\nversion = 1.0\n',
        'requirements.txt': requirements,
        'COMMIT.txt': String(number),
      },
    });
  const refs = [await commit(0), await commit(1)];
  const body = (ref: string): object => ({ repo: repository.url, ref, pkg_managers: ['pip'] });
  const addresses = await addressesOf(requirements);
  console.log(`${addresses.length / 2} source distributions`);
  const times: Record<string, number[]> = { curl: [], cold: [], 'cold, fetching only': [], 'next commit': [], warm: [] };
  for (let run = 0; run < RUNS; run += 1) {
    times.curl.push(await seconds(() => curl(addresses, scratch)));
    const service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
    await eventLoopDelay(service);
    let view: RequestView | undefined;
    times.cold.push(await seconds(async () => (view = await service.complete(body(refs[0])))));
    if (view !== undefined) times['cold, fetching only'].push(fetching(view));
    const memory = await peakMemory(service.pid);
    const delay = await eventLoopDelay(service);
    times['next commit'].push(await seconds(() => service.complete(body(refs[1]))));
    for (let again = 0; again < RUNS; again += 1) times.warm.push(await seconds(() => service.complete(body(refs[1]))));
    console.log(
      `peak memory of the service ${memory} MB, ${await peakMemory(service.pid)} MB after warm requests; ` +
        `longest event loop delay ${delay} ms, warm ${await eventLoopDelay(service)} ms`,
    );
    await offline(service, view);
    await service.close();
  }
  show(times);
  report('cold against curl --parallel', median(times.cold) / median(times.curl), 1.3, 'at most');
  report('cold, fetching only, against curl --parallel', median(times['cold, fetching only']) / median(times.curl), 1.3, 'at most');
  report('cold against the next commit', median(times.cold) / median(times['next commit']), 30, 'at least');
  report('cold against warm', median(times.cold) / median(times.warm), 30, 'at least');
  if (!process.argv.includes('--without-pip')) await comparePip(requirements, median(times.cold));
}

/** Once: it takes minutes. */
async function comparePip(requirements: string, cold: number): Promise<void> {
  const python = await installPip(scratch);
  let outcome = '';
  const time = await seconds(async () => (outcome = await pipDownload(python, requirements, scratch)));
  console.log(`pip download: ${time.toFixed(1)} s, ${outcome}`);
  report('pip download against cold', time / cold, 1, 'at least');
}

/** That a repeated request fetches nothing shows where it may not. */
async function offline(service: Service, view: RequestView | undefined): Promise<void> {
  const response = await service.fetch(`/api/v1/requests/${view?.id}/resubmit`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ offline: true }),
  });
  const { state, state_reason: reason } = await service.finish(((await response.json()) as RequestView).id);
  if (state !== 'complete') throw new Error(`offline: ${state}, ${reason}`);
}

/** Seconds from the phase that fetches to the next. */
function fetching({ state_history: history }: RequestView): number {
  const at = (begin: string): number => {
    const found = history.find(({ state_reason: reason }) => reason.startsWith(begin));
    return Date.parse(`${found?.updated.replace(' ', 'T').replace(/Z?$/, 'Z')}`);
  };
  return (at('Looking up what') - at('Fetching the Python')) / 1000;
}

/** Milliseconds: the longest since this was asked last. */
