import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '../src/database/testing-server.js';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

describe('a service whose PostgreSQL is away', () => {
  let git: GitServer;
  let database: TestServer;
  let service: Service;
  let body: { repo: string; ref: string; pkg_managers: string[] };
  let id: number;

  beforeAll(async () => {
    git = await GitServer.start();
    const repository = await git.createRepository('team/app.git');
    body = { repo: repository.url, ref: await repository.commit({ files: { 'main.c': 'int main;\n' } }), pkg_managers: [] };
    database = await startTestServer();
    service = await Service.start({ DATABASE_URL: database.url });
    ({ id } = await service.complete(body));
    await database.stop();
  });
  afterAll(async () => {
    await service?.close();
    await database?.close();
    await git?.stop();
  });

  it.each<[string, () => Promise<Response>]>([
    ['a list', () => service.fetch('/api/v1/requests')],
    ['a request', () => service.fetch(`/api/v1/requests/${id}`)],
    ['a request that is waited for', () => service.fetch(`/api/v1/requests/${id}?wait=5`)],
    ['a bundle', () => service.fetch(`/api/v1/requests/${id}/download`)],
    ['a manifest', () => service.fetch(`/api/v1/requests/${id}/content-manifest`)],
    ['where a package is used', () => service.fetch('/api/v1/dependencies?type=npm&name=kite')],
    ['a locked registry', () => service.fetch(`/repository/cachito-npm-${id}/kite`, { headers: { Authorization: 'Bearer x' } })],
    ['a new request', () => service.post(body)],
    ['a request submitted again', () => service.fetch(`/api/v1/requests/${id}/resubmit`, { method: 'POST' })],
  ])('says when to ask again for %s', async (_, call) => {
    const response = await call();
    expect([response.status, await response.json()]).toEqual([503, { error: expect.stringMatching(/database.* try again/) }]);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('goes on when it is back', async () => {
    await database.start();
    await until(async () => (await service.fetch('/readyz')).ok);
    expect(await service.show(id)).toMatchObject({ state: 'complete' });
    expect((await service.download(id)).response.status).toBe(200);
    await service.complete({ ...body, pkg_managers: ['git-submodule'] });
  });
});
