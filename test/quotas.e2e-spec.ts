import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { type Answer, InnerService } from './support/inner-service.js';

const REQUESTS = '/api/v1/requests';
const BODY = { repo: 'https://git.example.org/team/app.git', ref: 'a'.repeat(40), pkg_managers: [] };

/** Two processes of the API on one database; nobody works on requests. */
describe('quotas', () => {
  let database: TestDatabase;
  const services: InnerService[] = [];

  async function start(auth: { requestsPerMinute?: number; unfinishedRequests?: number }): Promise<void> {
    const all = { ...auth, userRepresentatives: ['rep'], workerUsernames: ['worker'], administrators: ['root'] };
    for (let n = 0; n < 2; n++) services.push(await InnerService.start(database.url, { role: 'api', auth: all }));
  }

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    await database.dataSource.query('TRUNCATE "request", "user" CASCADE');
  });
  afterAll(() => database?.close());

  const post = (n: number, as: string | undefined, more: object = {}, key?: string): Promise<Answer> =>
    services[n % services.length].call('POST', REQUESTS, {
      as,
      body: { ...BODY, ...more },
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    });

  async function statuses(answers: Promise<Answer>[]): Promise<Record<number, number>> {
    const counts: Record<number, number> = {};
    for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /** As if so many seconds had passed. */
  async function letPass(seconds: number): Promise<void> {
    await database.dataSource.query(`UPDATE "request" SET "created" = "created" - $1 * interval '1 second'`, [seconds]);
  }

  it('lets exactly so many pass in a minute, however many are posted at once', async () => {
    await start({ requestsPerMinute: 5 });
    const answers = ['alice', 'bob'].flatMap((as) => Array.from({ length: 15 }, (_, n) => post(n, as)));
    expect(await statuses(answers)).toEqual({ 201: 10, 429: 20 });
    const refused = await post(0, 'alice');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(refused.json).toEqual({ error: `You may post 5 requests in a minute, and have: try again in ${seconds} seconds` });
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    await letPass(seconds);
    expect((await post(1, 'alice')).status).toBe(201);
  });

  it('looks at the last minute, not at the clock’s', async () => {
    await start({ requestsPerMinute: 2 });
    await post(0, 'alice');
    await letPass(40);
    await post(0, 'alice');
    const refused = await post(1, 'alice');
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    await letPass(Number(refused.headers.get('retry-after')));
    expect(await statuses([post(0, 'alice'), post(1, 'alice')])).toEqual({ 201: 1, 429: 1 });
  });

  it('lets exactly so many be unfinished', async () => {
    await start({ unfinishedRequests: 3 });
    expect(await statuses(Array.from({ length: 12 }, (_, n) => post(n, 'alice')))).toEqual({ 201: 3, 429: 9 });
    const refused = await post(0, 'alice');
    expect(refused.json).toEqual({ error: expect.stringMatching(/^3 of your requests are unfinished/) });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const listing = Object((await services[0].call('GET', REQUESTS)).json);
    const change = { state: 'failed', state_reason: 'x' };
    await services[0].call('PATCH', `${REQUESTS}/${listing.items[0].id}`, { as: 'worker', body: change });
    expect(await statuses([post(0, 'alice'), post(1, 'alice')])).toEqual({ 201: 1, 429: 1 });
  });

  it('counts who calls, for whomever it is; nobody is exempt', async () => {
    await start({ requestsPerMinute: 2 });
    expect((await post(0, 'rep', { user: 'alice' })).status).toBe(201);
    expect((await post(1, 'rep', { user: 'bob' })).status).toBe(201);
    expect((await post(0, 'rep', { user: 'carol' })).status).toBe(429);
    expect(await statuses([post(0, 'alice'), post(1, 'alice'), post(0, 'alice')])).toEqual({ 201: 2, 429: 1 });
    for (const as of ['worker', 'root']) {
      expect(await statuses([post(0, as), post(1, as), post(0, as)])).toEqual({ 201: 2, 429: 1 });
    }
  });

  it('counts what is submitted again, and nothing that was refused or made before', async () => {
    await start({ requestsPerMinute: 3 });
    const first = await post(0, 'alice', {}, 'once');
    const { id } = Object(first.json);
    for (let n = 0; n < 5; n++) expect((await post(n, 'alice', {}, 'once')).status).toBe(200);
    for (let n = 0; n < 5; n++) expect((await post(n, 'alice', { repo: 'file:///x' })).status).toBe(400);
    const resubmit = (n: number): Promise<Answer> =>
      services[n].call('POST', `${REQUESTS}/${id}/resubmit`, { as: 'alice', body: {} });
    expect(await statuses([resubmit(0), resubmit(1), resubmit(0), resubmit(1)])).toEqual({ 201: 2, 429: 2 });
    expect((await resubmit(0)).headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await post(1, 'alice', {}, 'once')).status).toBe(200);
  });

  it('takes all callers without a name for one', async () => {
    const auth = { loginDisabled: true, requestsPerMinute: 2 };
    for (let n = 0; n < 2; n++) services.push(await InnerService.start(database.url, { role: 'api', auth }));
    expect(await statuses(Array.from({ length: 6 }, (_, n) => post(n, undefined)))).toEqual({ 201: 2, 429: 4 });
    expect((await post(0, 'alice')).status).toBe(201);
  });

  it('answers from indices, however many requests there are', async () => {
    await database.dataSource.query(`INSERT INTO "user" ("id", "username") VALUES (1, 'alice'), (2, 'bob')`);
    await database.dataSource.query(
      `INSERT INTO "request" ("repo", "repo_name", "ref", "user_id", "state", "created", "source_hosts")
       SELECT 'https://h/a', 'a', repeat('a', 40), 1 + n % 2, 1 + n % 2 * 3, now() - n * interval '1 hour', '{h}'
       FROM generate_series(1, 20000) n`,
    );
    await database.dataSource.query('ANALYZE "request"');
    // Bob has nothing unfinished, alice has all that is.
    const caller = 'coalesce("submitted_by_id", "user_id") = 2';
    for (const [condition, index] of [
      [`${caller} AND "created" > now() - interval '1 minute' ORDER BY "created" DESC OFFSET 4 LIMIT 1`, 'ix_request_created'],
      [`${caller} AND "state" = 1 LIMIT 5`, 'ix_request_caller_unfinished'],
    ]) {
      const plan: { 'QUERY PLAN': string }[] = await database.dataSource.query(
        `EXPLAIN SELECT "created" FROM "request" WHERE ${condition}`,
      );
      expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain(index);
    }
  });
});
