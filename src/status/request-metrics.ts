import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { Metrics } from '../observability/index.js';
import { JobQueue } from '../queue/index.js';
import {
  REQUEST_STATE_CHANGED,
  REQUEST_STATE_NAMES,
  REQUEST_STATES,
  type RequestStateChanged,
} from '../requests/index.js';

/** Prometheus metrics about requests and the queue, under the names that dashboards of older installations know. */
@Injectable()
export class RequestPrometheusMetrics {
  private readonly logger = new Logger(RequestPrometheusMetrics.name);
  private readonly duration;

  constructor(
    metrics: Metrics,
    private readonly dataSource: DataSource,
    queue: JobQueue,
  ) {
    const host = hostname();
    const { logger } = this;
    metrics.gauge({
      name: 'cachito_requests_count',
      help: 'Requests per state, counted in the database',
      labelNames: ['state', 'host'],
      async collect() {
        const counts = await countByState(dataSource).catch((error: unknown) =>
          logger.warn(`No counts: ${String(error)}`),
        );
        this.reset();
        for (const [state, count] of counts ?? []) this.set({ state, host }, count);
      },
    });
    metrics.gauge({
      name: 'cachito_queue_depth',
      help: 'Requests on the queue: waiting for a worker, or being worked on',
      labelNames: ['kind'],
      async collect() {
        const depth = await queue.depth().catch((error: unknown) => logger.warn(`No queue depth: ${String(error)}`));
        this.reset();
        for (const [kind, count] of Object.entries(depth ?? {})) this.set({ kind }, count);
      },
    });
    this.duration = metrics.summary({
      name: 'cachito_request_duration_seconds',
      help: 'Time from the creation of a request to its completion, of those completed by this process',
      labelNames: ['host'],
    });
  }

  @OnEvent(REQUEST_STATE_CHANGED)
  async observeCompletion({ id, from, to }: RequestStateChanged): Promise<void> {
    if (to !== 'complete' || from !== 'in_progress') return;
    try {
      const [row]: { seconds: number | null }[] = await this.dataSource.query(
        `SELECT extract(epoch FROM s."updated" - r."created")::float8 AS "seconds"
         FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id" WHERE r."id" = $1`,
        [id],
      );
      if (typeof row?.seconds === 'number') this.duration.observe({ host: hostname() }, row.seconds);
    } catch (error) {
      this.logger.warn(`The duration of request ${id} was not measured: ${String(error)}`);
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
