import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { DatabaseError } from '../../errors/index.js';

/** The operating system's user that runs the database server. */
export interface Account {
  uid: number;
  gid: number;
}

/** `nobody` on every Linux: PostgreSQL wants an entry in the list of users. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/** PostgreSQL refuses to run as root, so root steps down; everybody else runs it as themselves (undefined). */
export function serverAccount(): Account | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * Makes a folder, with what is missing above it open for others to enter, and checks that the account can reach it.
 * Throws `DatabaseError` naming the folder that is closed.
 */
export async function makeReachableFolder(folder: string, account: Account | undefined): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (account === undefined) return;
  // A strict umask must not lock the server out of what we have just made.
  if (first !== undefined) for (const made of foldersBetween(first, folder)) await chmod(made, 0o755);
  const closed = await closedFolder(join(folder, 'any'), account);
  if (closed !== undefined) {
    throw new DatabaseError(
      `The embedded PostgreSQL does not run as root but as user ${account.uid}, who may not enter ${closed}. ` +
        "Put CACHITO_DATA_DIR elsewhere (root's default is /var/lib/cachito), open that folder (chmod o+x " +
        `${closed}), start as another user, or set DATABASE_URL.`,
    );
  }
}

/** The first folder above `path` (links resolved) that the account may not enter. */
export async function closedFolder(path: string, account: Account): Promise<string | undefined> {
  for (const folder of foldersBetween(resolve('/'), await realpath(dirname(path)))) {
    const { uid, gid, mode } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}

/** `top`, every folder below it on the way to `bottom`, and `bottom`. */
function foldersBetween(top: string, bottom: string): string[] {
  const steps = relative(top, bottom).split(sep).filter(Boolean);
  return [top, ...steps.map((_, index) => join(top, ...steps.slice(0, index + 1)))];
}
