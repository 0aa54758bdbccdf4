import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SeededRandom } from './support/fleet-random.js';
import { type PlannedRequest, planRequests } from './support/fleet-requests.js';
import { FleetUpstreams } from './support/fleet-upstreams.js';
import { answersAbout, runCachito } from './support/moved-service.js';
import { POSTGRESQL_VERSIONS, startPostgresql } from './support/postgresql-version.js';
import { Service } from './support/service.js';

/** The oldest PostgreSQL that the README names, and those up to the embedded one. */
describe('a PostgreSQL server of version', () => {
  let upstreams: FleetUpstreams;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let alone: Service;
  let planned: PlannedRequest[];
  let ids: number[];
  let answers: Map<string, string>;

  beforeAll(async () => {
    const random = new SeededRandom(43);
    upstreams = await FleetUpstreams.start(random);
    folder = await mkdtemp(join(tmpdir(), 'cachito-versions-'));
    environment = {
      CACHITO_UPSTREAMS_FILE: upstreams.file,
      CACHITO_PUBLIC_URL: 'http://cachito.test.example',
      CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      CACHITO_GOMOD_TOOLCHAINS: 'installed',
    };
    planned = await planRequests(upstreams, random, 6 + POSTGRESQL_VERSIONS.length);
    alone = await Service.start(environment);
    environment.CACHITO_DATA_DIR = alone.dataDirectory;
    ids = [];
    for (const { body } of planned.slice(0, 6)) ids.push((await alone.complete(body)).id);
    answers = await answersAbout(alone, ids);
    await alone.kill('SIGTERM');
    expect(await runCachito(['export-database', join(folder, 'all')], environment)).toMatchObject({ status: 0 });
  });

  afterAll(async () => {
    await alone?.close();
    await upstreams?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(POSTGRESQL_VERSIONS)('%s takes what another has exported, and goes on', async (version) => {
    const server = await startPostgresql(version);
    try {
      const here = { ...environment, DATABASE_URL: server.url };
      expect(await runCachito(['import-database', join(folder, 'all')], here)).toMatchObject({ status: 0 });
      const service = await Service.start(here);
      try {
        expect(await answersAbout(service, ids)).toEqual(answers);
        const { body } = planned[6 + POSTGRESQL_VERSIONS.indexOf(version)];
        const { id } = await service.complete(body);
        expect((await service.download(id)).response.status).toBe(200);
        const status = (await (await service.fetch('/api/v1/status')).json()) as { can_process: object };
        expect(status.can_process).toMatchObject({ npm: true });
      } finally {
        await service.kill('SIGTERM');
      }
    } finally {
      await server.close();
    }
  });
});
