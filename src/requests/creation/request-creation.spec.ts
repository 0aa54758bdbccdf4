import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessageBrokerError } from '../../errors/index.js';
import { JobQueue } from '../../queue/index.js';
import { RequestWork } from '../work/index.js';
import { startTestService, type TestService } from '../testing.js';
import { RequestCreation } from './request-creation.js';
import { readInputs } from './stored-inputs.js';

const BODY = { repo: 'https://h.example.org/team/app.git', ref: 'a'.repeat(40) };
const VIEW_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;

let service: TestService;
let queueWorks = true;
const queued: number[] = [];

beforeAll(async () => {
  // A queue that can be told to refuse; what is queued is all that matters here.
  const queue = {
    enqueue: async (id: number) => {
      if (!queueWorks) throw new MessageBrokerError('The queue is gone');
      queued.push(id);
    },
    stop: async () => undefined,
  };
  service = await startTestService({}, (builder) => builder.overrideProvider(JobQueue).useValue(queue));
});
afterAll(() => service.close());

async function count(): Promise<number> {
  const [row] = await service.dataSource.query('SELECT count(*)::integer AS n FROM request');
  return row.n;
}

describe('POST /requests', () => {
  it('answers 201 with the whole request, and queues it', async () => {
    const labels = { team: 'build', 'a.b-c_d': '' };
    const body = {
      ...BODY,
      pkg_managers: ['git-submodule', 'git-submodule'],
      flags: ['remove-unsafe-symlinks', 'cgo-disable', 'cgo-disable'],
      packages: {},
      dependency_replacements: [{ name: 'x', type: 'gomod', version: '1', new_name: 'y' }],
      labels,
    };
    const { status, headers, json } = await service.call('POST', '/requests', { body });
    const id = Object(json).id;
    const url = `${service.origin}/api/v1/requests/${id}`;
    const time = expect.stringMatching(VIEW_TIME);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(url);
    expect(json).toEqual({
      id,
      ...BODY,
      created: time,
      pkg_managers: ['git-submodule'],
      user: null,
      submitted_by: null,
      environment_variables: {},
      flags: ['cgo-disable', 'remove-unsafe-symlinks'],
      state: 'in_progress',
      state_reason: 'The request was initiated',
      updated: time,
      labels,
      packages: [],
      dependencies: [],
      configuration_files: `${url}/configuration-files`,
      content_manifest: `${url}/content-manifest`,
      environment_variables_info: `${url}/environment-variables`,
      state_history: [{ state: 'in_progress', state_reason: 'The request was initiated', updated: time }],
      logs: { url: `${url}/logs` },
    });
    expect(queued.at(-1)).toBe(id);
    const [row] = await service.dataSource.query('SELECT repo_name, dependency_replacements FROM request WHERE id = $1', [id]);
    expect(row).toEqual({ repo_name: 'team/app', dependency_replacements: body.dependency_replacements });
    const again = await service.call('GET', `/requests/${id}`);
    expect(again.json).toEqual(json);
  });

  it.each<[object, string[]]>([
    [{}, ['gomod']],
    [{ pkg_managers: [] }, []],
    [{ pkg_managers: ['git-submodule'] }, ['git-submodule']],
  ])('%j gives the managers %j', async (more, managers) => {
    const { json } = await service.call('POST', '/requests', { body: { ...BODY, ...more, labels: {} } });
    expect(Object(json).pkg_managers).toEqual(managers);
    expect('labels' in Object(json)).toBe(false);
  });

  it('fails the request when the queue refuses', async () => {
    queueWorks = false;
    const key = { 'idempotency-key': 'refused-once' };
    const { status, json } = await service.call('POST', '/requests', { body: BODY, headers: key });
    queueWorks = true;
    const text = Object(json).error;
    expect([status, text]).toEqual([500, expect.stringMatching(/scheduling.*failed.*try again/i)]);
    const [failed] = Object((await service.call('GET', '/requests?per_page=1')).json).items;
    expect(failed).toMatchObject({ state: 'failed', state_reason: text });
    expect('error_origin' in failed).toBe(false);
    const retried = await service.call('POST', '/requests', { body: BODY, headers: key });
    expect([retried.status, Object(retried.json).id > failed.id]).toEqual([201, true]);
  });

  it('makes addresses from the configured base, else from the call', async () => {
    const forwarded = await service.call('GET', '/requests', { headers: { 'x-forwarded-host': 'evil.example.org', forwarded: 'host=evil' } });
    expect(forwarded.text).not.toContain('evil');
    const other = await startTestService({ server: { publicUrl: 'https://cachito.example.org/base' } });
    const { json } = await other.call('POST', '/requests', { body: BODY });
    expect(Object(json).configuration_files).toBe('https://cachito.example.org/base/api/v1/requests/1/configuration-files');
    const { json: list } = await other.call('GET', '/requests');
    expect(Object(list).meta.first).toBe('https://cachito.example.org/base/api/v1/requests?page=1&per_page=10');
    await other.close();
  });
});

describe('Idempotency-Key', () => {
  it('makes one request of 100 identical calls at once', async () => {
    const before = await count();
    const queuedBefore = queued.length;
    const headers = { 'idempotency-key': 'hundred-at-once' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => service.call('POST', '/requests', { body: BODY, headers })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(99).fill(200), 201]);
    expect(new Set(answers.map(({ json }) => Object(json).id)).size).toBe(1);
    expect([await count(), queued.length]).toEqual([before + 1, queuedBefore + 1]);
  });

  it('is of a user and a body, in whatever order', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await service.call('POST', '/requests', { body: { ...BODY, labels: { a: '1', b: '2' } }, headers });
    const reordered = { labels: { b: '2', a: '1' }, ref: BODY.ref, repo: BODY.repo };
    const second = await service.call('POST', '/requests', { body: reordered, headers });
    expect([first.status, second.status, Object(second.json).id]).toEqual([201, 200, Object(first.json).id]);
    const other = await service.call('POST', '/requests', { body: { ...BODY, ref: 'b'.repeat(40) }, headers });
    expect([other.status, other.json]).toEqual([409, { error: expect.stringContaining('Idempotency-Key') }]);
    await service.dataSource.query(`INSERT INTO idempotency_key SELECT 'somebody', 'two', body_sha256, request_id FROM idempotency_key WHERE key = 'one'`);
    const anonymous = await service.call('POST', '/requests', { body: BODY, headers: { 'idempotency-key': 'two' } });
    expect(anonymous.status).toBe(201);
  });

  it('is forgotten after 24 hours', async () => {
    const headers = { 'idempotency-key': 'old' };
    const age = (text: string): Promise<unknown> =>
      service.dataSource.query(`UPDATE idempotency_key SET created = created - $1::interval WHERE key = 'old'`, [text]);
    await service.call('POST', '/requests', { body: BODY, headers });
    await age('23 hours 59 minutes');
    expect((await service.call('POST', '/requests', { body: BODY, headers })).status).toBe(200);
    await age('2 minutes');
    expect((await service.call('POST', '/requests', { body: BODY, headers })).status).toBe(201);
  });

  it('keeps nothing of a refused call', async () => {
    const headers = { 'idempotency-key': 'refused' };
    const bad = await service.call('POST', '/requests', { body: { ...BODY, flags: ['x'] }, headers });
    expect([bad.status, (await service.call('POST', '/requests', { body: BODY, headers })).status]).toEqual([400, 201]);
  });
});

describe('POST /requests/{id}/resubmit', () => {
  it('copies the inputs', async () => {
    const body = { ...BODY, pkg_managers: ['git-submodule'], flags: ['include-git-dir'], labels: { a: 'b' } };
    const first = Object((await service.call('POST', '/requests', { body })).json);
    await service.call('PATCH', `/requests/${first.id}`, { body: { state: 'stale', state_reason: 'The request has expired' } });
    for (const [sent, offline] of [[undefined, false], [{}, false], [{ offline: false }, false], [{ offline: true }, true]] as const) {
      const { status, json } = await service.call('POST', `/requests/${first.id}/resubmit`, { body: sent });
      const { id, repo, ref, pkg_managers, flags, labels, state } = Object(json);
      expect([status, { repo, ref, pkg_managers, flags, labels, state }]).toEqual([201, { ...body, state: 'in_progress' }]);
      expect(id).toBeGreaterThan(first.id);
      const [row] = await service.dataSource.query('SELECT offline, refresh_tags FROM request WHERE id = $1', [id]);
      expect(row).toEqual({ offline, refresh_tags: !offline });
      const claimed = await service.app.get(RequestWork, { strict: false }).claim(id, 'worker', ['git-submodule']);
      expect(claimed).toMatchObject({ id, offline, refreshTags: !offline });
      expect(queued.at(-1)).toBe(id);
    }
  });
});

describe('GET /requests/latest', () => {
  it.each<[string, string, boolean]>([
    ['https://l.example.org/org/app.git', 'org/app', true],
    ['https://l.example.org/org/app/', 'org/app', true],
    ['ssh://git@l.example.org/org/app', 'org/app', true],
    ['https://l.example.org/x/org/app', 'x/org/app', true],
    ['https://l.example.org/x/org/app', 'org/app', false],
    ['git@l.example.org:grp/x', 'git@l.example.org:grp/x', true],
    ['git@l.example.org:grp/x', 'grp/x', false],
  ])('%s is found as %s: %s', async (repo, name, found) => {
    await service.dataSource.query('DELETE FROM request');
    await service.call('POST', '/requests', { body: { ...BODY, repo } });
    const newest = Object((await service.call('POST', '/requests', { body: { ...BODY, repo } })).json).id;
    await service.call('PATCH', `/requests/${newest}`, { body: { state: 'stale', state_reason: 'x' } });
    const answer = await service.call('GET', `/requests/latest?repo_name=${encodeURIComponent(name)}&ref=${BODY.ref}`);
    expect([answer.status, Object(answer.json).id]).toEqual(found ? [200, newest] : [404, undefined]);
    if (found) expect(answer.json).toMatchObject({ state: 'stale', packages: null, dependencies: null });
  });
});

describe('configuration files', () => {
  it('replaces a path, shares contents, sorts', async () => {
    const id = Object((await service.call('POST', '/requests', { body: BODY })).json).id;
    const path = `/requests/${id}/configuration-files`;
    const file = (name: string, content: string): object => ({ content, path: name, type: 'base64' });
    expect((await service.call('GET', path)).text).toBe('[]');
    for (const body of [[], [file('b', '1'), file('a', '1')], [file('b', '1')], [file('b', '2')], [file('c', '1'), file('c', '2')]]) {
      const { status, text } = await service.call('POST', path, { body });
      expect([status, text]).toEqual([204, '']);
    }
    expect((await service.call('GET', path)).json).toEqual([file('a', '1'), file('b', '2'), file('c', '2')]);
    expect((await service.call('GET', `${path}?mode=offline&bundle_dir=/src`)).json).toEqual([]);
    const [{ n }] = await service.dataSource.query(`SELECT count(*)::integer AS n FROM config_file_base64`);
    expect(n).toBe(4);
  });
});

it('what was configured of pip packages is kept, for the work and for another request like it', async () => {
  const packages = { pip: [{ path: 'a/', requirements_files: [], binary: { packages: 'x', py_version: 312 }, allow_binary: false }] };
  const creation = service.app.get(RequestCreation, { strict: false });
  const inputs = { ...BODY, packages, packageManagers: ['pip' as const], flags: [], replacements: [], labels: undefined, offline: false, refreshTags: false };
  const { id } = await creation.create(inputs, { user: undefined, submittedBy: undefined });
  expect(await readInputs(service.dataSource, id)).toEqual(inputs);
  const claimed = await service.app.get(RequestWork, { strict: false }).claim(id, 'worker', ['pip']);
  expect(claimed).toMatchObject({ packages: { pip: [{ ...packages.pip[0], path: 'a' }] } });
});
