import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { until } from '../../../test/support/until.js';
import { postgresOptions } from '../data-source.js';
import { closedFolder } from './account.js';
import { reachableFolder } from './binaries.js';
import { isAlive } from './cluster.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { describeSharedServer, postmasterOf, query, removeServer } from './shared-server.compliance.js';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

let parent: string;
let folder: string;
/** What a failed test has not closed. */
let open: { stop(): Promise<void> }[];

beforeEach(async () => {
  Logger.overrideLogger(false);
  parent = await mkdtemp(join(tmpdir(), 'cachito-embedded-'));
  await chmod(parent, 0o755);
  folder = join(parent, 'database');
  open = [];
});

afterEach(async () => {
  for (const one of open.reverse()) await one.stop();
  await removeServer(folder);
  await rm(parent, { recursive: true, force: true, maxRetries: 10 });
});

describe('EmbeddedPostgres', () => {
  it('starts first, stops, starts again with its data on its port', async () => {
    const first = await startHere();
    await query(first.url, 'CREATE TABLE t (n int); INSERT INTO t VALUES (1)');
    const pid = await postmasterOf(folder);
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
      process.kill(await postmasterOf(folder), 'SIGKILL');
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

  if (isRoot) {
    it('names the folder that is closed to the server of root', async () => {
      await chmod(parent, 0o700);
      await expect(EmbeddedPostgres.start(join(parent, 'a', 'database'))).rejects.toThrow(
        new RegExp(`user 65534, who may not enter ${parent}\\. .*CACHITO_DATA_DIR`),
      );
    });
  }
});

describeSharedServer(undefined);

describe('reachableFolder', () => {
  it('is a copy, made once, where the account cannot reach the original', async () => {
    const stranger = { uid: 54_321, gid: 54_321 };
    const closed = join(parent, 'closed');
    await mkdir(join(closed, 'native', 'bin'), { recursive: true, mode: 0o700 });
    await chmod(closed, 0o700);
    await writeFile(join(closed, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
    await writeFile(join(closed, 'package.json'), '{"version": "18.4.0-beta.17"}');
    const copies = await Promise.all([1, 2].map(() => reachableFolder(join(closed, 'native'), stranger, parent)));
    expect(copies).toEqual(Array(2).fill(join(parent, 'postgresql-18.4.0-beta.17')));
    expect(await closedFolder(join(copies[0]!, 'bin', 'postgres'), stranger)).toBeUndefined();
    expect((await readdir(parent)).sort()).toEqual(['closed', 'postgresql-18.4.0-beta.17']);
    expect(await reachableFolder(join(closed, 'native'), undefined, parent)).toBe(join(closed, 'native'));
  });
});

async function startHere(): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start(folder);
  open.push(server);
  return server;
}
