import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from '../src/database/testing.js';
import { openOwnedDatabase, type OwnedDatabase } from '../src/database/transfer/testing.js';
import { cannotMount, FleetDisk } from './support/fleet-disk.js';
import { SeededRandom } from './support/fleet-random.js';
import { planRequests } from './support/fleet-requests.js';
import { FleetUpstreams } from './support/fleet-upstreams.js';
import { answersAbout, type CommandResult, runCachito } from './support/moved-service.js';
import { Service } from './support/service.js';
import { itUnless } from './support/tools.js';

/**
 * An installation grows up: begun with the embedded database, with requests of all kinds and one in work, it moves to a
 * PostgreSQL server with another collation, where its user is an ordinary one, and goes on. The steps build on each other.
 */
describe('an installation that moves from the embedded database to PostgreSQL', () => {
  let upstreams: FleetUpstreams;
  let server: TestDatabase;
  let target: OwnedDatabase;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let service: Service;
  let moved: Service | undefined;
  let finished: number[];
  let unfinished: number;
  let answers: Map<string, string>;
  let bundles: string[];

  beforeAll(async () => {
    const random = new SeededRandom(41);
    upstreams = await FleetUpstreams.start(random);
    server = await openTestDatabase({ migrated: false });
    target = await openOwnedDatabase(server);
    folder = await mkdtemp(join(tmpdir(), 'cachito-move-'));
    await writeFile(join(folder, 'address'), `${target.url}\n`, { mode: 0o600 });
    environment = {
      CACHITO_UPSTREAMS_FILE: upstreams.file,
      CACHITO_PUBLIC_URL: 'http://cachito.test.example',
      CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      CACHITO_GOMOD_TOOLCHAINS: 'installed',
    };
    service = await Service.start(environment);
    environment.CACHITO_DATA_DIR = service.dataDirectory;
    await makeHistory(random);
  });

  afterAll(async () => {
    await moved?.kill('SIGTERM');
    await service?.close();
    await target?.close();
    await server?.close();
    await upstreams?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Requests of all kinds that are complete, one failed, one stale; and one that is being worked on. */
  async function makeHistory(random: SeededRandom): Promise<void> {
    const planned = await planRequests(upstreams, random, 7);
    finished = [];
    for (const { body } of planned.slice(0, 6)) finished.push((await service.complete(body)).id);
    const failed = await service.create({ ...planned[0].body, ref: '0'.repeat(40) });
    expect((await service.finish(failed.id)).state).toBe('failed');
    const stale = await service.complete({ ...planned[1].body, flags: [] });
    const body = JSON.stringify({ state: 'stale', state_reason: 'no longer needed' });
    await service.fetch(`/api/v1/requests/${stale.id}`, { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body });
    answers = await answersAbout(service, [...finished, failed.id, stale.id]);
    bundles = await digests(service);
    let asked = false;
    upstreams.git.fault = () => {
      asked = true;
      return 'hang';
    };
    const repository = await upstreams.git.createRepository('team/late.git');
    const ref = await repository.commit({ files: { 'main.c': 'int main;\n' } });
    unfinished = (await service.create({ repo: repository.url, ref, pkg_managers: [] })).id;
    while (!asked) await sleep(20);
  }

  function digests(of: Service): Promise<string[]> {
    return Promise.all(
      finished.map(async (id) => {
        const { response, bytes } = await of.download(id);
        return `${response.status} ${createHash('sha256').update(bytes).digest('hex')}`;
      }),
    );
  }

  function command(...args: string[]): Promise<CommandResult> {
    return runCachito(args, environment);
  }

  const move = (): Promise<CommandResult> => command('move-database', '--to-file', join(folder, 'address'));

  it('does not move while it runs', async () => {
    for (const args of [['move-database', '--to', target.url], ['export-database', join(folder, 'early')]]) {
      const { status, errors } = await command(...args);
      expect({ status, errors }).toMatchObject({ status: 1, errors: expect.stringContaining('Stop all processes of Cachito first') });
    }
    expect(await readdir(folder)).toEqual(['address']);
    expect((await service.show(unfinished)).state).toBe('in_progress');
  });

  it('does not move while a worker may still be alive, of which nothing has been heard for a moment', async () => {
    await service.kill('SIGKILL');
    upstreams.git.fault = () => undefined;
    expect((await move()).errors).toContain('after a kill, try again in 20 seconds');
  });

  it('says what is wrong with a command', async () => {
    expect(await command('move-database', '--to', 'mysql://x')).toMatchObject({
      status: 2,
      errors: expect.stringContaining('The address must be like postgresql://user:password@host:5432/database.\n\nUsage:'),
    });
    expect((await command('move-database', '--help')).output).toContain('--to-file');
  });

  it('can be written into a file, which fills another database', async () => {
    const file = join(folder, 'archive');
    await whenSilent(() => command('export-database', file));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await command('export-database', join(folder, 'no/such/folder'))).errors).toMatch(/^.*no such file or directory/m);
    const piped = await command('export-database', '-');
    expect(Buffer.from(piped.output, 'latin1').subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    const other = await openOwnedDatabase(server);
    try {
      const into = { ...environment, DATABASE_URL: other.url };
      expect(await runCachito(['import-database', join(folder, 'nothing')], into)).toMatchObject({ status: 1, errors: expect.stringMatching(/no such file/) });
      const half = (await readFile(file)).subarray(0, -1_000);
      expect(await runCachito(['import-database', '-'], into, half)).toMatchObject({ status: 1, errors: expect.stringMatching(/damaged or not whole/) });
      const { status, output, errors } = await runCachito(['import-database', '-'], into, await readFile(file));
      expect({ status, errors, output }).toMatchObject({ status: 0, output: expect.stringContaining('Every table was read again') });
      expect(await other.query('SELECT count(*)::integer AS "count" FROM "request"')).toEqual([{ count: unfinished }]);
    } finally {
      await other.close();
    }
  });

  itUnless(cannotMount(), 'leaves no file on a disk that is full', async () => {
    const disk = await FleetDisk.mount(join(folder, 'disk'), 1);
    try {
      await disk.fill();
      const { status, errors } = await command('export-database', join(disk.directory, 'archive'));
      expect({ status, errors }).toMatchObject({ status: 1, errors: expect.stringContaining('no space left on device') });
      await disk.free();
      expect(await readdir(disk.directory)).toEqual([]);
    } finally {
      await disk.unmount();
    }
  });

  it('moves with one command', async () => {
    const { output, errors } = await whenSilent(move);
    expect(output).toMatch(/^request +9 rows {2}[0-9a-f]{16}$/m);
    expect(output).toContain('Start Cachito with DATABASE_URL set to the new address.');
    expect(output + errors).not.toContain('secret');
  });

  it('does not start with the old database any more', async () => {
    await expect(service.restart()).rejects.toThrow('The embedded database was moved to another server');
  });

  it('reads the same afterwards, but for the request that was being worked on: this ends now', async () => {
    moved = await Service.start({ ...environment, DATABASE_URL: target.url });
    expect(await moved.finish(unfinished)).toMatchObject({ id: unfinished, state: 'complete' });
    expect(await digests(moved)).toEqual(bundles);
    const ids = [...finished, unfinished - 2, unfinished - 1];
    const now = await answersAbout(moved, ids);
    const ofLists = [...now.keys()].filter((path) => path.startsWith('/api/v1/requests?'));
    for (const [path, answer] of answers) if (!ofLists.includes(path)) expect(`${path} ${now.get(path)}`).toBe(`${path} ${answer}`);
    const list = (await (await moved.fetch('/api/v1/requests?per_page=100')).json()) as { items: { id: number }[] };
    expect(list.items.map(({ id }) => id).sort((a, b) => a - b)).toEqual([...ids, unfinished]);
  });

  it('goes on where it was', async () => {
    const repository = await upstreams.git.createRepository('team/new.git');
    const ref = await repository.commit({ files: { 'main.c': 'int other;\n' } });
    expect((await moved?.complete({ repo: repository.url, ref, pkg_managers: [] }))?.id).toBe(unfinished + 1);
  });

  it('does not move into a database that is in use', async () => {
    const { status, errors } = await runCachito(['import-database', join(folder, 'archive')], { ...environment, DATABASE_URL: target.url });
    expect({ status, errors }).toMatchObject({ status: 1, errors: expect.stringContaining('Stop all processes of Cachito first') });
  });
});

/** Makes the attempt again until the heart-beats of a killed worker count no longer. */
async function whenSilent(attempt: () => Promise<CommandResult>): Promise<CommandResult> {
  for (;;) {
    const result = await attempt();
    if (result.status === 0) return result;
    if (!result.errors.includes('signs of life')) throw new Error(result.errors);
    await sleep(2_000);
  }
}
