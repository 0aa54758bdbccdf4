import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Logger } from 'typeorm';
import { startTestService, type TestService } from '../testing.js';

const REF = (digit: string): string => digit.repeat(40);
const ROWS = 100_000;

/** Collects the statements that are sent to the database. */
class QueryCounter implements Logger {
  readonly queries: string[] = [];
  logQuery(query: string): void {
    this.queries.push(query);
  }
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

const counter = new QueryCounter();
let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  await fill(service);
  service.dataSource.setOptions({ logger: counter, logging: ['query'] });
  Object.assign(service.dataSource, { logger: counter });
});
afterAll(() => service.close());

/** Of three requests each: one in progress, one complete, one failed. Times are 1 s and 7 µs apart. */
async function fill({ dataSource }: TestService): Promise<void> {
  await dataSource.query(`INSERT INTO "user" (username) VALUES ('alice'), ('bob')`);
  const statements = [
    `INSERT INTO request (created, repo, repo_name, ref, user_id, submitted_by_id, state, packages_count, labels)
     SELECT timestamp '2026-01-01' + n * interval '1.000007 seconds', 'https://h.example.org/r' || n % 50, 'r' || n % 50,
       repeat(to_hex(n % 16), 40), 1, CASE WHEN n % 2 = 0 THEN 2 END, 1 + n % 3, n,
       CASE WHEN n % 10 = 0 THEN jsonb_build_object('team', 't' || n % 4, 'odd', 'a:b&c=d é') END
     FROM generate_series(1, ${ROWS}) n`,
    `INSERT INTO request_state (state, state_reason, updated, request_id)
     SELECT 1, 'The request was initiated', created, id FROM request ORDER BY id`,
    `INSERT INTO request_state (state, state_reason, updated, request_id)
     SELECT state, 'then', created + interval '0.5 seconds', id FROM request WHERE state > 1 ORDER BY id`,
    `UPDATE request r SET request_state_id = (SELECT max(id) FROM request_state s WHERE s.request_id = r.id)`,
    `INSERT INTO request_error (request_id, origin, error_type, message)
     SELECT id, CASE WHEN id % 2 = 0 THEN 'client' ELSE 'server' END, 'Type' || id % 4, 'm' FROM request WHERE state = 3`,
    `INSERT INTO request_pkg_manager SELECT r.id, m.id FROM request r, package_manager m WHERE (r.id + m.id) % 3 = 0`,
    `INSERT INTO request_flag SELECT r.id, f.id FROM request r, flag f WHERE f.id <= 2 AND r.id % 10 = 0`,
    `INSERT INTO environment_variable (name, value, kind) VALUES ('B', '2', 'literal'), ('A', '1', 'path')`,
    `INSERT INTO request_environment_variable SELECT r.id, v.id FROM request r, environment_variable v WHERE r.id % 10 = 0`,
    `INSERT INTO component (type, name, version) VALUES ('npm', 'app', '1'), ('npm', 'kite', NULL)`,
    `INSERT INTO dependency_set (sha256, members) VALUES (repeat('a', 64), 1)`,
    `INSERT INTO dependency_set_member (set_id, position, component_id, dev) VALUES (1, 0, 2, true)`,
    `INSERT INTO request_package (request_id, position, component_id, path, dependency_set_id)
     SELECT id, 0, 1, 'web', 1 FROM request WHERE state = 2`,
    'ANALYZE',
  ];
  // One transaction: the reference between a request and its newest state is checked at its end.
  await dataSource.transaction(async (manager) => {
    for (const statement of statements) await manager.query(statement);
  });
}

async function list(query: string): Promise<{ ids: number[]; items: Record<string, unknown>[]; meta: Record<string, unknown> }> {
  const { status, json, text } = await service.call('GET', `/requests${query}`);
  expect([status, text.slice(0, 200)]).toEqual([200, text.slice(0, 200)]);
  const { items, meta } = Object(json);
  return { items, meta, ids: items.map(({ id }: { id: number }) => id) };
}

describe(`listing ${ROWS} requests`, () => {
  it.each([
    ['', 6],
    ['?page=1000', 6],
    ['?page=1000&per_page=100', 6],
    ['?per_page=1', 6],
    ['?state=complete&page=1000', 6],
    ['?repo=https://h.example.org/r7&page=3', 6],
    [`?ref=${REF('a')}&pkg_manager=npm&pkg_manager=pip`, 1],
    ['?pkg_manager=npm&pkg_manager=yarn&page=1000', 6],
    ['?error_origin=client&error_type=Type2', 6],
    ['?label=team:t2&label=odd:a:b%26c%3Dd%20é', 6],
    ['?created_from=2026-01-01T12:00&created_to=2026-01-01T12:10', 6],
    ['?verbose=true', 10],
    ['?verbose=true&page=1000', 10],
    ['?verbose=true&per_page=100&page=1000', 10],
    ['?verbose=true&state=in_progress', 8],
  ])('%s takes a constant number of queries', async (query, expected) => {
    counter.queries.length = 0;
    await list(query);
    const selects = counter.queries.filter((text) => /^\s*SELECT/i.test(text));
    const others = counter.queries.filter((text) => !/^\s*SELECT/i.test(text));
    expect(selects).toHaveLength(expected);
    // The one transaction that makes all rows of one moment.
    expect(others.length).toBeLessThanOrEqual(3);
  });

  it('reads a page by indexes, whatever its number', async () => {
    for (const where of ['', 'WHERE r.state = 2']) {
      const plan = await service.dataSource.query(
        `EXPLAIN SELECT r."id" FROM "request" r ${where} ORDER BY r."id" DESC LIMIT 100 OFFSET 10000`,
      );
      const text = plan.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
      expect(text).toMatch(/Index (Only )?Scan Backward/);
      expect(text).not.toMatch(/Seq Scan|Sort/);
    }
  });

  it('shows newest first, whole pages, and a last one', async () => {
    const first = await list('?per_page=100');
    expect(first.ids).toEqual(Array.from({ length: 100 }, (_, n) => ROWS - n));
    const last = await list('?per_page=100&page=1000');
    expect(last.ids.at(-1)).toBe(1);
    expect(last.meta).toMatchObject({ page: 1000, pages: 1000, per_page: 100, total: ROWS, next: null });
    expect((await service.call('GET', '/requests?per_page=100&page=1001')).status).toBe(404);
  });

  it('caps per_page, and the links know', async () => {
    const { ids, meta } = await list('?per_page=100000&page=2');
    expect(ids).toHaveLength(100);
    const url = `${service.origin}/api/v1/requests`;
    expect(meta).toEqual({
      page: 2,
      pages: 1000,
      per_page: 100,
      total: ROWS,
      first: `${url}?page=1&per_page=100`,
      last: `${url}?page=1000&per_page=100`,
      next: `${url}?page=3&per_page=100`,
      previous: `${url}?page=1&per_page=100`,
    });
  });

  it.each<[string, (item: Record<string, unknown>) => boolean, number]>([
    ['?state=complete', ({ state }) => state === 'complete', 33_334],
    ['?state=complete&state=failed', ({ state }) => state === 'failed', 33_333],
    ['?repo=https://h.example.org/r7', ({ repo }) => repo === 'https://h.example.org/r7', 2000],
    [`?ref=${REF('f')}`, ({ ref }) => ref === REF('f'), 6250],
    ['?pkg_manager=&pkg_manager=npm&pkg_manager=npm', ({ pkg_managers }) => String(pkg_managers).includes('npm'), 33_334],
    ['?pkg_manager=npm&pkg_manager=yarn', ({ pkg_managers }) => String(pkg_managers) === 'npm,yarn', 33_334],
    ['?pkg_manager=npm&pkg_manager=pip', () => false, 0],
    ['?error_origin=server', ({ error_origin }) => error_origin === 'server', 16_666],
    ['?error_type=Type3', ({ error_type }) => error_type === 'Type3', 8333],
    ['?error_origin=client&error_type=Type3', () => false, 0],
    ['?label=team:t2', ({ labels }) => Object(labels).team === 't2', 5000],
    ['?label=team:t2&label=team:t0', () => false, 0],
    ['?label=odd:a:b%26c%3Dd%20%C3%A9', ({ labels }) => Object(labels).odd === 'a:b&c=d é', 10_000],
    ['?label=odd:', () => false, 0],
    ['?created_from=2026-01-02', ({ created }) => String(created) >= '2026-01-02', 13_601],
    ['?created_to=2026-01-01', ({ created }) => String(created) < '2026-01-02', 86_399],
    ['?created_from=2026-01-01T00:00:01.000007&created_to=2026-01-01T00:00:01.000007', ({ id }) => id === 1, 1],
    ['?created_from=2026-01-01T00:00:01.000008&created_to=2026-01-01T00:00:02.000013', () => false, 0],
    ['?created_from=2026-01-01T02:00:01%2B02:00&created_to=2026-01-01T00:00:02Z', ({ id }) => id === 1, 1],
    ['?state=failed&pkg_manager=gomod&error_origin=client&repo=https://h.example.org/r8', ({ state }) => state === 'failed', 667],
  ])('%s', async (query, fits, total) => {
    const { items, meta } = await list(query);
    expect(meta.total).toBe(total);
    expect(items).toHaveLength(Math.min(total, 10));
    expect(items.filter((item) => !fits(item))).toEqual([]);
    if (total === 0) expect(meta).toMatchObject({ page: 1, pages: 0, next: null, previous: null });
    if (total === 0) expect(meta.last).toContain('?page=0&per_page=10');
  });

  it('walks through the pages by links that carry every filter', async () => {
    const query = '?verbose=TRUE&state=failed&label=team:t2&label=odd:a:b%26c%3Dd%20é&per_page=100&pkg_manager=gomod&error_origin=client';
    const seen: number[] = [];
    let next: unknown = `${service.origin}/api/v1/requests${query}`;
    let total = 0;
    while (typeof next === 'string') {
      const page = Object(await (await fetch(next)).json());
      seen.push(...page.items.map(({ id }: { id: number }) => id));
      ({ next, total } = page.meta);
      expect(page.meta.first).toContain('?page=1&per_page=100&state=failed&verbose=True&');
    }
    expect(seen).toHaveLength(total);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    expect(total).toBeGreaterThan(100);
  });

  it('follows a link to which a client adds the state again', async () => {
    const { meta } = await list('?state=stale&state=failed');
    const { items } = await list(`${new URL(String(meta.next)).search}&state=failed`);
    expect(new Set(items.map(({ state }) => state))).toEqual(new Set(['failed']));
  });

  it('shows both views in full', async () => {
    const brief = (await list('?per_page=1&state=complete')).items[0];
    const { id } = Object(brief);
    expect(brief).toMatchObject({
      user: 'alice',
      submitted_by: Number(id) % 2 === 0 ? 'bob' : null,
      environment_variables: { A: '1', B: '2' },
      flags: ['gomod-vendor', 'gomod-vendor-check'],
      state: 'complete',
      state_reason: 'then',
      packages: id,
      dependencies: null,
    });
    expect(Object.keys(Object(brief).environment_variables)).toEqual(['A', 'B']);
    const dependency = { name: 'kite', type: 'npm', version: null, dev: true, replaces: null };
    const verbose = (await list('?per_page=1&state=complete&verbose=true')).items[0];
    expect(verbose).toMatchObject({
      packages: [{ name: 'app', type: 'npm', version: '1', path: 'web', dependencies: [dependency] }],
      dependencies: [dependency],
    });
    expect((await service.call('GET', `/requests/${id}`)).json).toEqual(verbose);
    expect((await service.call('GET', `/requests/${id}/packages`)).json).toEqual({
      packages: [{ name: 'app', type: 'npm', version: '1', path: 'web', dependencies: [{ name: 'kite', type: 'npm', version: null, dev: true }] }],
      dependencies: [{ name: 'kite', type: 'npm', version: null, dev: true }],
    });
    await service.call('PATCH', `/requests/${id}`, { body: { state: 'stale', state_reason: 'The request has expired' } });
    expect((await service.call('GET', `/requests/${id}`)).json).toMatchObject({ packages: [], dependencies: [] });
    expect(Object((await service.call('GET', `/requests/${id}/packages`)).json).packages).toHaveLength(1);
  });
});

describe('request metrics', () => {
  it('counts every finished request, stale ones too', async () => {
    counter.queries.length = 0;
    const { json } = await service.call('GET', '/request-metrics?per_page=100000&page=2');
    expect(counter.queries).toHaveLength(2);
    const { items, meta } = Object(json);
    expect(meta).toMatchObject({ page: 2, per_page: 100, total: 66_667, pages: 667 });
    expect(items).toHaveLength(100);
    expect(items[0]).toMatchObject({ final_state_reason: 'then', duration: 0.5, time_in_queue: 0.5 });
    expect(items[0].finished).toMatch(/^2026-01-02T\d\d:\d\d:\d\d\.\d{6}$/);
  });

  it('filters, keeps filters in links, summarises', async () => {
    const range = 'finished_from=2026-01-01T00:00:10&finished_to=2026-01-01T00:00:20';
    const { json } = await service.call('GET', `/request-metrics?${range}&error_origin=client&error_type=Type2&per_page=1`);
    const { items, meta } = Object(json);
    expect(meta.total).toBe(1);
    expect(items).toMatchObject([{ id: 14, final_state: 'failed' }]);
    expect(meta.first).toContain('finished_from=2026-01-01T00%3A00%3A10.000000&finished_to=');
    const summary = (await service.call('GET', `/request-metrics/summary?${range}`)).json;
    expect(summary).toEqual({
      duration_avg: 0.5,
      duration_50: 0.5,
      duration_95: 0.5,
      time_in_queue_avg: 0.5,
      time_in_queue_95: 0.5,
      client_errors: expect.any(Number),
      server_errors: expect.any(Number),
      total: expect.any(Number),
      complete: expect.any(Number),
      failed: expect.any(Number),
    });
    expect(Object(summary).complete + Object(summary).failed).toBe(Object(summary).total);
    expect(Object(summary).client_errors + Object(summary).server_errors).toBe(Object(summary).failed);
    const empty = (await service.call('GET', '/request-metrics/summary?finished_from=2000-01-01&finished_to=2000-01-01')).json;
    expect(empty).toEqual({
      duration_avg: null, duration_50: null, duration_95: null, time_in_queue_avg: null, time_in_queue_95: null,
      client_errors: 0, server_errors: 0, total: 0, complete: 0, failed: 0,
    });
  });

  it('interpolates percentiles', async () => {
    const ids: number[] = [];
    for (const seconds of [1, 2, 3, 4]) {
      const [{ id }] = await service.dataSource.query(
        `INSERT INTO request (repo, repo_name, ref, state) VALUES ('r', 'r', '${REF('1')}', 2) RETURNING id`,
      );
      ids.push(id);
      await service.dataSource.query(
        `INSERT INTO request_state (state, state_reason, updated, request_id) VALUES
           (1, 'a', '2030-01-01 00:00:00', $1), (1, 'b', timestamp '2030-01-01' + $2 * interval '0.25 s', $1),
           (2, 'c', timestamp '2030-01-01' + $2 * interval '1 s', $1), (4, 'd', '2030-02-01', $1)`,
        [id, seconds],
      );
    }
    const query = 'finished_from=2030-01-01&finished_to=2030-01-01';
    expect((await service.call('GET', `/request-metrics/summary?${query}`)).json).toMatchObject({
      duration_avg: 2.5,
      duration_50: 2.5,
      duration_95: expect.closeTo(3.85),
      time_in_queue_avg: 0.625,
      time_in_queue_95: expect.closeTo(0.9625),
      total: 4,
      complete: 4,
    });
    const { items } = Object((await service.call('GET', `/request-metrics?${query}`)).json);
    expect(items.map(({ id }: { id: number }) => id)).toEqual(ids.reverse());
    expect(items[0]).toMatchObject({ final_state: 'complete', duration: 4, time_in_queue: 1, finished: '2030-01-01T00:00:04.000000' });
  });
});
