import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chown, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { DatabaseError } from '../../errors/index.js';
import { makeReachableFolder, serverAccount, type Account } from './account.js';
import { locateBinaries, type Binaries } from './binaries.js';

export const DATABASE_USER = 'postgres';

/** A database directory that is ready to be served: PostgreSQL's data, the password, the server's log. */
export interface Cluster {
  /** Holds what follows. */
  folder: string;
  /** PostgreSQL's own directory. */
  data: string;
  log: string;
  password: string;
  account: Account | undefined;
  binaries: Binaries;
}

/** No variable of ours, least of all PGDATA, PGPORT or LD_PRELOAD, reaches the server. */
export const SERVER_ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };

const opening = new Map<string, Promise<Cluster>>();

/**
 * Opens the database directory, making it first where there is none (once, however many ask at the same time): below a
 * temporary name, then renamed, so that it is whole or not there. Of two processes that make it at the same time one
 * wins, the other takes the winner's. Throws `DatabaseError` when it cannot be made.
 */
export function openCluster(folder: string): Promise<Cluster> {
  const running = opening.get(folder) ?? openOrMake(folder).finally(() => opening.delete(folder));
  opening.set(folder, running);
  return running;
}

async function openOrMake(folder: string): Promise<Cluster> {
  const account = serverAccount();
  await makeReachableFolder(dirname(folder), account);
  const binaries = await locateBinaries(account, dirname(folder));
  if (!(await isWhole(folder))) await create(folder, account, binaries);
  return {
    folder,
    data: join(folder, 'data'),
    log: join(folder, 'server.log'),
    password: (await readFile(join(folder, 'password'), 'utf8')).trim(),
    account,
    binaries,
  };
}

async function create(folder: string, account: Account | undefined, binaries: Binaries): Promise<void> {
  await removeHalfFinished(folder);
  const temporary = await mkdtemp(`${folder}.new-${process.pid}-`);
  try {
    await initialise(temporary, account, binaries);
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    // Somebody else was faster: rename does not replace a folder with content.
    if (await isWhole(folder)) return;
    throw new DatabaseError(`The database directory ${folder} cannot be made: ${reason(error)}`, { cause: error });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function initialise(folder: string, account: Account | undefined, binaries: Binaries): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600, flush: true });
  if (account !== undefined) {
    await chown(folder, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const options = ['-U', DATABASE_USER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'];
  await execa(binaries.initdb, ['-D', join(folder, 'data'), ...options, '--no-instructions'], {
    ...account,
    cwd: folder,
    env: SERVER_ENVIRONMENT,
    extendEnv: false,
    stdin: 'ignore',
    timeout: 120_000,
  });
}

/** What processes left behind that were killed while they made the directory. */
async function removeHalfFinished(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.new-`;
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // Our own number: of an earlier life (containers give the same numbers again).
    const abandoned = pid === process.pid || !isAlive(pid);
    // The initdb of a killed process may be writing still: what it leaves, the next start removes.
    if (abandoned) await rm(join(dirname(folder), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Whether a process has this number, ours or another user's. One that nobody has buried yet (a zombie) is dead. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return !isZombie(pid);
}

/** proc(5): the state follows the name, which is in parentheses and may hold any character. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^[^]*(?=\) )/, ''));
  } catch {
    return false;
  }
}

function isWhole(folder: string): Promise<boolean> {
  return stat(join(folder, 'data', 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
