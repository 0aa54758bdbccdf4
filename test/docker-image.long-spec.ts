import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from '@jest/globals';
import { execa } from 'execa';
import { openTestDatabase } from '../src/database/testing.js';
import { buildByChroot, buildObstacle, writeSecret } from './support/docker-build.js';
import { Container, type ContainerOptions } from './support/docker-container.js';
import { readDockerfile } from './support/docker-file.js';
import { GitServer } from './support/git-server.js';
import { freePort } from './support/nginx.js';
import type { RequestView } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

const MINUTES = 60_000;
const USER = 10001;
const IMAGE = readDockerfile(join(import.meta.dirname, '../docker/Dockerfile'));
const LAST = IMAGE[IMAGE.length - 1];
const GO_VERSION =
  missingTool('go') ?? execFileSync('go', ['env', 'GOVERSION'], { cwd: tmpdir(), encoding: 'utf8' }).trim();

/** The steps of the Dockerfile, and its last stage at work: as its user, on a root file system that cannot be written. */
describe('the image', () => {
  let scratch: string;
  let built: Promise<string> | undefined;
  const running: Container[] = [];

  afterEach(async () => {
    for (const container of running.splice(0)) {
      await container.signal('SIGKILL').catch(() => undefined);
      await container.ended();
    }
  });

  afterAll(async () => {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }, 10 * MINUTES);

  async function image(): Promise<string> {
    scratch ??= await mkdtemp(join(tmpdir(), 'cachito-image-'));
    return (built ??= buildByChroot(IMAGE, scratch));
  }

  async function volume(name: string): Promise<string> {
    const folder = join(scratch, 'volumes', name);
    await mkdir(folder, { recursive: true });
    await execa('chown', [`${USER}:${USER}`, folder]);
    return folder;
  }

  async function run(options: ContainerOptions = {}): Promise<Container> {
    const container = Container.start(LAST, await image(), {
      ...options,
      volumes: { '/data': await volume('data'), ...options.volumes },
    });
    running.push(container);
    return container;
  }

  itUnless(
    buildObstacle(),
    'is built, and does not start before somebody says who may post',
    async () => {
      const container = await run();
      expect(await container.ended()).toBe(1);
      expect(container.log).toMatch(/nobody can log in: .*CACHITO_TRUSTED_PROXIES.*LOGIN_DISABLED=true/);
    },
    30 * MINUTES,
  );

  itUnless(
    buildObstacle(),
    'serves requests with the database inside, and comes back when it was killed',
    async () => {
      const gitServer = await GitServer.start();
      try {
        const repository = await gitServer.createRepository('team/app.git');
        const files = {
          'go.mod': 'module example.org/app\n\ngo 1.21\n',
          'main.go': 'package main\n\nfunc main() {}\n',
        };
        const ref = await repository.commit({ files });
        const port = String(await freePort());
        const environment = { LOGIN_DISABLED: 'true', PORT: port, CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8' };
        const first = await run({ environment });
        await first.printed('is ready');
        const view = await complete(port, { repo: repository.url, ref, pkg_managers: ['gomod'] });
        expect(view.packages.map(({ name, type }) => `${type} ${name}`).sort()).toEqual([
          'go-package example.org/app',
          'gomod example.org/app',
        ]);
        expect(await first.health()).toMatchObject({ exitCode: 0 });
        const users = await first.execute(['sh', '-c', 'cat /proc/[0-9]*/status | grep ^Uid: | sort -u']);
        expect(users.stdout.split('\t')).toEqual(['Uid:', ...Array<string>(4).fill(String(USER))]);
        expect((await first.execute(['go', 'version'])).stdout).toContain(GO_VERSION);
        expect(await first.execute(['touch', '/app/file', '/home/cachito/file'])).toMatchObject({ exitCode: 1 });

        await first.signal('SIGKILL');
        await first.ended();
        const second = await run({ environment });
        await second.printed('is ready');
        expect(await show(port, view.id)).toMatchObject({ state: 'complete', id: view.id });
        const next = await complete(port, { repo: repository.url, ref, pkg_managers: [] });
        // Not one more: a sequence leaves numbers out when the server was killed.
        expect(next.id).toBeGreaterThan(view.id);
        await second.signal('SIGTERM');
        // 128 + SIGTERM or 0: the service's own choice; what counts is that it leaves by itself, database and all.
        expect([0, 143]).toContain(await second.ended());
      } finally {
        await gitServer.stop();
      }
    },
    30 * MINUTES,
  );

  itUnless(
    buildObstacle(),
    'is API and worker, with secrets in files and a shared volume',
    async () => {
      const gitServer = await GitServer.start();
      const database = await openTestDatabase({ migrated: false });
      try {
        const repository = await gitServer.createRepository('team/app.git', [{ files: { file: 'text\n' } }]);
        const ref = await repository.commit({ files: { file: 'more\n' } });
        const port = String(await freePort());
        await image();
        const secrets = join(scratch, 'volumes/secrets');
        await writeSecret(join(secrets, 'database-url'), database.url);
        const environment = {
          LOGIN_DISABLED: 'true',
          PORT: port,
          CACHITO_PUBLIC_URL: `http://localhost:${port}`,
          CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
          CACHITO_SOURCES_DIR: '/shared/sources',
          CACHITO_BUNDLES_DIR: '/shared/bundles',
          CACHITO_REQUEST_FILE_LOGS_DIR: '/shared/logs',
          DATABASE_URL_FILE: '/run/database-url',
        };
        await execa('touch', [join(await image(), 'run/database-url')]);
        const volumes = { '/shared': await volume('shared'), '/run/database-url': join(secrets, 'database-url') };
        const api = await run({ environment: { ...environment, CACHITO_ROLE: 'api' }, volumes });
        await api.printed('is ready');
        const worker = await run({
          environment: { ...environment, CACHITO_ROLE: 'worker' },
          volumes: { ...volumes, '/data': await volume('worker') },
        });
        await worker.printed('this worker takes requests');
        expect(await complete(port, { repo: repository.url, ref, pkg_managers: [] })).toMatchObject({ id: 1 });
        expect(await worker.health()).toMatchObject({ exitCode: 0 });
        expect(await api.health()).toMatchObject({ exitCode: 0 });
        await worker.signal('SIGTERM');
        expect([0, 143]).toContain(await worker.ended());
        await api.signal('SIGTERM');
        expect([0, 143]).toContain(await api.ended());
      } finally {
        for (const container of running) await container.signal('SIGKILL').catch(() => undefined);
        await database.close();
        await gitServer.stop();
      }
    },
    30 * MINUTES,
  );
});

/** Posts a request, waits until it is complete, and takes its bundle. */
async function complete(port: string, body: object): Promise<RequestView> {
  const headers = { 'Content-Type': 'application/json' };
  const created = await fetch(requests(port), { method: 'POST', headers, body: JSON.stringify(body) });
  const { id } = (await created.json()) as RequestView;
  const view = await show(port, id);
  expect(view).toMatchObject({ state: 'complete' });
  const download = await fetch(`${requests(port)}/${id}/download`);
  expect(download.status).toBe(200);
  await download.arrayBuffer();
  return view;
}

async function show(port: string, id: number): Promise<RequestView> {
  return (await (await fetch(`${requests(port)}/${id}?wait=60`)).json()) as RequestView;
}

function requests(port: string): string {
  return `http://127.0.0.1:${port}/api/v1/requests`;
}
