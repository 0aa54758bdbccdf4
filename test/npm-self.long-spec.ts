import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa, type Options } from 'execa';
import { unpackBundle, writeConfigurationFiles } from './support/bundles.js';
import { GitServer } from './support/git-server.js';
import { cleanEnvironment, npmClient } from './support/npm-clients.js';
import { serveOwnRepository } from './support/own-repository.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { type RequestView, Service } from './support/service.js';

/** Rooms whose unit tests need nothing but what was installed: run with every version of npm. */
const SOME_ROOMS = ['src/archive', 'src/concurrency', 'src/config', 'src/errors', 'src/packages'];
const MINUTE = 60_000;

/** Cachito archives itself, and is installed, built and tested from what it archived, with no other registry. */
describe('Cachito from Cachito', () => {
  let scratch: string;
  let git: GitServer;
  let service: Service;
  let view: RequestView;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cachito-self-'));
    // Its tests, run by root, start an embedded PostgreSQL as another user, who must be able to enter.
    await chmod(scratch, 0o755);
    git = await GitServer.start();
    const own = await serveOwnRepository(git);
    service = await Service.start({ CACHITO_ALLOWED_PRIVATE_NETWORKS: await networksOfPublicRegistries() });
    view = await service.complete({ repo: own.repository.url, ref: own.commit, pkg_managers: ['npm'] });
  }, 5 * MINUTE);
  afterAll(async () => {
    await service?.close();
    await git?.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  describe.each(['8', '10', '11'])('npm %s', (version) => {
    it.each([
      ['through the locked registry', '', ['ci']],
      ['offline from the bundle', '?mode=offline', ['ci', '--offline']],
    ])(
      'installs, builds and tests it %s',
      async (_name, query, args) => {
        const directory = await unpackBundle(service, view.id, scratch);
        await writeConfigurationFiles(service, view.id, directory, query);
        const home = await mkdtemp(join(scratch, 'home-'));
        await chmod(directory, 0o755);
        await chmod(home, 0o755);
        const options = { cwd: join(directory, 'app'), env: cleanEnvironment(home), extendEnv: false } satisfies Options;
        const [command, ...first] = await npmClient('npm', version);
        await execa(command, [...first, ...args], options);
        await execa('node', ['node_modules/.bin/nest', 'build'], options);
        const rooms = version === '11' ? ['src'] : SOME_ROOMS;
        const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', ...rooms];
        const { stderr } = await execa('node', jest, options);
        expect(stderr).toMatch(/^Tests: +\d{3,} passed, \d{3,} total$/m);
        await rm(directory, { recursive: true, force: true });
      },
      20 * MINUTE,
    );
  });

  it('has every package and platform variant of the lock file in the bundle', async () => {
    const directory = await unpackBundle(service, view.id, scratch);
    const { stdout } = await execa('find', ['deps/npm', '-type', 'f', '-name', '*.tgz'], { cwd: directory });
    const archived = stdout.split('\n').length;
    const lock = JSON.parse((await execa('cat', ['app/package-lock.json'], { cwd: directory })).stdout) as {
      packages: Record<string, { resolved?: string }>;
    };
    const named = new Set(Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? []));
    expect(archived).toBe(named.size);
    expect(archived).toBeGreaterThan(700);
  });
});
