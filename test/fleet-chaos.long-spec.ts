import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { expectBundle, sha256 } from './support/fleet-bundles.js';
import { FleetChaos } from './support/fleet-chaos.js';
import { FleetClient } from './support/fleet-client.js';
import { cannotMount } from './support/fleet-disk.js';
import { type HeardState, watchStates } from './support/fleet-events.js';
import { collectBlobs, orphanRows, unfinishedFilesInTheEnd } from './support/fleet-leftovers.js';
import { SeededRandom } from './support/fleet-random.js';
import { type PlannedRequest, planRequests } from './support/fleet-requests.js';
import { FleetUpstreams } from './support/fleet-upstreams.js';
import { Fleet } from './support/fleet.js';
import { S3_SERVER_BUILD_TIMEOUT } from './support/s3-server.js';
import type { RequestView } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

const REQUESTS = Number(process.env.CACHITO_TEST_FLEET_REQUESTS ?? 200);
const SEED = Number(process.env.CACHITO_TEST_FLEET_SEED ?? Date.now() % 1_000_000);
/** Requests that clients have under way at a time. */
const UNDER_WAY = 40;
/** Every so many-th request is watched by its events. */
const WATCHED = 5;
/** All of it. */
const LIMIT = 40 * 60_000;

interface Outcome {
  planned: PlannedRequest;
  view: RequestView;
  digest: string;
  heard: HeardState[] | undefined;
}

/**
 * One API process and three workers, of which one after the other is killed, while everything that they depend on fails
 * for a while. CACHITO_TEST_FLEET_SEED repeats the choices of a run (not its timing).
 */
describe.each([
  { queue: 'redis', store: 'directory' },
  { queue: 'redis', store: 's3' },
  { queue: 'database', store: 'directory' },
  { queue: 'database', store: 's3' },
] as const)('a fleet with its queue in the $queue and its blobs in the $store, of which parts die all the time', ({ queue, store }) => {
  let upstreams: FleetUpstreams;
  let fleet: Fleet;
  let scratch: string;
  const random = new SeededRandom(SEED);
  const obstacle = queue === 'redis' ? missingTool('redis-server') : undefined;
  const everything = obstacle ?? missingTool('go') ?? missingTool('python3') ?? cannotMount();

  beforeAll(async () => {
    if (everything !== undefined) return;
    upstreams = await FleetUpstreams.start(random);
    fleet = await Fleet.start({ workers: 3, queue, store, disk: 512, environment: { CACHITO_UPSTREAMS_FILE: upstreams.file } });
    scratch = join(fleet.directory, 'scratch');
    await mkdir(scratch);
  }, S3_SERVER_BUILD_TIMEOUT);

  afterAll(async () => {
    await fleet?.stop();
    await upstreams?.stop();
  });

  itUnless(everything, 'ends every request once and right, and leaves nothing behind', async () => {
    console.log(`seed ${SEED}`);
    const planned = await planRequests(upstreams, random, REQUESTS);
    // Time to be killed in: a fetch of source takes a while.
    upstreams.git.fault = () => ({ delay: 150 });
    const chaos = new FleetChaos(fleet, random);
    const failing = new AbortController();
    const signal = AbortSignal.any([failing.signal, AbortSignal.timeout(LIMIT - 120_000)]);
    const client = new FleetClient(fleet.api, signal);
    const outcomes: Outcome[] = [];
    let posted = 0;
    const make = async (each: PlannedRequest, at: number): Promise<void> => {
      const id = await client.create(each.body, `request-${at}`);
      posted++;
      const hearing = at % WATCHED === 0 ? watchStates(fleet.api, id, signal) : undefined;
      const view = await client.finish(id);
      expect([each.body, view]).toEqual([each.body, expect.objectContaining({ id, state: 'complete' })]);
      const bytes = await client.download(id);
      await expectBundle(bytes, each, scratch);
      outcomes.push({ planned: each, view, digest: sha256(bytes), heard: await hearing });
    };
    const began = Date.now();
    const made: Promise<void>[] = [];
    const posting = (async () => {
      for (const [at, each] of planned.entries()) {
        while (made.length - outcomes.length >= UNDER_WAY) await wait(100, undefined, { signal });
        made.push(make(each, at));
      }
    })();
    const failure = posting.then(() => Promise.all(made)).catch((error: unknown) => {
      failing.abort(error);
      throw error;
    });
    failure.catch(() => undefined);
    const reached = async (part: number): Promise<void> => {
      while (outcomes.length < part * REQUESTS) await wait(100, undefined, { signal });
    };
    chaos.begin();
    try {
      await reached(0.1).then(() => chaos.restartDatabase());
      await reached(0.25).then(() => chaos.flushRedis());
      await reached(0.4).then(() => chaos.killDatabase());
      await reached(0.55).then(() => chaos.fillDisk());
      await reached(0.7).then(() => chaos.restartRedis());
      await reached(0.8).then(() => chaos.disturbS3());
    } finally {
      await failure.finally(() => chaos.end()).finally(() => tell(chaos.failures()));
    }
    const seconds = (Date.now() - began) / 1000;

    expect(outcomes).toHaveLength(posted);
    expectOnce(outcomes);
    for (const { view } of outcomes) expect(await client.show(view.id)).toEqual(view);
    expect(await unfinishedFilesInTheEnd(fleet)).toEqual([]);
    expect(Object.entries(await orphanRows(fleet)).filter(([, count]) => count > 0)).toEqual([]);
    const unreferenced = await collectBlobs(fleet);
    expect(unreferenced.after).toBe(0);
    for (const { view, digest } of outcomes) expect([view.id, sha256(await client.download(view.id))]).toEqual([view.id, digest]);
    expect(chaos.deaths).toEqual([]);
    await report(seconds, chaos, client, unreferenced.before);
  }, LIMIT);

  /** What clients have seen: each request is complete once, and last; equal requests have equal bundles. */
  function expectOnce(outcomes: readonly Outcome[]): void {
    expect(new Set(outcomes.map(({ view }) => view.id)).size).toBe(REQUESTS);
    const digests = new Map<PlannedRequest, string>();
    for (const { planned, view, digest, heard } of outcomes) {
      for (const history of [view.state_history.toSorted(byTime), ...(heard === undefined ? [] : [heard])]) {
        expect([view.id, history.map(({ state }) => state).filter((state) => state !== 'in_progress')]).toEqual([view.id, ['complete']]);
        expect([view.id, history.at(-1)?.state]).toEqual([view.id, 'complete']);
      }
      if (heard !== undefined) expect(heard).toEqual(heard.toSorted(byTime));
      expect([view.id, digests.get(planned) ?? digest]).toEqual([view.id, digest]);
      digests.set(planned, digest);
    }
  }

  async function report(seconds: number, chaos: FleetChaos, client: FleetClient, unreferenced: number): Promise<void> {
    const [figures] = await fleet.query<Record<string, number>>(FIGURES);
    expect(figures.requests).toBe(REQUESTS);
    console.log(
      `queue in the ${queue}, blobs in the ${store}: ${figures.requests} requests in ${seconds.toFixed(0)} s, ${chaos.kills} kills, ` +
        `${chaos.failedStarts} failed starts; ${figures.attempts} attempts, ${figures.repeated} requests with more than one ` +
        `(at most ${figures.most}), ${figures.takeovers} taken over from dead workers; from POST to complete ` +
        `p50 ${figures.p50} s, p95 ${figures.p95} s, longest ${figures.longest} s; ${client.repeated} calls repeated; ` +
        `${unreferenced} blobs that nothing referred to`,
    );
  }
});

/** Why requests failed, when any did: clients are not told everything. */
function tell(failures: readonly string[]): void {
  if (failures.length > 0) console.log(failures.join('\n'));
}

const FIGURES = `
  SELECT count(*)::int AS "requests", sum(r."attempt")::int AS "attempts", sum(r."crashes")::int AS "takeovers",
    count(*) FILTER (WHERE r."attempt" > 1)::int AS "repeated", max(r."attempt")::int AS "most",
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY t."seconds")::numeric, 1)::float8 AS "p50",
    round(percentile_cont(0.95) WITHIN GROUP (ORDER BY t."seconds")::numeric, 1)::float8 AS "p95",
    round(max(t."seconds")::numeric, 1)::float8 AS "longest"
  FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id"
    CROSS JOIN LATERAL (SELECT extract(epoch FROM s."updated" - r."created") AS "seconds") t`;

function byTime(one: HeardState, other: HeardState): number {
  return one.updated < other.updated ? -1 : one.updated > other.updated ? 1 : 0;
}
