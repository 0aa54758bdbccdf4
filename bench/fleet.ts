/**
 * A fleet at work, with its queue in the database and in Redis: how many requests one, two and three workers complete
 * when requests wait on the network (every answer of git and of the npm registry takes 300 ms), and how long a small
 * request takes that is posted behind fifty large ones. Needs `redis-server`, `python3`.
 *
 *     node --import ./test/support/typescript.mjs bench/fleet.ts [--requests 60] [--large 50]
 *
 * Runs the compiled service: build first. What a queue itself costs is in `bench/queue.ts`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FleetClient } from '../test/support/fleet-client.js';
import { integrityOf } from '../test/support/fleet-upstreams.js';
import { Fleet } from '../test/support/fleet.js';
import { GitServer } from '../test/support/git-server.js';
import { pythonArchive } from '../test/support/pip-made.js';
import { seconds } from './measures.js';

/** Of every answer, milliseconds. */
const LATENCY = 300;
const WORKERS = 3;
/** Packages of a request of the first part, of a large one, of a small one. */
const PACKAGES = { ordinary: 4, large: 60, small: 1 };

interface Body {
  repo: string;
  ref: string;
  pkg_managers: string[];
}

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '60' }, large: { type: 'string', default: '50' } },
});
const scratch = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
const git = await GitServer.start();
const files = new Map<string, Buffer>();
const registry = createServer(({ url = '' }, response) => {
  setTimeout(() => {
    const content = files.get(url);
    response.writeHead(content === undefined ? 404 : 200, { 'content-length': content?.length ?? 0 }).end(content);
  }, LATENCY);
}).listen(0, '127.0.0.1');
let names = 0;
try {
  const archive = await pythonArchive('gz', 'package', { 'package.json': '{"name":"kite","version":"1.0.0"}' });
  const upstreams = join(scratch, 'upstreams.json');
  await writeFile(upstreams, JSON.stringify({ npm: [{ url: `http://127.0.0.1:${(registry.address() as AddressInfo).port}/` }] }));
  git.fault = () => ({ delay: LATENCY });
  for (const queue of ['database', 'redis'] as const) {
    const fleet = await Fleet.start({ workers: 1, queue, environment: { CACHITO_UPSTREAMS_FILE: upstreams } });
    try {
      await throughput(queue, fleet, archive);
      await smallBehindLarge(queue, fleet, archive);
    } finally {
      await fleet.stop();
    }
  }
} finally {
  registry.close();
  await git.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function throughput(queue: string, fleet: Fleet, archive: Buffer): Promise<void> {
  let one: number | undefined;
  for (let workers = 1; workers <= WORKERS; workers++) {
    if (workers > 1) await fleet.addWorker();
    // What a process does the first time only.
    await completeAll(fleet, await bodies(2 * workers, PACKAGES.ordinary, archive));
    const made = await bodies(Number(values.requests), PACKAGES.ordinary, archive);
    const time = await seconds(() => completeAll(fleet, made));
    one ??= time;
    console.log(
      `${queue}: ${workers} workers, ${made.length} requests in ${time.toFixed(1)} s, ${(made.length / time).toFixed(2)} a second, ` +
        `${(one / time).toFixed(2)} × one worker; load of the machine ${loadavg()[0].toFixed(1)}`,
    );
  }
}

async function smallBehindLarge(queue: string, fleet: Fleet, archive: Buffer): Promise<void> {
  const [small] = await bodies(1, PACKAGES.small, archive);
  const alone = await seconds(() => completeAll(fleet, [small]));
  const large = await bodies(Number(values.large), PACKAGES.large, archive);
  const [behind] = await bodies(1, PACKAGES.small, archive);
  const ids = await Promise.all(large.map((body) => fleet.api.create(body)));
  const time = await seconds(() => completeAll(fleet, [behind]));
  const rest = await seconds(() => Promise.all(ids.map(({ id }) => patient(fleet).finish(id))));
  console.log(
    `${queue}: a small request alone ${alone.toFixed(1)} s, behind ${large.length} large ones ${time.toFixed(1)} s ` +
      `(the last of these ended ${rest.toFixed(1)} s later), ${WORKERS} workers; load of the machine ${loadavg()[0].toFixed(1)}`,
  );
}

function patient({ api }: Fleet): FleetClient {
  return new FleetClient(api, AbortSignal.timeout(1_800_000));
}

async function completeAll(fleet: Fleet, made: readonly Body[]): Promise<void> {
  const created = await Promise.all(made.map((body) => fleet.api.create(body)));
  for (const { id } of created) {
    const view = await patient(fleet).finish(id);
    if (view.state !== 'complete') throw new Error(`request ${view.id}: ${view.state_reason}`);
  }
}

/** Repositories of their own, each with packages that nobody else has. */
async function bodies(count: number, packages: number, archive: Buffer): Promise<Body[]> {
  const made: Body[] = [];
  for (let at = 0; at < count; at++) {
    const repository = await git.createRepository(`bench/app-${names++}`);
    made.push({ repo: repository.url, ref: await repository.commit({ files: application(packages, archive) }), pkg_managers: ['npm'] });
  }
  return made;
}

function application(packages: number, archive: Buffer): Record<string, string> {
  const chosen = Array.from({ length: packages }, () => `kite-${names++}`);
  for (const name of chosen) files.set(`/${name}/-/${name}-1.0.0.tgz`, archive);
  const manifest = { name: 'app', version: '1.0.0', dependencies: Object.fromEntries(chosen.map((name) => [name, '1.0.0'])) };
  const entries = chosen.map((name) => [`node_modules/${name}`, { version: '1.0.0', integrity: integrityOf(archive) }]);
  const lock = { name: 'app', version: '1.0.0', lockfileVersion: 3, packages: { '': manifest, ...Object.fromEntries(entries) } };
  return { 'package.json': JSON.stringify(manifest), 'package-lock.json': JSON.stringify(lock) };
}
