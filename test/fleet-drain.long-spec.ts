import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Fleet } from './support/fleet.js';
import { GitServer } from './support/git-server.js';
import type { RequestView } from './support/service.js';
import { itUnless, missingTool } from './support/tools.js';

/** How long requests may go on, seconds, and when SIGKILL comes, milliseconds (what Kubernetes gives unless told). */
const DRAIN_TIMEOUT = 10;
const GRACE = 30_000;
const REQUESTS = 12;

describe.each(['database', 'redis'] as const)('a worker that is told to end, with its queue in the %s', (queue) => {
  let git: GitServer;
  let fleet: Fleet;
  const obstacle = queue === 'redis' ? missingTool('redis-server') : undefined;

  beforeAll(async () => {
    if (obstacle !== undefined) return;
    git = await GitServer.start();
    fleet = await Fleet.start({ workers: 2, queue, environment: { CACHITO_DRAIN_TIMEOUT: String(DRAIN_TIMEOUT) } });
  });
  afterAll(async () => {
    await fleet?.stop();
    await git?.stop();
  });

  itUnless(obstacle, 'hands back what does not end, loses nothing, and leaves within its grace time', async () => {
    const repository = await git.createRepository('team/app.git');
    const created: RequestView[] = [];
    // It is in the middle of fetches of which some end in time, and some would take much longer than its grace time.
    let asked = 0;
    git.fault = () => ({ delay: asked++ % 2 === 0 ? 2 * GRACE : 100 });
    for (let at = 0; at < REQUESTS; at++) {
      const ref = await repository.commit({ files: { 'main.c': `int version = ${at};\n` } });
      created.push(await fleet.api.create({ repo: repository.url, ref, pkg_managers: [] }));
    }
    const [drained] = fleet.workers;
    const held = async (): Promise<number> => {
      const rows = await fleet.query(`SELECT 1 FROM "request" WHERE "lease_owner" LIKE '%-' || $1 || '-%'`, [drained.pid]);
      return rows.length;
    };
    while ((await held()) === 0) await wait(50);
    const began = Date.now();
    const late = setTimeout(() => void drained.kill('SIGKILL'), GRACE);
    await drained.kill('SIGTERM');
    clearTimeout(late);
    expect(await drained.ended()).toBe(0);
    console.log(`queue in the ${queue}: a worker with requests in work left ${Date.now() - began} ms after SIGTERM`);
    // Killed it would have left its leases, and its row.
    expect(await held()).toBe(0);
    expect(await fleet.query(`SELECT 1 FROM "worker" WHERE "name" LIKE '%-' || $1 || '-%'`, [drained.pid])).toEqual([]);
    git.fault = () => undefined;
    for (const { id } of created) expect(await fleet.api.finish(id)).toMatchObject({ id, state: 'complete' });
    const [{ crashes }] = await fleet.query<{ crashes: number }>(`SELECT sum("crashes")::int AS "crashes" FROM "request"`);
    expect(crashes).toBe(0);
  });
});
