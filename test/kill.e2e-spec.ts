import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from './support/git-server.js';
import { Service } from './support/service.js';
import { until } from './support/until.js';

const isLong = process.env.CACHITO_TEST_LONG === 'true';

/**
 * SIGKILL in the midst of work. A request logs a line at the start of each of its steps; the service is killed as soon as
 * the n-th line is there: for every third n, and in long runs for every n that a whole run has.
 */
describe('a service that is killed', () => {
  let gitServer: GitServer;
  let body: { repo: string; ref: string; pkg_managers: string[] };
  let steps: string[];
  let expected: Buffer;
  const services: Service[] = [];

  beforeAll(async () => {
    gitServer = await GitServer.start();
    const library = await gitServer.createRepository('team/library.git');
    const libraryCommit = await library.commit({ files: { 'library.c': 'int x;\n'.repeat(50_000) } });
    const app = await gitServer.createRepository('team/app.git');
    const files: Record<string, string> = {};
    for (let n = 0; n < 400; n++) files[`src/part-${n}.c`] = `int part_${n};\n`.repeat(2_000);
    const ref = await app.commit({
      files: {
        ...files,
        '.gitmodules': '[submodule "library"]\n\tpath = library\n\turl = ../library.git\n',
        library: { gitlink: libraryCommit },
      },
    });
    body = { repo: app.url, ref, pkg_managers: ['git-submodule'] };

    const service = await start();
    const request = await service.complete(body);
    steps = await logLines(service, request.id);
    expected = (await service.download(request.id)).bytes;
    await service.close();
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.close()));
    await gitServer?.stop();
  });

  async function start(): Promise<Service> {
    const service = await Service.start();
    services.push(service);
    return service;
  }

  async function killDatabase(service: Service): Promise<void> {
    const pidFile = await readFile(join(service.dataDirectory, 'database', 'data', 'postmaster.pid'), 'utf8');
    process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
  }

  it('ends every request as if nothing had happened, whatever the step', async () => {
    expect(steps.length).toBeGreaterThanOrEqual(10);
    const points = steps.map((_, index) => index).filter((index) => isLong || index % 3 === 1);
    // Several services at a time: most of the time is spent waiting for the lease of the killed worker to end.
    await Promise.all([0, 1, 2, 3].map(async (lane) => {
      for (const point of points.filter((_, at) => at % 4 === lane)) await killAfter(point);
    }));
  }, 600_000);

  it('survives the death of its embedded database', async () => {
    const service = await start();
    const { id } = await service.create(body);
    await killDatabase(service);
    await whenReady(service);
    await expectWhole(service, id);
    await service.close();
  });

  it('survives the death of both at once', async () => {
    const service = await start();
    const { id } = await service.create(body);
    await killDatabase(service);
    await service.kill('SIGKILL');
    await service.restart();
    await expectWhole(service, id);
    await service.close();
  });

  async function killAfter(line: number): Promise<void> {
    const service = await start();
    const { id } = await service.create(body);
    while ((await logLines(service, id)).length <= line) await new Promise((resolve) => setTimeout(resolve, 2));
    await service.kill('SIGKILL');
    await service.restart();
    await expectWhole(service, id);
    await service.close();
  }

  async function expectWhole(service: Service, id: number): Promise<void> {
    const request = await service.finish(id);
    expect(request).toMatchObject({ id, state: 'complete', repo: body.repo, ref: body.ref });
    expect(request.packages).toHaveLength(1);
    expect((await service.download(id)).bytes.equals(expected)).toBe(true);
    await expectNoLeftovers(service.dataDirectory);
  }
});

async function logLines(service: Service, id: number): Promise<string[]> {
  const text = await readFile(join(service.dataDirectory, 'logs', `${id}.log`), 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1);
}

/** Unfinished files: scratch folders, blobs that were being written, packs that git was receiving. */
async function leftovers(data: string): Promise<string[]> {
  const names = await Promise.all([
    readdir(join(data, 'temporary')),
    readdir(join(data, 'sources', 'tmp')),
    readdir(join(data, 'bundles', 'tmp')),
    readdir(join(data, 'mirrors'), { recursive: true }).then((files) => files.filter((file) => /tmp_|\.lock$/.test(file))),
  ]);
  return names.flat();
}

/** They go right after the state is final. */
async function expectNoLeftovers(data: string): Promise<void> {
  await until(async () => (await leftovers(data)).length === 0);
}

async function whenReady(service: Service): Promise<void> {
  await until(() => service.fetch('/readyz').then(({ ok }) => ok, () => false));
}
