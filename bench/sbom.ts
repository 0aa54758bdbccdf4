/**
 * SBOMs of large requests: an npm application of 10,000 components, and 4,000 reported Go packages with sets of their own
 * that have 50,000 packages together. For each format: time to the first byte and to the last, memory that the answers
 * add to the peak, longest delay of the event loop; against a server that makes the same document from the same rows and
 * has its text as a whole (`sbom-baseline.ts`). The data is generated: see `sbom-data.ts`.
 *
 *     node --import ./test/support/typescript.mjs bench/sbom.ts [npm] [go]
 *
 * Runs the compiled service: build first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { request } from 'undici';
import { openTestDatabase } from '../src/database/testing.js';
import { SBOM_FORMATS, type SbomFormat } from '../src/manifests/sbom/sbom-formats.js';
import { peakMemory } from '../test/support/memory.js';
import { Service } from '../test/support/service.js';
import { median } from './measures.js';
import { goRequest, npmRequest, saveRequest } from './sbom-data.js';

const RUNS = 5;
const COMPONENTS = 10_000;
const GO = { modules: 50, packages: 1_000, reported: 80 };
/** Megabytes that the heap of either process may take: without a limit, garbage is collected when there is much of it. */
const HEAP = 300;
const WAYS = ['identity', 'gzip', '304'] as const;

/** A process that answers with documents. */
interface Answerer {
  pid: number;
  addressOf(id: number, format: SbomFormat): string;
  metrics: string;
  close(): Promise<void>;
}

interface Answer {
  /** Seconds. */
  first: number;
  total: number;
  bytes: number;
  tag: string;
}

interface Measured {
  times: Record<(typeof WAYS)[number], Omit<Answer, 'tag'>>;
  /** Megabytes at the peak: before any answer, after the first, after all. */
  memory: [before: number, first: number, all: number];
  /** Milliseconds. */
  delay: number;
}

const NODE_OPTIONS = `--max-old-space-size=${HEAP}`;
const chosen = process.argv.slice(2);
const database = await openTestDatabase();
try {
  if (chosen.length === 0 || chosen.includes('npm')) {
    await measureAll(`npm, ${COMPONENTS} components`, await saveRequest(database.dataSource, await npmRequest(database.dataSource, COMPONENTS)));
  }
  if (chosen.length === 0 || chosen.includes('go')) {
    const id = await saveRequest(database.dataSource, goRequest(GO));
    const [{ sets, members }]: { sets: string; members: string }[] = await database.dataSource.query(
      `SELECT count(DISTINCT s."id") AS "sets", sum(s."members") AS "members" FROM "request_package" p
       JOIN "dependency_set" s ON s."id" = p."dependency_set_id" WHERE p."request_id" = $1`,
      [id],
    );
    await measureAll(`Go, ${GO.modules * GO.packages} packages, ${sets} sets with ${members} members`, id);
  }
} finally {
  await database.close();
}

async function measureAll(name: string, id: number): Promise<void> {
  for (const format of SBOM_FORMATS) {
    const ours = await measure(await startService(), id, format);
    const baseline = await measure(await startBaseline(), id, format);
    const { bytes } = ours.times.identity;
    console.log(`${name}, ${format}: ${megabytes(bytes)} MB, compressed ${megabytes(ours.times.gzip.bytes)} MB`);
    for (const way of WAYS) {
      const [our, other] = [ours.times[way], baseline.times[way]];
      console.log(
        `  ${way}: first byte ${our.first.toFixed(2)} s, all ${our.total.toFixed(2)} s; as a whole ${other.first.toFixed(2)} s, ` +
          `${other.total.toFixed(2)} s: ${(our.total / other.total).toFixed(2)} × its time`,
      );
    }
    const added = ({ memory: [before, ...after] }: Measured): number[] => after.map((peak) => peak - before);
    console.log(
      `  memory: peak ${ours.memory.join(', ')} MB before any answer, after one, after ${RUNS * WAYS.length + 1}; as a whole ` +
        `${baseline.memory.join(', ')} MB: ${added(ours).map((each, at) => (each / added(baseline)[at]).toFixed(2)).join(' and ')} × what is added`,
    );
    console.log(`  longest event loop delay: ${ours.delay.toFixed(0)} ms; as a whole ${baseline.delay.toFixed(0)} ms`);
  }
}

async function measure(answerer: Answerer, id: number, format: SbomFormat): Promise<Measured> {
  try {
    const address = answerer.addressOf(id, format);
    await delayOf(answerer);
    const before = await peakMemory(answerer.pid);
    const { tag } = await get(address, 'identity', '');
    const once = await peakMemory(answerer.pid);
    const times = {} as Measured['times'];
    for (const way of WAYS) {
      const answers: Answer[] = [];
      for (let run = 0; run < RUNS; run += 1) answers.push(await get(address, way, tag));
      const middle = (of: (answer: Answer) => number): number => median(answers.map(of));
      times[way] = { first: middle(({ first }) => first), total: middle(({ total }) => total), bytes: answers[0].bytes };
    }
    return { times, memory: [before, once, await peakMemory(answerer.pid)], delay: await delayOf(answerer) };
  } finally {
    await answerer.close();
  }
}

async function get(address: string, way: (typeof WAYS)[number], tag: string): Promise<Answer> {
  const encoding = way === 'gzip' ? 'gzip' : 'identity';
  const known = way === '304' ? { 'if-none-match': tag } : {};
  const begun = performance.now();
  const { statusCode, headers, body } = await request(address, { headers: { 'accept-encoding': encoding, ...known }, headersTimeout: 0 });
  let [first, bytes] = [0, 0];
  for await (const chunk of body) {
    if (bytes === 0) first = performance.now();
    bytes += (chunk as Buffer).length;
  }
  const ended = performance.now();
  if (statusCode !== (way === '304' ? 304 : 200)) throw new Error(`${address} answers with status ${statusCode}`);
  return { first: ((first || ended) - begun) / 1000, total: (ended - begun) / 1000, bytes, tag: String(headers.etag) };
}

/** Milliseconds: the longest since this was asked last. */
async function delayOf({ metrics }: Answerer): Promise<number> {
  const text = await (await fetch(metrics)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000;
}

async function startService(): Promise<Answerer> {
  const service = await Service.start({ DATABASE_URL: database.url, NODE_OPTIONS });
  return {
    pid: service.pid,
    addressOf: (id, format) => `${service.base}/api/v1/requests/${id}/sbom?format=${format}`,
    metrics: `${service.base}/metrics`,
    close: () => service.close(),
  };
}

async function startBaseline(): Promise<Answerer> {
  const root = join(import.meta.dirname, '..');
  const child: ChildProcess = spawn(process.execPath, ['--import', './test/support/typescript.mjs', 'bench/sbom-baseline.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, DATABASE_URL: database.url, NODE_OPTIONS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout!, 'data')) as [Buffer];
  const base = `http://127.0.0.1:${Number(port)}`;
  return {
    pid: child.pid ?? 0,
    addressOf: (id, format) => `${base}/${id}/${format}`,
    metrics: `${base}/metrics`,
    async close() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
