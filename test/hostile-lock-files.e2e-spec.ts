import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOSTILE } from '../src/packages/npm/__fixtures__/hostile-lock-files.js';
import { GitServer } from './support/git-server.js';
import { peakMemory } from './support/memory.js';
import { type RequestView, Service } from './support/service.js';

/** Megabytes that the service may need for the worst of them; starting takes about 170. */
const MEMORY = 800;

/** Every hostile lock file of the table, through the real service: it fails, clearly, and does no harm. */
describe('hostile lock files', () => {
  let git: GitServer;
  let service: Service;

  beforeAll(async () => {
    git = await GitServer.start();
    service = await Service.start({ CACHITO_WORKER_CONCURRENCY: '4' });
  });
  afterAll(async () => {
    await service?.close();
    await git?.stop();
  });

  it('fail with a message that names what is wrong, and leave nothing behind', async () => {
    const repository = await git.createRepository('team/hostile.git');
    const posted: { name: string; message: string | RegExp; id: number }[] = [];
    for (const [name, text, message] of HOSTILE) {
      const files = { 'package.json': '{"name": "dash", "version": "1.0.0"}', 'package-lock.json': text };
      const ref = await repository.commit({ files });
      const { id } = await service.create({ repo: repository.url, ref, pkg_managers: ['npm'] });
      posted.push({ name, message, id });
    }
    for (const { name, message, id } of posted) {
      const view: RequestView = await service.finish(id);
      expect({ name, ...view }).toMatchObject({ name, state: 'failed', error_origin: 'client' });
      if (typeof message === 'string') expect(view.state_reason).toContain(message);
      else expect(view.state_reason).toMatch(message);
    }
    expect(await peakMemory(service.pid)).toBeLessThan(MEMORY);
    expect(await readdir(join(service.dataDirectory, 'temporary'))).toEqual([]);
    const own = ['bundles', 'database', 'logs', 'mirrors', 'sources', 'temporary'];
    expect((await readdir(service.dataDirectory)).filter((name) => !own.includes(name))).toEqual([]);
    expect((await service.fetch('/readyz')).status).toBe(200);
  });
});
