import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { access, readFile } from 'node:fs/promises';
import { REQUEST_STATE_CHANGED, type RequestStateChanged } from '../events.js';
import { RequestLogs } from '../logs/request-logs.js';
import { REQUEST_STATE_NAMES, REQUEST_STATES, type RequestStateName } from '../request-state.js';
import { startTestService, type TestService } from '../testing.js';
import { RequestStates } from './request-states.js';
import { ClaimLost, RequestNotFound } from './state-change.js';

let service: TestService;
let states: RequestStates;
const events: RequestStateChanged[] = [];

beforeAll(async () => {
  service = await startTestService();
  states = service.app.get(RequestStates, { strict: false });
  service.app.get(EventEmitter2, { strict: false }).on(REQUEST_STATE_CHANGED, (event) => events.push(event));
});
afterAll(() => service.close());

async function create(): Promise<number> {
  const { json } = await service.call('POST', '/requests', { body: { repo: 'https://h.example.org/a', ref: 'a'.repeat(40) } });
  return Object(json).id;
}

async function createIn(state: RequestStateName): Promise<number> {
  const id = await create();
  if (state !== 'in_progress') await states.change(id, { state, reason: 'before' });
  return id;
}

async function history(id: number): Promise<string[]> {
  const { json } = await service.call('GET', `/requests/${id}`);
  return Object(json).state_history.map(({ state, state_reason }: { state: string; state_reason: string }) => `${state}: ${state_reason}`);
}

const ALLOWED = new Set([
  'in_progress>in_progress', 'in_progress>complete', 'in_progress>failed', 'in_progress>stale', 'complete>stale', 'failed>stale',
]);

describe('PATCH /requests/{id}', () => {
  it.each(REQUEST_STATE_NAMES.flatMap((from) => REQUEST_STATE_NAMES.map((to) => [from, to] as const)))(
    'from %s to %s',
    async (from, to) => {
      const id = await createIn(from);
      const before = await history(id);
      const seen = events.length;
      const { status, json, text } = await service.call('PATCH', `/requests/${id}`, { body: { state: to, state_reason: 'after' } });
      if (ALLOWED.has(`${from}>${to}`)) {
        expect([status, text]).toEqual([200, '']);
        expect(await history(id)).toEqual([`${to}: after`, ...before]);
        expect(events.slice(seen)).toEqual([{ id, from, to, reason: 'after' }]);
      } else {
        expect([status, json]).toEqual([400, { error: expect.stringMatching(new RegExp(`${from}.*${to}`)) }]);
        expect(await history(id)).toEqual(before);
        expect(events.length).toBe(seen);
      }
    },
  );

  it.each(REQUEST_STATE_NAMES)('repeats %s with the same reason: no new row, side effects again', async (state) => {
    const id = await createIn(state);
    const reason = state === 'in_progress' ? 'The request was initiated' : 'before';
    const before = await history(id);
    const seen = events.length;
    const body = { state, state_reason: reason, packages_count: 7 };
    expect((await service.call('PATCH', `/requests/${id}`, { body })).status).toBe(200);
    expect(await history(id)).toEqual(before);
    expect(events.slice(seen)).toEqual([{ id, from: state, to: state, reason }]);
    const [row] = await service.dataSource.query('SELECT packages_count, state FROM request WHERE id = $1', [id]);
    expect(row).toEqual({ packages_count: 7, state: REQUEST_STATES[state] });
  });

  it.each([
    ['failed with both', 'failed', { error_origin: 'client', error_type: 'InvalidChecksum' }, ['client', 'InvalidChecksum']],
    ['failed with the origin only', 'failed', { error_origin: 'client' }, undefined],
    ['failed with the type only', 'failed', { error_type: 'InvalidChecksum' }, undefined],
    ['complete with both', 'complete', { error_origin: 'client', error_type: 'InvalidChecksum' }, undefined],
    ['stale with both', 'stale', { error_origin: 'server', error_type: 'X' }, undefined],
  ])('error record: %s', async (_, state, error, expected) => {
    const id = await create();
    await service.call('PATCH', `/requests/${id}`, { body: { state, state_reason: 'why', ...error } });
    const view = Object((await service.call('GET', `/requests/${id}`)).json);
    expect([view.error_origin, view.error_type]).toEqual(expected ?? [undefined, undefined]);
    expect('error_origin' in view).toBe(expected !== undefined);
    const rows = await service.dataSource.query('SELECT message FROM request_error WHERE request_id = $1', [id]);
    expect(rows).toEqual(expected === undefined ? [] : [{ message: 'why' }]);
  });

  it.each([
    ['in_progress', undefined, 404],
    ['in_progress', 2, 404],
    ['complete', undefined, 500],
    ['complete', 2, 500],
    ['complete', 0, 200],
    ['failed', 2, 404],
    ['stale', 2, 404],
  ] as const)('packages of a request that is %s with a count of %p and nothing recorded → %i', async (state, count, status) => {
    const id = await createIn(state);
    if (count !== undefined) await service.call('PATCH', `/requests/${id}`, { body: { packages_count: count } });
    expect((await service.call('GET', `/requests/${id}/packages`)).status).toBe(status);
  });

  it('replaces the error record when the failure is repeated', async () => {
    const id = await create();
    const body = { state: 'failed', state_reason: 'why', error_origin: 'client', error_type: 'A' };
    await service.call('PATCH', `/requests/${id}`, { body });
    await service.call('PATCH', `/requests/${id}`, { body: { ...body, error_origin: 'server', error_type: 'B' } });
    const view = (await service.call('GET', `/requests/${id}`)).json;
    expect(view).toMatchObject({ error_origin: 'server', error_type: 'B' });
  });

  it('writes counts and variables without a state; the last value of a name wins', async () => {
    const id = await create();
    const patch = async (body: object): Promise<number> => (await service.call('PATCH', `/requests/${id}`, { body })).status;
    const variable = (value: string, kind = 'literal'): object => ({ value, kind });
    expect(await patch({ packages_count: 2, dependencies_count: 0 })).toBe(200);
    expect(await patch({ environment_variables: { B: variable('1'), A: variable('deps/gomod', 'path') } })).toBe(200);
    expect(await patch({ environment_variables: { B: variable('2'), C: variable('x'.repeat(10_000)) } })).toBe(200);
    expect(await patch({ environment_variables: { B: variable('2') } })).toBe(200);
    expect(await patch({ environment_variables: {} })).toBe(200);
    const variables = (await service.call('GET', `/requests/${id}/environment-variables`)).text;
    expect(variables).toBe(
      JSON.stringify({ A: variable('deps/gomod', 'path'), B: variable('2'), C: variable('x'.repeat(10_000)) }),
    );
    const [brief] = Object((await service.call('GET', '/requests?per_page=1')).json).items;
    expect(brief).toMatchObject({ id, packages: 2, dependencies: 0, environment_variables: { A: 'deps/gomod', B: '2' } });
  });

  it('blanks secrets in a reason', async () => {
    const id = await create();
    await service.call('PATCH', `/requests/${id}`, { body: { state: 'failed', state_reason: 'https://u:S3CRET@h/ failed' } });
    expect((await service.call('GET', `/requests/${id}`)).text).not.toContain('S3CRET');
  });
});

describe('RequestStates', () => {
  it('keeps exact times that never run backwards', async () => {
    const id = await create();
    await service.dataSource.query(`UPDATE request_state SET updated = '2999-01-01 00:00:00.000007' WHERE request_id = $1`, [id]);
    await states.change(id, { state: 'complete', reason: 'done' });
    const { json } = await service.call('GET', `/requests/${id}`);
    expect(Object(json).state_history.map(({ updated }: { updated: string }) => updated)).toEqual([
      '2999-01-01T00:00:00.000007',
      '2999-01-01T00:00:00.000007',
    ]);
    expect(Object(json).state_history[0].state).toBe('complete');
  });

  it('lets one of two changes at once win', async () => {
    const id = await create();
    const results = await Promise.allSettled([
      states.change(id, { state: 'complete', reason: 'a' }),
      states.change(id, { state: 'failed', reason: 'b' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await history(id)).toHaveLength(2);
  });

  it('changes a thousand rows of history at once without a wrong newest one', async () => {
    const id = await create();
    await Promise.all(Array.from({ length: 60 }, (_, n) => states.change(id, { state: 'in_progress', reason: `phase ${n}` })));
    const reasons = await history(id);
    expect(reasons).toHaveLength(61);
    const { json } = await service.call('GET', `/requests/${id}`);
    expect(`in_progress: ${Object(json).state_reason}`).toBe(reasons[0]);
  });

  it.each([
    [1, 'in_progress', undefined],
    [2, 'in_progress', ClaimLost],
    [1, 'stale', ClaimLost],
  ] as const)('attempt %d while %s', async (attempt, state, refusal) => {
    const id = await createIn(state);
    await service.dataSource.query('UPDATE request SET attempt = 1 WHERE id = $1', [id]);
    const change = states.change(id, { state: 'complete', reason: 'x' }, { attempt });
    if (refusal === undefined) await expect(change).resolves.toEqual({ from: 'in_progress', to: 'complete', repeated: false });
    else await expect(change).rejects.toBeInstanceOf(refusal);
  });

  it('undoes everything when the caller’s part fails', async () => {
    const id = await create();
    const seen = events.length;
    const within = async (): Promise<void> => {
      throw new Error('no');
    };
    await expect(states.change(id, { state: 'complete', reason: 'x', packagesCount: 1 }, { within })).rejects.toThrow('no');
    expect(await history(id)).toEqual(['in_progress: The request was initiated']);
    expect(events.length).toBe(seen);
    await expect(states.change(999_999, { state: 'stale', reason: 'x' })).rejects.toBeInstanceOf(RequestNotFound);
  });

  it('gives up lease and progress with the work, and the log with stale', async () => {
    const id = await create();
    await service.dataSource.query(`UPDATE request SET lease_owner = 'me', lease_expires = now() WHERE id = $1`, [id]);
    await service.dataSource.query(`INSERT INTO request_progress VALUES ($1, 'source', NULL, 1, 2, 'bytes', 'Fetching: 1 of 2')`, [id]);
    const shown = (await service.call('GET', `/requests/${id}`)).json;
    expect(shown).toMatchObject({ state: 'in_progress', state_reason: 'Fetching: 1 of 2' });
    await states.change(id, { state: 'in_progress', reason: 'next phase' });
    expect((await service.call('GET', `/requests/${id}`)).json).toMatchObject({ state_reason: 'next phase' });
    const logs = service.app.get(RequestLogs, { strict: false });
    const log = logs.open(id);
    log.log('info', 'a line\nwith https://user:S3CRET@host/ in it');
    await log.close();
    await states.change(id, { state: 'complete', reason: 'x' });
    const [row] = await service.dataSource.query('SELECT lease_owner, lease_expires FROM request WHERE id = $1', [id]);
    expect(row).toEqual({ lease_owner: null, lease_expires: null });
    expect(await service.dataSource.query('SELECT FROM request_progress WHERE request_id = $1', [id])).toEqual([]);
    const path = logs.path(id) ?? '';
    expect(await readFile(path, 'utf8')).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6} INFO a line\\nwith https:\/\/\*\*\*@host\/ in it\n$/);
    expect((await service.call('GET', `/requests/${id}/logs`)).text).toBe(await readFile(path, 'utf8'));
    await states.change(id, { state: 'stale', reason: 'x' });
    await expect(access(path)).rejects.toThrow();
    expect((await service.call('GET', `/requests/${id}/logs`)).status).toBe(410);
  });

  it('survives side effects that fail', async () => {
    const emitter = service.app.get(EventEmitter2, { strict: false });
    const fail = (): void => {
      throw new Error('side effect');
    };
    emitter.on(REQUEST_STATE_CHANGED, fail);
    const id = await create();
    await expect(states.change(id, { state: 'complete', reason: 'x' })).resolves.toMatchObject({ to: 'complete' });
    emitter.off(REQUEST_STATE_CHANGED, fail);
  });
});
