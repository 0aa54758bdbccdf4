import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { redactSecrets } from '../../observability/index.js';
import { DatabaseServer } from '../database-server.js';
import { openCluster, type Cluster } from './cluster.js';
import { markMoved, refuseMoved } from './moved.js';
import { adoptOrStart, serverUrl, stopServer, stopServerSoon } from './server.js';

/** How processes that use the server are known to each other, in `pg_stat_activity`. */
const USING = 'cachito (uses the embedded server)';
const LEAVING = 'cachito (leaves the embedded server)';

/**
 * The embedded PostgreSQL as one process uses it: adopted or started, started again on the same port whenever it dies,
 * stopped by the last process that uses it. Each such process holds one connection, which tells at once of the
 * server's death and which the server loses at once when the process dies; so nothing needs to be tidied up after
 * `kill -9` of either.
 */
export class EmbeddedPostgres extends DatabaseServer {
  private readonly log = new Logger('EmbeddedPostgres');
  private readonly stopping = new AbortController();
  /** A process that just exits, as after a failed start, leaves no server behind that it has started itself. */
  private readonly atExit = (): void => {
    if (this.startedHere) stopServerSoon(this.cluster);
  };
  private watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly cluster: Cluster,
    private readonly port: number,
    private connection: pg.Client | undefined,
    private startedHere: boolean,
  ) {
    super(serverUrl(cluster, port));
    process.once('exit', this.atExit);
    this.watch(connection);
  }

  /** @param folder where its data lies; made when it is not there. Throws `DatabaseError`. */
  static async start(folder: string): Promise<EmbeddedPostgres> {
    const cluster = await openCluster(folder);
    await refuseMoved(cluster.folder);
    const { port, connection, started } = await adoptOrStart(cluster, { applicationName: USING });
    return new EmbeddedPostgres(cluster, port, connection, started);
  }

  override async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    process.off('exit', this.atExit);
    await this.watching;
    const last = await this.isLastUser();
    await this.connection?.end().catch(() => undefined);
    if (last) await stopServer(this.cluster);
  }

  override retire(): Promise<void> {
    return markMoved(this.cluster.folder);
  }

  private watch(connection: pg.Client | undefined): void {
    connection?.once('end', () => {
      this.connection = undefined;
      if (!this.stopping.signal.aborted) this.watching = this.recover();
    });
  }

  private async recover(): Promise<void> {
    this.log.warn('The embedded PostgreSQL is gone; starting it again');
    while (!this.stopping.signal.aborted) {
      try {
        const server = await adoptOrStart(this.cluster, {
          applicationName: USING,
          port: this.port,
          signal: this.stopping.signal,
        });
        this.connection = server.connection;
        this.startedHere ||= server.started;
        this.watch(server.connection);
        this.log.log('The embedded PostgreSQL runs again');
        if (server.port !== this.port) {
          this.log.error(`Another process has moved the embedded PostgreSQL to port ${server.port}: restart this one`);
        }
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        this.log.error(redactSecrets(error instanceof Error ? error.message : String(error)));
        await sleep(1_000, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** Of several that leave at the same time, at least the last one sees nobody else: each says first that it leaves. */
  private async isLastUser(): Promise<boolean> {
    try {
      if (this.connection === undefined) return this.startedHere;
      await this.connection.query(`SET application_name = '${LEAVING}'`);
      const { rowCount } = await this.connection.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [
        USING,
      ]);
      return rowCount === 0;
    } catch {
      return this.startedHere;
    }
  }
}
