import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { postgresOptions } from '../data-source.js';
import { closedFolder, serverAccount } from './account.js';
import { reachableFolder } from './binaries.js';
import { isAlive } from './cluster.js';
import { EmbeddedPostgres } from './embedded-postgres.js';

const FIXTURE = fileURLToPath(new URL('./__fixtures__/database-user.ts', import.meta.url));
const LOADER = fileURLToPath(new URL('../../../test/support/typescript.mjs', import.meta.url));

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
/** As root both ways are tried, if another user may read this checkout at all. */
const users = isRoot && (await closedFolder(FIXTURE, nobody)) === undefined ? [undefined, nobody] : [undefined];

let parent: string;
let folder: string;
let children: User[];
/** What a failed test has not closed. */
let open: { stop(): Promise<void> }[];

beforeEach(async () => {
  Logger.overrideLogger(false);
  parent = await mkdtemp(join(tmpdir(), 'cachito-embedded-'));
  await chmod(parent, 0o755);
  folder = join(parent, 'database');
  children = [];
  open = [];
});

afterEach(async () => {
  for (const child of children) await child.kill();
  for (const one of open.reverse()) await one.stop();
  const pid = await postmaster().catch(() => 0);
  if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
  await until(() => pid === 0 || !isAlive(pid));
  await rm(parent, { recursive: true, force: true, maxRetries: 10 });
});

describe('EmbeddedPostgres', () => {
  it('starts first, stops, starts again with its data on its port', async () => {
    const first = await startHere();
    await query(first.url, 'CREATE TABLE t (n int); INSERT INTO t VALUES (1)');
    const pid = await postmaster();
    await first.stop();
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    const second = await startHere();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 1 }]);
    await second.stop();
  });

  it('lets in who knows the password, from this host only', async () => {
    const server = await startHere();
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect((await stat(join(folder, 'password'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'data'))).uid).toBe(isRoot ? nobody.uid : process.getuid?.());
    await writeFile(join(folder, 'password'), 'wrong');
    await expect(EmbeddedPostgres.start(folder)).rejects.toThrow(/refuses the password in .*password/);
    await server.stop();
  });

  it('comes back on its own port when the server is killed during work; nothing acknowledged is lost', async () => {
    const server = await startHere();
    const pool = await new DataSource(postgresOptions(server.url)).initialize();
    open.push({ stop: async () => (pool.isInitialized ? pool.destroy() : undefined) });
    await pool.query('CREATE TABLE t (n int)');
    const acknowledged: number[] = [];
    for (let kills = 0, n = 0; kills < 3; n += 1) {
      await pool.query('INSERT INTO t VALUES ($1)', [n]).then(() => acknowledged.push(n), () => undefined);
      if (acknowledged.length < 30 * (kills + 1)) continue;
      process.kill(await postmaster(), 'SIGKILL');
      kills += 1;
      await until(() => pool.query('INSERT INTO t VALUES (-1)').then(() => true, () => false));
    }
    // A backend outlives its killed server for a moment, so even now one more connection may break.
    let rows: { n: number }[] = [];
    await until(() => pool.query('SELECT n FROM t WHERE n >= 0').then((result) => ((rows = result), true), () => false));
    expect(rows.map(({ n }) => n)).toEqual(expect.arrayContaining(acknowledged));
    await pool.destroy();
    await server.stop();
  });

  it('tells of a folder that cannot be used', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'other'), '');
    await expect(EmbeddedPostgres.start(folder)).rejects.toThrow(/database directory .* cannot be made/);
    expect(await readdir(parent)).toEqual(['database']);
  });

  it('tells what the server says that does not start', async () => {
    await (await startHere()).stop();
    await writeFile(join(folder, 'data', 'postgresql.conf'), 'nonsense');
    await expect(EmbeddedPostgres.start(folder)).rejects.toThrow(/does not start(.|\n)*syntax error/);
  });

  (isRoot ? it : it.each<string>([]))('as root names the folder that is closed to the server', async () => {
    await chmod(parent, 0o700);
    await expect(EmbeddedPostgres.start(join(parent, 'a', 'database'))).rejects.toThrow(
      new RegExp(`user 65534, who may not enter ${parent}\\. .*CACHITO_DATA_DIR`),
    );
  });
});

describe.each(users)('EmbeddedPostgres of several processes, as %j', (user) => {
  beforeEach(async () => {
    if (user) await chown(parent, user.uid, user.gid);
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

(isRoot ? describe : describe.each<string>([]))('reachableFolder', () => {
  it('copies programs that the account cannot reach, once', async () => {
    const closed = join(parent, 'closed');
    await mkdir(join(closed, 'native', 'bin'), { recursive: true, mode: 0o700 });
    await chmod(closed, 0o700);
    await writeFile(join(closed, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(closed, 'package.json'), '{"version": "18.4.0-beta.17"}');
    const copies = await Promise.all([1, 2].map(() => reachableFolder(join(closed, 'native'), nobody, parent)));
    expect(copies).toEqual(Array(2).fill(join(parent, 'postgresql-18.4.0-beta.17')));
    expect(await closedFolder(join(copies[0]!, 'bin', 'postgres'), nobody)).toBeUndefined();
    expect((await readdir(parent)).sort()).toEqual(['closed', 'postgresql-18.4.0-beta.17']);
    expect(await reachableFolder(join(closed, 'native'), undefined, parent)).toBe(join(closed, 'native'));
  });
});

/** A process that uses the server. */
interface User {
  url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

async function startHere(): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start(folder);
  open.push(server);
  return server;
}

async function start(user: typeof nobody | undefined): Promise<User> {
  const child = spawnUser(user);
  const [url] = await Promise.race([
    once(createInterface({ input: child.process.stdout! }), 'line'),
    once(child.process, 'exit').then(() => Promise.reject(new Error('ended early'))),
  ]);
  child.url = String(url);
  return child;
}

function spawnUser(user: typeof nobody | undefined): User & { process: ChildProcess } {
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

async function postmaster(): Promise<number> {
  return Number.parseInt(await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 40_000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > end) throw new Error('This never happened');
  }
}
