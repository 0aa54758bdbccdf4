/**
 * How long searches of where-used take over many requests, and how large the database is. Data is generated: see
 * `where-used-data.ts`. One run of a million requests takes about a quarter of an hour and 20 GB below the folder for
 * temporary files.
 *
 *     node --import ./test/support/typescript.mjs bench/where-used.ts [--requests 1000000] [--repositories 5000]
 */
import { parseArgs } from 'node:util';
import { openTestDatabase } from '../src/database/testing.js';
import { DependencyPaths } from '../src/dependencies/index.js';
import { type SearchParameters, searchTerms } from '../src/manifests/where-used/search-terms.js';
import type { UseFilter } from '../src/manifests/where-used/use-query.js';
import { WhereUsed } from '../src/manifests/where-used/where-used.js';
import { generate } from './where-used-data.js';

const RUNS = 20;
/** Seconds. */
const TARGET = 1;
/** Gigabytes. */
const MAX_SIZE = 50;

interface Search {
  terms(run: number): SearchParameters;
  filter?: Partial<UseFilter>;
  /** 1 = the first; otherwise the part of all pages that lies before the shown one. */
  depth?: number;
  perPage?: number;
}

const npm = (name: string, more: SearchParameters = {}): SearchParameters => ({ type: 'npm', name, ...more });
const popular = (run: number): SearchParameters => npm(`package-${run % 10}`);
const common = (run: number): SearchParameters => npm(`package-${100 + run * 7}`);
const rare = (run: number): SearchParameters => npm(`@acme/own-${run}`);
/** The first version of each: see the components of `where-used-data.ts`. */
const exact = (run: number): SearchParameters => {
  const id = (run % 10) * 5 + 1;
  return { purl: `pkg:npm/package-${run % 10}@1.${id % 20}.${id % 7}` };
};
const range = (run: number): SearchParameters => npm(`package-${run % 10}`, { range: '>=2 <4 || ^5.0.0' });

const SEARCHES: Record<string, Search> = {
  'popular package': { terms: popular },
  'popular package, 100 per page': { terms: popular, perPage: 100 },
  'popular package, in the middle': { terms: popular, depth: 0.5 },
  'popular package, last page': { terms: popular, depth: 1 },
  'popular package, not for development': { terms: popular, filter: { dev: false } },
  'popular package, stale': { terms: popular, filter: { state: 'stale' } },
  'popular package, complete': { terms: popular, filter: { state: 'complete' } },
  'popular package, label': { terms: popular, filter: { labels: ['team:team-7'] } },
  'popular package, frequent label': { terms: popular, filter: { labels: ['stage:test'] } },
  'popular package, everything': { terms: popular, filter: { dev: true, state: 'stale', labels: ['stage:release'] } },
  'popular package, range': { terms: range },
  'popular exact version': { terms: exact },
  'common package': { terms: common },
  'common package, last page': { terms: common, depth: 1 },
  'rare package': { terms: rare },
  'rare package, label': { terms: rare, filter: { labels: ['stage:release'] } },
  'unknown package': { terms: (run) => npm(`nobody-${run}`) },
};

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '1000000' }, repositories: { type: 'string', default: '5000' } },
});
const scale = { requests: Number(values.requests), repositories: Number(values.repositories) };
const database = await openTestDatabase();
const { dataSource } = database;
try {
  const began = performance.now();
  await generate(dataSource, scale);
  const [size]: { bytes: string; sets: string; members: string; edges: string }[] = await dataSource.query(
    `SELECT pg_database_size(current_database()) AS "bytes", (SELECT count(*) FROM "dependency_set") AS "sets",
       (SELECT count(*) FROM "dependency_set_member") AS "members",
       (SELECT count(*) FROM "dependency_edge") AS "edges"`,
  );
  const gigabytes = Number(size?.bytes) / 1e9;
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${scale.requests} requests, ${size?.sets} sets, ${size?.members} members, ${size?.edges} edges, made in ` +
      `${seconds.toFixed(0)} s; database ${gigabytes.toFixed(1)} GB, target < ${MAX_SIZE} GB: ` +
      `${gigabytes < MAX_SIZE ? 'met' : 'MISSED'}`,
  );
  const all = await measureAll();
  const p95 = percentile(all, 0.95);
  console.log(`all searches: p95 ${p95.toFixed(3)} s, target < ${TARGET} s: ${p95 < TARGET ? 'met' : 'MISSED'}`);
} finally {
  await database.close();
}

async function measureAll(): Promise<number[]> {
  const whereUsed = new WhereUsed(dataSource, new DependencyPaths(dataSource));
  const files: { sha256: string }[] = await dataSource.query(
    `SELECT "sha256" FROM "artifact" WHERE "id" <= ${RUNS} ORDER BY "id"`,
  );
  const file = (run: number): SearchParameters => ({ sha256: files[run]?.sha256 });
  const searches = {
    ...SEARCHES,
    'popular file': { terms: file },
    'popular file, not for development': { terms: file, filter: { dev: false } },
  };
  const all: number[] = [];
  for (const [name, search] of Object.entries(searches)) {
    const { times, total } = await measure(whereUsed, search);
    all.push(...times);
    console.log(
      `${name}: p50 ${percentile(times, 0.5).toFixed(3)} s, p95 ${percentile(times, 0.95).toFixed(3)} s, ` +
        `max ${Math.max(...times).toFixed(3)} s (up to ${total} uses)`,
    );
  }
  return all;
}

async function measure(whereUsed: WhereUsed, search: Search): Promise<{ times: number[]; total: number }> {
  const { terms, filter, depth = 0, perPage = 10 } = search;
  const times: number[] = [];
  let most = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const conditions = { labels: [], ...filter };
    const wanted = searchTerms(terms(run));
    let page = 1;
    if (depth > 0) {
      const { total } = await whereUsed.page(wanted, conditions, 1, perPage);
      page = Math.max(1, Math.ceil((total / perPage) * depth));
    }
    const began = performance.now();
    const { total } = await whereUsed.page(wanted, conditions, page, perPage);
    times.push((performance.now() - began) / 1000);
    most = Math.max(most, total);
  }
  return { times, total: most };
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}
