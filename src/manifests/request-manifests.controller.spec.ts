import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type RoomApplication, startRoomApplication } from '../../test/support/room-application.js';
import type { BuildRequirement } from '../packages/index.js';
import { RequestWork, type WorkResult } from '../requests/index.js';
import { RequestsModule } from '../requests/requests.module.js';
import { RequestWorkModule } from '../requests/work/request-work.module.js';
import { ManifestsModule } from './manifests.module.js';

/** JSON of the database must hold what an archived file says, odd characters too. */
const NEEDS: BuildRequirement[] = [
  { name: 'storm-kit', version: '1.2', backend: 'setuptools.build_meta', requires: ['setuptools>=68', 'wheel'], missing: ['setuptools>=68'] },
  { name: 'haze', version: '2.0', backend: null, requires: ['odd\0\ud800'], missing: [] },
];

let service: RoomApplication;
beforeAll(async () => {
  service = await startRoomApplication([RequestsModule, RequestWorkModule, ManifestsModule]);
});
afterAll(() => service.close());

async function call(method: string, path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${service.origin}/api/v1/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
}

async function newRequest(): Promise<number> {
  const { json } = await call('POST', 'requests', { repo: 'https://git.example/team/app.git', ref: 'a'.repeat(40), pkg_managers: [] });
  return Number(json.id);
}

async function complete(id: number, found: Partial<WorkResult>): Promise<void> {
  const [{ id: sourceId }]: { id: number }[] = await service.app.get(DataSource, { strict: false }).query(
    `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "entries", "size", "index_sha256")
     VALUES ($1, 'r', repeat('a', 40), false, 0, 0, 0, repeat('b', 64)) RETURNING "id"`,
    [`https://git.example/${id}`],
  );
  const work = service.app.get(RequestWork, { strict: false });
  const claim = await work.claim(id, 'worker', []);
  if (typeof claim === 'string') throw new Error(claim);
  const nothing = { packages: [], edges: [], environment: { registry: {}, offline: {} }, variables: [], files: [], buildRequirements: [] };
  await work.complete(claim, { ...nothing, sourceId, bundleSha256: 'c'.repeat(64), within: async () => undefined, ...found });
}

describe('GET /requests/{id}/build-requirements', () => {
  it('tells what was found, and still does when the request is stale', async () => {
    const id = await newRequest();
    const path = `requests/${id}/build-requirements`;
    expect(await call('GET', path)).toEqual({ status: 400, json: { error: expect.stringMatching(/"complete" or "stale".*"in_progress"/) } });
    const variable = { name: 'PIP_INDEX_URL', kind: 'literal' as const, mode: 'registry' as const, template: [{ fill: 'public-url' as const }] };
    await complete(id, { buildRequirements: NEEDS, variables: [variable] });
    expect((await call('GET', `requests/${id}`)).json.environment_variables).toEqual({ PIP_INDEX_URL: service.origin });
    const first = await call('GET', path);
    expect(first).toEqual({
      status: 200,
      json: { packages: [NEEDS[1], NEEDS[0]], suggested_requirements_build: expect.stringMatching(/storm-kit 1\.2\nsetuptools>=68\n$/) },
    });
    await call('PATCH', `requests/${id}`, { state: 'stale', state_reason: 'The request has expired' });
    expect(await call('GET', path)).toEqual(first);
  });

  it('is empty when nothing needs to be built', async () => {
    const id = await newRequest();
    await complete(id, {});
    const empty = { packages: [], suggested_requirements_build: '' };
    expect(await call('GET', `requests/${id}/build-requirements`)).toEqual({ status: 200, json: empty });
  });

  it('does not know other requests, nor any of failed ones', async () => {
    expect((await call('GET', 'requests/999/build-requirements')).status).toBe(404);
    const id = await newRequest();
    await call('PATCH', `requests/${id}`, { state: 'failed', state_reason: 'enough' });
    expect((await call('GET', `requests/${id}/build-requirements`)).status).toBe(400);
  });
});
