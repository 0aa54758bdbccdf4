/**
 * Peak memory of the service while it works on npm applications of 100, 1,000 and 10,000 dependencies, and the longest
 * delay of its event loop. The packages are made up and served on loopback: real ones of this number would measure the
 * network.
 *
 *     node --import ./test/support/typescript.mjs bench/npm-memory.ts
 *
 * Runs the compiled service: build first.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileServer } from '../test/support/file-server.js';
import { GitServer } from '../test/support/git-server.js';
import { peakMemory } from '../test/support/memory.js';
import { packed } from '../test/support/npm-application.js';
import { Service } from '../test/support/service.js';
import { applicationOf, type LockEntries } from './npm-locks.js';

const SIZES = [100, 1_000, 10_000];
const TARGET = 400;

const scratch = await mkdtemp(join(tmpdir(), 'bench-npm-memory-'));
const git = await GitServer.start();
const registry = await FileServer.start();
try {
  const upstreams = join(scratch, 'upstreams.yaml');
  await writeFile(upstreams, `npm: [{url: "${registry.url}/"}]\n`);
  const content = await packed({ name: 'leaf', version: '1.0.0' }, { 'index.js': 'x'.repeat(10_000) });
  for (const size of SIZES) {
    const repository = await git.createRepository(`bench/large-${size}`);
    const ref = await repository.commit({ files: applicationOf(`large-${size}`, entriesOf(size, content)) });
    const service = await Service.start({ CACHITO_UPSTREAMS_FILE: upstreams });
    const before = await peakMemory(service.pid);
    // Each look begins anew, and starting takes long.
    await eventLoopDelay(service);
    const begun = performance.now();
    const { id } = await service.complete({ repo: repository.url, ref, pkg_managers: ['npm'] });
    const time = (performance.now() - begun) / 1000;
    const working = await peakMemory(service.pid);
    const delay = await eventLoopDelay(service);
    for (const path of [`${id}`, `${id}/content-manifest`, `${id}/sbom`, `${id}/download`]) {
      await (await service.fetch(`/api/v1/requests/${path}`)).arrayBuffer();
    }
    await (await service.fetch('/api/v1/requests?verbose=true')).arrayBuffer();
    const peak = await peakMemory(service.pid);
    console.log(
      `${size} dependencies: ${time.toFixed(1)} s; peak memory ${before} MB before, ${working} MB after the work, ${peak} MB ` +
        `after reading everything (target < ${TARGET} MB: ${peak < TARGET ? 'met' : 'MISSED'}); longest event loop delay ` +
        `of the work ${delay} ms, of the answers ${await eventLoopDelay(service)} ms`,
    );
    await service.close();
  }
} finally {
  await Promise.all([git.stop(), registry.stop()]);
  await rm(scratch, { recursive: true, force: true });
}

function entriesOf(size: number, content: Buffer): LockEntries {
  const entries: LockEntries = {};
  for (let at = 0; at < size; at += 1) {
    // Each its own bytes: gzip readers ignore what follows the archive, digests do not.
    const own = Buffer.concat([content, Buffer.from(String(at).padStart(8, '0'))]);
    const path = `/leaf-${at}/-/leaf-${at}-1.0.0.tgz`;
    registry.files.set(path, own);
    const integrity = `sha512-${createHash('sha512').update(own).digest('base64')}`;
    const dependencies = at + 1 < size ? { [`leaf-${at + 1}`]: '^1.0.0', [`leaf-${(at * 7 + 1) % size}`]: '*' } : {};
    entries[`node_modules/leaf-${at}`] = { version: '1.0.0', resolved: `${registry.url}${path}`, integrity, dependencies };
  }
  return entries;
}

/** Milliseconds: the longest since this was asked last. */
async function eventLoopDelay(service: Service): Promise<string> {
  const metrics = await (await service.fetch('/metrics')).text();
  return (Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(metrics)?.[1]) * 1000).toFixed(0);
}
