import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from './embedded/cluster.js';
import { adoptOrStart, serverUrl, stopServer } from './embedded/server.js';

/** A PostgreSQL server of its own for a spec that stops it. */
export interface TestServer {
  /** Of an empty database; the same after every start. */
  url: string;
  /** Cuts all connections. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Certificate and private key (PEM); without them it has no TLS. */
  tls?: { certificate: string; key: string };
}

/** Starts a real PostgreSQL on a free port of loopback. */
export async function startTestServer({ tls }: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'cachito-postgres-'));
  // The server of a test run by root is another user, who must be able to enter.
  await chmod(folder, 0o755);
  const cluster = await openCluster(join(folder, 'database'));
  const settings = ['fsync=off', ...(tls ? await tlsSettings(cluster.data, cluster.account, tls) : [])];
  const start = async (port?: number): Promise<number> => {
    const server = await adoptOrStart(cluster, { applicationName: 'cachito specs', settings, port });
    await server.connection.end();
    return server.port;
  };
  const port = await start();
  return {
    url: serverUrl(cluster, port),
    stop: () => stopServer(cluster),
    start: async () => {
      await start(port);
    },
    close: async () => {
      await stopServer(cluster);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function tlsSettings(
  data: string,
  account: { uid: number; gid: number } | undefined,
  { certificate, key }: { certificate: string; key: string },
): Promise<string[]> {
  await writeFile(join(data, 'server.crt'), certificate, { mode: 0o600 });
  await writeFile(join(data, 'server.key'), key, { mode: 0o600 });
  if (account !== undefined) {
    for (const file of ['server.crt', 'server.key']) await chown(join(data, file), account.uid, account.gid);
  }
  return ['ssl=on'];
}
