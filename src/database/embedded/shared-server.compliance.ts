import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { until } from '../../../test/support/until.js';
import { type Account, serverAccount } from './account.js';
import { isAlive } from './cluster.js';

export const FIXTURE = fileURLToPath(new URL('./__fixtures__/database-user.ts', import.meta.url));
const LOADER = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));

let parent: string;
let folder: string;
let children: User[];

/** What holds for the embedded server of several processes, whoever runs them: undefined = the user of the test. */
export function describeSharedServer(user: Account | undefined): void {
  describe(`EmbeddedPostgres of several processes, as user ${user?.uid ?? process.getuid?.()}`, () => {
    beforeEach(async () => {
      parent = await mkdtemp(join(tmpdir(), 'cachito-embedded-'));
      await chmod(parent, 0o755);
      if (user) await chown(parent, user.uid, user.gid);
      folder = join(parent, 'database');
      children = [];
    });

    afterEach(async () => {
      for (const child of children) await child.kill();
      await removeServer(folder);
      await rm(parent, { recursive: true, force: true, maxRetries: 10 });
    });

    it('is adopted when its process was killed, and stopped by who adopted it', async () => {
      const killed = await start(user);
      await query(killed.url, 'CREATE TABLE t ()');
      const pid = await postmaster();
      await killed.kill();
      const adopter = await start(user);
      expect([await postmaster(), adopter.url]).toEqual([pid, killed.url]);
      await adopter.stop();
      expect(isAlive(pid)).toBe(false);
    });

    it('starts again when both were killed', async () => {
      const killed = await start(user);
      await query(killed.url, 'CREATE TABLE t ()');
      const pid = await postmaster();
      await killed.kill();
      process.kill(pid, 'SIGKILL');
      const again = await start(user);
      expect(await query(again.url, 'SELECT count(*)::int FROM t')).toEqual([{ count: 0 }]);
      await again.stop();
    });

    it('is one server for all that start at the same time; the last one stops it', async () => {
      const all = await Promise.all([start(user), start(user), start(user)]);
      expect(new Set(all.map(({ url }) => url)).size).toBe(1);
      const pid = await postmaster();
      expect((await readdir(parent)).filter((name) => name.includes('.new-'))).toEqual([]);
      for (const one of all.slice(1)) {
        await one.stop();
        expect(isAlive(pid)).toBe(true);
      }
      await all[0]!.stop();
      expect(isAlive(pid)).toBe(false);
    });

    it('is stopped when all leave at the same time', async () => {
      const all = await Promise.all([start(user), start(user)]);
      const pid = await postmaster();
      await Promise.all(all.map((one) => one.stop()));
      await until(() => !isAlive(pid));
    });

    it('comes back on one port for all when it is killed', async () => {
      const [one, other] = await Promise.all([start(user), start(user)]);
      process.kill(await postmaster(), 'SIGKILL');
      await until(() => query(one!.url, 'SELECT 1').then(() => true, () => false));
      expect(other!.url).toBe(one!.url);
      await Promise.all([one!.stop(), other!.stop()]);
    });

    it('is not fooled by a first start that was killed half-way', async () => {
      const begun = spawnUser(user);
      await until(async () => (await readdir(parent)).some((name) => name.startsWith('database.new-')));
      await begun.kill();
      await mkdir(join(parent, 'database.new-2147483646-left'));
      const server = await start(user);
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await readdir(parent)).not.toContain('database.new-2147483646-left');
      await server.stop();
    });

    it('is not fooled by the number of a killed server that another process has now', async () => {
      const killed = await start(user);
      const pid = await postmaster();
      await killed.kill();
      process.kill(pid, 'SIGKILL');
      await until(() => !isAlive(pid));
      const other = spawn('sleep', ['600'], { ...(user ?? serverAccount()), stdio: 'ignore' });
      const file = join(folder, 'data', 'postmaster.pid');
      await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(other.pid)));
      const again = await start(user);
      expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(other.exitCode).toBeNull();
      other.kill();
      await again.stop();
    });
  });
}

/** A process that uses the server. */
interface User {
  url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

async function start(user: Account | undefined): Promise<User> {
  const child = spawnUser(user);
  const [url] = await Promise.race([
    once(createInterface({ input: child.process.stdout! }), 'line'),
    once(child.process, 'exit').then(() => Promise.reject(new Error('ended early'))),
  ]);
  child.url = String(url);
  return child;
}

function spawnUser(user: Account | undefined): User & { process: ChildProcess } {
  const child = spawn(process.execPath, ['--import', LOADER, FIXTURE, folder], {
    ...user,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  const ended = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const result = {
    process: child,
    url: '',
    stop: () => {
      child.stdin.end();
      return ended();
    },
    kill: () => {
      child.kill('SIGKILL');
      return ended();
    },
  };
  children.push(result);
  return result;
}

function postmaster(): Promise<number> {
  return postmasterOf(folder);
}

/** The process of the server that the lock file of this database names. */
export async function postmasterOf(database: string): Promise<number> {
  return Number.parseInt(await readFile(join(database, 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** Ends what a failed test has left. */
export async function removeServer(database: string): Promise<void> {
  const pid = await postmasterOf(database).catch(() => 0);
  if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
}

export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
