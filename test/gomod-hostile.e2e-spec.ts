import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GitServer } from './support/git-server.js';
import { HOSTILE_GO_REPOSITORIES } from './support/hostile-go-repositories.js';
import { peakMemory } from './support/memory.js';
import { networksOfPublicRegistries } from './support/public-registries.js';
import { Service } from './support/service.js';

/** Megabytes that the service may need for the worst of them; starting takes about 170. */
const MEMORY = 800;

/** Every hostile repository of the table, through the real service and the real `go`. */
describe('hostile Go modules', () => {
  let git: GitServer;
  let service: Service;

  beforeAll(async () => {
    git = await GitServer.start();
    const networks = await networksOfPublicRegistries();
    service = await Service.start({ CACHITO_WORKER_CONCURRENCY: '4', CACHITO_ALLOWED_PRIVATE_NETWORKS: networks });
  });
  afterAll(async () => {
    await service?.close();
    await git?.stop();
  });

  it('fail with a message that names what is wrong, or do no harm, and leave nothing behind', async () => {
    const ids = new Map<string, number>();
    for (const [name, { files, tags, flags = [], paths = ['.'], replacements }] of Object.entries(HOSTILE_GO_REPOSITORIES)) {
      const repository = await git.createRepository(`team/hostile-${ids.size}.git`);
      const ref = await repository.commit({ files, tags });
      const packages = { gomod: paths.map((path) => ({ path })) };
      const body = { repo: repository.url, ref, pkg_managers: ['gomod'], packages, flags };
      const all = replacements === undefined ? body : { ...body, dependency_replacements: replacements };
      ids.set(name, (await service.create(all)).id);
    }
    const found: Record<string, object> = {};
    const expected: Record<string, object> = {};
    for (const [name, id] of ids) {
      const { refused, version, origin = 'client' } = HOSTILE_GO_REPOSITORIES[name];
      const view = await service.finish(id);
      const main = view.packages.find(({ type }) => type === 'gomod');
      found[name] =
        view.state === 'failed'
          ? { state: view.state, origin: view.error_origin, reason: view.state_reason }
          : { state: view.state, version: main?.version };
      expected[name] =
        refused === undefined
          ? { state: 'complete', version: expect.stringMatching(version ?? /^v/) }
          : { state: 'failed', origin: origin === 'whoever' ? expect.any(String) : origin, reason: expect.stringMatching(refused) };
      // Nothing of this host gets out.
      expect(view.state_reason).not.toMatch(new RegExp(`${service.dataDirectory}|/scratch-|127\\.0\\.0\\.1:\\d+/[0-9a-f]{16}`));
    }
    expect(found).toEqual(expected);
    await expect(access('/tmp/cachito-was-here')).rejects.toThrow();
    expect(await peakMemory(service.pid)).toBeLessThan(MEMORY);
    expect(await readdir(join(service.dataDirectory, 'temporary'))).toEqual([]);
    expect((await service.fetch('/readyz')).status).toBe(200);
  });
});
