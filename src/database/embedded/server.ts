import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, readlink, realpath, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';
import { DatabaseError } from '../../errors/index.js';
import { DATABASE_USER, isAlive, SERVER_ENVIRONMENT, type Cluster } from './cluster.js';

/** A server that answers, and a connection to it. */
export interface RunningServer {
  port: number;
  connection: pg.Client;
  /** Whether this call started it; false = it ran already. */
  started: boolean;
}

export interface StartOptions {
  /** Seen by other processes in `pg_stat_activity`. */
  applicationName: string;
  /** The port to start on; by default the one of the last time, or any when that is taken. */
  port?: number;
  /** More settings of the server (`name=value`), for those that start it. */
  settings?: readonly string[];
  signal?: AbortSignal;
}

const BASIC_SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=32MB',
  // Rows do not belong into a log file.
  'log_min_error_statement=panic',
];

/** A server that was killed frees its shared memory only after a while (1-2 s); until then a new one refuses. */
const GIVE_UP_AFTER_FAILURES = 10_000;
/** The longest recovery after a crash that is waited for. */
const GIVE_UP = 600_000;
const PAUSE = 25;

/**
 * Adopts the server of this database directory, or starts it. PostgreSQL's own lock file (`postmaster.pid`, with its
 * check of the shared memory) decides between several starters; whoever loses adopts the winner's.
 * Throws `DatabaseError` with the end of the server's log when it does not come up.
 */
export async function adoptOrStart(cluster: Cluster, options: StartOptions): Promise<RunningServer> {
  const begin = Date.now();
  let failingSince: number | undefined;
  let child: StartedServer | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    const postmaster = await readPostmaster(cluster);
    const connection = postmaster?.port === undefined ? undefined : await connect(cluster, postmaster.port, options);
    if (connection !== undefined && postmaster?.port !== undefined) {
      return { port: postmaster.port, connection, started: child?.process.pid === postmaster.pid };
    }
    if (child?.exited === true) {
      failingSince ??= Date.now();
      child = undefined;
    }
    if (Date.now() - begin > GIVE_UP || Date.now() - (failingSince ?? Date.now()) > GIVE_UP_AFTER_FAILURES) {
      throw new DatabaseError(
        `The embedded PostgreSQL does not start. The end of ${cluster.log}:\n${await logTail(cluster)}`,
      );
    }
    if (child === undefined && !(postmaster !== undefined && (await isOurServer(cluster, postmaster.pid)))) {
      child = await start(cluster, options, postmaster?.pid);
    }
    await sleep(failingSince === undefined ? PAUSE : 4 * PAUSE);
  }
}

/** Stops the server, cutting its connections. No error when it is not running. */
export async function stopServer(cluster: Cluster): Promise<void> {
  await execa(cluster.binaries.pgCtl, ['-D', cluster.data, '-m', 'fast', '-w', '-t', '60', 'stop'], {
    ...cluster.account,
    cwd: cluster.folder,
    env: SERVER_ENVIRONMENT,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
}

/** Tells the server to stop and does not wait: all that a process can do while it exits. */
export function stopServerSoon(cluster: Cluster): void {
  spawn(cluster.binaries.pgCtl, ['-D', cluster.data, '-m', 'fast', '-W', 'stop'], {
    ...cluster.account,
    cwd: cluster.folder,
    env: SERVER_ENVIRONMENT,
    detached: true,
    stdio: 'ignore',
  }).unref();
}

/** The address for clients on this host. */
export function serverUrl(cluster: Cluster, port: number, database = 'postgres'): string {
  return `postgresql://${DATABASE_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

interface StartedServer {
  process: ChildProcess;
  exited: boolean;
}

/**
 * @param formerPid the process that the lock file names. It is not our server (dead, or its number was given to another
 *   process), and PostgreSQL has to know that: it takes any live process of its user for a server.
 */
async function start(cluster: Cluster, options: StartOptions, formerPid: number | undefined): Promise<StartedServer> {
  const port = options.port ?? (await choosePort(cluster));
  const settings = [...BASIC_SETTINGS, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting]);
  await limitLog(cluster);
  const log = await open(cluster.log, 'a', 0o600);
  try {
    const child = spawn(cluster.binaries.postgres, ['-D', cluster.data, '-p', String(port), ...settings], {
      ...cluster.account,
      cwd: cluster.folder,
      env: { ...SERVER_ENVIRONMENT, ...(formerPid === undefined ? {} : { PG_GRANDPARENT_PID: String(formerPid) }) },
      // Its own session: neither Ctrl-C at our terminal nor our end is its end.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const started: StartedServer = { process: child, exited: false };
    child.once('exit', () => (started.exited = true));
    child.once('error', () => (started.exited = true));
    child.unref();
    return started;
  } finally {
    await log.close();
  }
}

/** Undefined while the server does not take connections yet. Throws when it never will take ours. */
async function connect(cluster: Cluster, port: number, options: StartOptions): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    connectionString: serverUrl(cluster, port),
    application_name: options.applicationName,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener a broken connection would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (isWrongPassword(error)) {
      throw new DatabaseError(
        `The embedded PostgreSQL refuses the password in ${join(cluster.folder, 'password')}. Restore that file.`,
        { cause: error },
      );
    }
    return undefined;
  }
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '28P01';
}

/** What the lock file says: line 1 is the process, line 4 the port (missing while it starts). */
async function readPostmaster(cluster: Cluster): Promise<{ pid: number; port: number | undefined } | undefined> {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const port = Number(lines[3]);
  return { pid, port: Number.isInteger(port) && port > 0 ? port : undefined };
}

/**
 * Whether that process lives and is a server of this directory: it has made the directory its own working directory.
 */
async function isOurServer(cluster: Cluster, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const [workingDirectory, data] = await Promise.all([
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    realpath(cluster.data),
  ]);
  return workingDirectory === data;
}

/** The port of the last time, so that clients which hold it find the server again; else any. */
async function choosePort(cluster: Cluster): Promise<number> {
  const options = await readFile(join(cluster.data, 'postmaster.opts'), 'utf8').catch(() => '');
  const last = Number(/"-p" "(\d+)"/.exec(options)?.[1] ?? 0);
  return (await freePort(last)) ?? (await freePort(0)) ?? 0;
}

function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : undefined;
      probe.close(() => resolve(port));
    });
  });
}

const LOG_LIMIT = 10 * 2 ** 20;

async function limitLog(cluster: Cluster): Promise<void> {
  const size = await stat(cluster.log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await rename(cluster.log, `${cluster.log}.1`);
}

async function logTail(cluster: Cluster): Promise<string> {
  const text = await readFile(cluster.log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
