import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrate, postgresOptions } from './data-source.js';
import { isAlive, openCluster, type Cluster } from './embedded/cluster.js';
import { adoptOrStart, serverUrl } from './embedded/server.js';

export interface TestDatabase {
  /** For `Configuration.database.url`. */
  url: string;
  /** Connected, with the entities that were asked for. */
  dataSource: DataSource;
  /** Disconnects and drops the database. */
  close(): Promise<void>;
}

/** Durability is not what specs look at. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'];
const TEMPLATE_LOCK = 1;

/**
 * A fresh database with the present schema, a copy of one that was migrated once. One embedded server serves all
 * specs of a run, in whichever worker process; it ends with the run.
 */
export async function openTestDatabase(
  options: { entities?: DataSourceOptions['entities']; migrated?: boolean } = {},
): Promise<TestDatabase> {
  const cluster = await openCluster(join(tmpdir(), `cachito-specs-${userInfo().uid}-${rootProcess()}`));
  const { connection, port } = await adoptOrStart(cluster, { applicationName: 'cachito specs', settings: FAST });
  const name = `spec_${randomBytes(8).toString('hex')}`;
  try {
    await endWithRun(cluster);
    const template = options.migrated === false ? 'template0' : await migratedTemplate(cluster, port, connection);
    await connection.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
  } finally {
    await connection.end();
  }
  const url = serverUrl(cluster, port, name);
  const dataSource = await new DataSource({ ...postgresOptions(url), entities: options.entities ?? [] }).initialize();
  return {
    url,
    dataSource,
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await withConnection(serverUrl(cluster, port), (client) => client.query(`DROP DATABASE "${name}" WITH (FORCE)`));
    },
  };
}

/** Made by the first who needs it; named by the text of the migrations, for runs that watch for changes. */
async function migratedTemplate(cluster: Cluster, port: number, connection: pg.Client): Promise<string> {
  const name = `template_${await migrationsDigest()}`;
  await connection.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await connection.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await makeTemplate(cluster, port, connection, name);
  } finally {
    await connection.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return name;
}

async function makeTemplate(cluster: Cluster, port: number, connection: pg.Client, name: string): Promise<void> {
  const building = `${name}_building`;
  await connection.query(`DROP DATABASE IF EXISTS "${building}" WITH (FORCE)`);
  await connection.query(`CREATE DATABASE "${building}" TEMPLATE template0`);
  const dataSource = await new DataSource(postgresOptions(serverUrl(cluster, port, building))).initialize();
  try {
    await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
  await connection.query(`ALTER DATABASE "${building}" RENAME TO "${name}"`);
}

async function migrationsDigest(): Promise<string> {
  const folder = new URL('../../migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of (await readdir(folder)).sort()) hash.update(await readFile(new URL(file, folder)));
  return hash.digest('hex').slice(0, 16);
}

async function withConnection(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** The process whose end is the end of the test run: the parent of jest's workers, which it has forked. */
function rootProcess(): number {
  return process.send === undefined ? process.pid : process.ppid;
}

/** A small process of its own stops the server and removes its data when the run has ended, however it ended. */
async function endWithRun(cluster: Cluster): Promise<void> {
  const file = join(cluster.folder, 'watcher');
  const watcher = Number(await readFile(file, 'utf8').catch(() => ''));
  if (isAlive(watcher)) return;
  const script =
    'while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"; sleep 1; rm -rf "$2"';
  const child = spawn('/bin/sh', ['-c', script, 'watcher', String(rootProcess()), cluster.folder], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
  });
  child.unref();
  await writeFile(file, String(child.pid));
}
