import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, isAlive, openCluster } from '../../src/database/embedded/cluster.js';
import { adoptOrStart, serverUrl, stopServer } from '../../src/database/embedded/server.js';

/** A real PostgreSQL server of its own, with its usual durability, that a test may stop, kill and start again. */
export class FleetDatabase {
  private constructor(
    private readonly cluster: Cluster,
    private readonly port: number,
  ) {}

  /** In a new directory, below one that every user may enter. */
  static async start(folder: string): Promise<FleetDatabase> {
    const cluster = await openCluster(folder);
    return new FleetDatabase(cluster, await start(cluster));
  }

  /** Of the database of the fleet. */
  get url(): string {
    return serverUrl(this.cluster, this.port);
  }

  /** Cuts all connections (`pg_ctl stop -m fast`). Resolves when it has ended. */
  stop(): Promise<void> {
    return stopServer(this.cluster);
  }

  /** SIGKILL to the first process: the others notice, and end in the middle of whatever they do. */
  async kill(): Promise<void> {
    const pid = Number((await readFile(join(this.cluster.data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** On the same port. Resolves when it answers, recovery included. */
  async startAgain(): Promise<void> {
    await start(this.cluster, this.port);
  }
}

async function start(cluster: Cluster, port?: number): Promise<number> {
  const settings = ['max_connections=200'];
  const server = await adoptOrStart(cluster, { applicationName: 'cachito fleet test', port, settings });
  await server.connection.end();
  return server.port;
}
