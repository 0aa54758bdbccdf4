import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Metrics } from '../observability/index.js';
import { WorkerRegistry } from '../pipeline/index.js';
import { JobQueue } from '../queue/index.js';
import { REQUEST_STATE_NAMES, REQUEST_STATES } from '../requests/index.js';
import { inTime } from './reasons.js';

/** For the help of what is no part's own. */
const OF_THE_FLEET = 'Of the whole fleet: every process tells the same, so take the maximum, not the sum';

/**
 * Numbers of the whole fleet, looked up when the metrics are read. One that cannot be had is missing then, rather than
 * wrong.
 */
@Injectable()
export class FleetMetrics {
  private readonly logger = new Logger(FleetMetrics.name);

  constructor(metrics: Metrics, dataSource: DataSource, queue: JobQueue, workers: WorkerRegistry) {
    const host = hostname();
    const lookUp = this.lookUp.bind(this);
    metrics.gauge({
      name: 'cachito_requests_count',
      help: `Requests per state, counted in the database. ${OF_THE_FLEET}`,
      labelNames: ['state', 'host'],
      async collect() {
        const counts = await lookUp('counts', () => countByState(dataSource));
        this.reset();
        for (const [state, count] of counts ?? []) this.set({ state, host }, count);
      },
    });
    metrics.gauge({
      name: 'cachito_queue_depth',
      help: `Requests on the queue: waiting for a worker, or being worked on (running). ${OF_THE_FLEET}`,
      labelNames: ['kind'],
      async collect() {
        const depth = await lookUp('queue depth', () => queue.depth());
        this.reset();
        for (const [kind, count] of Object.entries(depth ?? {})) this.set({ kind }, count);
      },
    });
    metrics.gauge({
      name: 'cachito_workers',
      help: `Worker processes by their heart-beats: alive, or silent for 20 seconds. ${OF_THE_FLEET}`,
      labelNames: ['state'],
      async collect() {
        const listed = await lookUp('workers', () => workers.list());
        this.reset();
        if (listed === undefined) return;
        const alive = listed.filter(({ ok }) => ok).length;
        this.set({ state: 'alive' }, alive);
        this.set({ state: 'silent' }, listed.length - alive);
      },
    });
  }

  private async lookUp<T>(what: string, attempt: () => Promise<T>): Promise<T | undefined> {
    try {
      return await inTime(attempt());
    } catch (error) {
      this.logger.warn(`The metrics lack the ${what}: ${String(error)}`);
      return undefined;
    }
  }
}

/** Requests per state, and `total`. */
async function countByState(dataSource: DataSource): Promise<Map<string, number>> {
  const rows: { state: number; count: number }[] = await dataSource.query(
    'SELECT "state", count(*)::float8 AS "count" FROM "request" GROUP BY "state"',
  );
  const counts = new Map(REQUEST_STATE_NAMES.map((name) => [String(name), countOf(rows, REQUEST_STATES[name])]));
  return counts.set(
    'total',
    rows.reduce((sum, row) => sum + row.count, 0),
  );
}

function countOf(rows: readonly { state: number; count: number }[], state: number): number {
  return rows.find((row) => row.state === state)?.count ?? 0;
}
