import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type RoomApplication, startRoomApplication } from '../../../test/support/room-application.js';
import type { ReportedPackage } from '../../dependencies/index.js';
import { RequestWork } from '../../requests/index.js';
import { RequestsModule } from '../../requests/requests.module.js';
import { RequestWorkModule } from '../../requests/work/request-work.module.js';
import { ManifestsModule } from '../manifests.module.js';
import type { Envelope } from './envelope.js';
import type { ProvenanceStatement } from './statement.js';

const COMMIT = 'a'.repeat(40);
const BUNDLE = 'c'.repeat(64);

let plain: RoomApplication;
let signing: RoomApplication;
beforeAll(async () => {
  const modules = [RequestsModule, RequestWorkModule, ManifestsModule];
  const server = { publicUrl: 'https://cachito.example' };
  plain = await startRoomApplication(modules, { server });
  const { privateKey: signingKey } = generateKeyPairSync('ed25519');
  signing = await startRoomApplication(modules, { server, provenance: { signingKey } });
});
afterAll(async () => {
  await plain.close();
  await signing.close();
});

function query(service: RoomApplication, sql: string, parameters: unknown[] = []): Promise<{ id: number }[]> {
  return service.app.get(DataSource, { strict: false }).query(sql, parameters);
}

async function call(service: RoomApplication, method: string, path: string, body?: object): Promise<[number, string]> {
  const response = await fetch(`${service.origin}/api/v1/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return [response.status, await response.text()];
}

async function newRequest(service: RoomApplication): Promise<number> {
  const body = { repo: 'https://git.example/team/app.git', ref: COMMIT, pkg_managers: ['npm', 'git-submodule'], flags: ['include-git-dir'] };
  return Number(Object(JSON.parse((await call(service, 'POST', 'requests', body))[1])).id);
}

async function artifact(service: RoomApplication, name: string, upstream: string): Promise<number> {
  const sql = `INSERT INTO "artifact" ("ecosystem", "name", "version", "upstream", "sha256", "size", "verified_by")
    VALUES ('npm', $1, '1.0.0', $2, repeat('d', 64), 1, 'lock file') RETURNING "id"`;
  return Number((await query(service, sql, [name, upstream]))[0].id);
}

async function complete(service: RoomApplication, id: number, packages: ReportedPackage[], bundleSha256 = BUNDLE): Promise<void> {
  const sql = `INSERT INTO "source" ("repo", "repo_name", "ref", "with_submodules", "commit_time", "entries", "size", "index_sha256")
    VALUES ($1, 'r', repeat('a', 40), false, 0, 0, 0, repeat('b', 64)) RETURNING "id"`;
  const [{ id: sourceId }] = await query(service, sql, [`https://git.example/${id}`]);
  const work = service.app.get(RequestWork, { strict: false });
  const claim = await work.claim(id, 'worker', ['npm', 'git-submodule']);
  if (typeof claim === 'string') throw new Error(claim);
  const nothing = { edges: [], environment: { registry: {}, offline: {} }, variables: [], files: [], buildRequirements: [] };
  await work.complete(claim, { ...nothing, packages, sourceId, bundleSha256, within: async () => undefined });
}

async function packagesWithFiles(service: RoomApplication): Promise<ReportedPackage[]> {
  const dependency = async (name: string, upstream?: string): Promise<ReportedPackage['dependencies'][number]> => ({
    type: 'npm',
    name,
    version: '1.0.0',
    dev: false,
    ...(upstream === undefined ? {} : { artifact: { id: await artifact(service, name, upstream), verifiedBy: 'lock file' } }),
  });
  const shared = [
    await dependency('kite', 'https://registry.example/b.tgz'),
    await dependency('Dial', 'https://registry.example/a.tgz'),
    await dependency('bundled'),
  ];
  return [
    { type: 'npm', name: 'app', version: '1', path: '.', dependencies: shared },
    { type: 'npm', name: 'other', version: '1', path: 'other', dependencies: shared.slice(0, 1) },
    { type: 'git-submodule', name: 'tiles', version: `https://git.example/tiles.git#${'1'.repeat(40)}`, path: 'tiles', dependencies: [] },
  ];
}

async function stale(service: RoomApplication, id: number): Promise<void> {
  await call(service, 'PATCH', `requests/${id}`, { state: 'stale', state_reason: 'The request has expired' });
}

describe('GET /requests/{id}/provenance', () => {
  it.each([
    ['a statement', () => plain],
    ['an envelope', () => signing],
  ])('gives %s, the same when the request is stale', async (_, serviceOf) => {
    const service = serviceOf();
    const id = await newRequest(service);
    const path = `requests/${id}/provenance`;
    await complete(service, id, await packagesWithFiles(service));
    const first = await call(service, 'GET', path);
    const answer: ProvenanceStatement & Partial<Envelope> = JSON.parse(first[1]);
    const text = answer.payload === undefined ? first[1] : Buffer.from(answer.payload, 'base64').toString();
    expect(answer.signatures?.length).toBe(service === signing ? 1 : undefined);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect([first[0], JSON.parse(text)]).toMatchObject([
      200,
      {
        subject: [{ name: `cachito-${id}.tar.gz`, digest: { sha256: BUNDLE } }],
        predicate: {
          buildDefinition: {
            externalParameters: { repo: 'https://git.example/team/app.git', ref: COMMIT, pkg_managers: ['git-submodule', 'npm'], flags: ['include-git-dir'], offline: false },
            resolvedDependencies: [
              { uri: `git+https://git.example/team/app.git@${COMMIT}` },
              { name: 'tiles', uri: `git+https://git.example/tiles.git@${'1'.repeat(40)}` },
              { uri: 'pkg:npm/Dial@1.0.0', digest: { sha256: 'd'.repeat(64) }, downloadLocation: 'https://registry.example/a.tgz' },
              { uri: 'pkg:npm/kite@1.0.0' },
            ],
          },
          runDetails: {
            builder: { id: 'https://cachito.example', version: { cachito: expect.any(String) } },
            metadata: { invocationId: `https://cachito.example/api/v1/requests/${id}`, startedOn: time, finishedOn: time },
          },
        },
      },
    ]);
    await query(service, `UPDATE "request_state" SET "updated" = "updated" - interval '1 hour' WHERE "request_id" = $1`, [id]);
    const before = await call(service, 'GET', path);
    expect(before).not.toEqual(first);
    await stale(service, id);
    expect(await call(service, 'GET', path)).toEqual(before);
  });

  it('is refused for requests that are not finished, have never been, or have no bundle', async () => {
    const id = await newRequest(plain);
    const path = `requests/${id}/provenance`;
    const refusal = async (of = path): Promise<unknown> => {
      const [status, text] = await call(plain, 'GET', of);
      return [status, Object(JSON.parse(text)).error];
    };
    expect(await refusal()).toEqual([400, expect.stringMatching(/"complete" or "stale".*"in_progress"/)]);
    await stale(plain, id);
    expect(await refusal()).toEqual([400, 'The request became stale before it was complete']);
    const other = await newRequest(plain);
    await call(plain, 'PATCH', `requests/${other}`, { state: 'complete', state_reason: 'done elsewhere' });
    expect(await refusal(`requests/${other}/provenance`)).toEqual([400, 'The request has no bundle, or it expired before digests of bundles were kept']);
    expect((await call(plain, 'GET', 'requests/999999/provenance'))[0]).toBe(404);
  });
});
