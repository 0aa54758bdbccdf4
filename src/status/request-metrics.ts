import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { Metrics } from '../observability/index.js';
import { REQUEST_STATE_CHANGED, type RequestStateChanged } from '../requests/index.js';

/** Workers of older installations report failures with types of their own: more than these become `other`. */
const MAX_ERROR_TYPES = 50;

/** How requests ended, each counted by the process that ended it. */
@Injectable()
export class RequestPrometheusMetrics {
  private readonly logger = new Logger(RequestPrometheusMetrics.name);
  private readonly duration;
  private readonly failures;
  private readonly errorTypes = new Set<string>();

  constructor(
    metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {
    this.duration = metrics.summary({
      name: 'cachito_request_duration_seconds',
      help: 'Time from the creation of a request to its completion, of those completed by this process',
      labelNames: ['host'],
    });
    this.failures = metrics.counter({
      name: 'cachito_request_failures_total',
      help:
        'Requests that this process has failed; error_type and origin as in the API: client = whoever posted the ' +
        'request can mend it, server = administrators',
      labelNames: ['error_type', 'origin'],
    });
  }

  @OnEvent(REQUEST_STATE_CHANGED)
  async onStateChanged({ id, from, to }: RequestStateChanged): Promise<void> {
    if (from !== 'in_progress') return;
    try {
      if (to === 'complete') await this.observeCompletion(id);
      if (to === 'failed') await this.countFailure(id);
    } catch (error) {
      this.logger.warn(`How request ${id} ended was not measured: ${String(error)}`);
    }
  }

  private async observeCompletion(id: number): Promise<void> {
    const [row]: { seconds: number | null }[] = await this.dataSource.query(
      `SELECT extract(epoch FROM s."updated" - r."created")::float8 AS "seconds"
       FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id" WHERE r."id" = $1`,
      [id],
    );
    if (typeof row?.seconds === 'number') this.duration.observe({ host: hostname() }, row.seconds);
  }

  private async countFailure(id: number): Promise<void> {
    const [row]: { origin: string; type: string }[] = await this.dataSource.query(
      `SELECT "origin", "error_type" AS "type" FROM "request_error" WHERE "request_id" = $1`,
      [id],
    );
    // What an older worker has failed without an error.
    const { origin, type } = row ?? { origin: 'server', type: 'none' };
    if (this.errorTypes.size < MAX_ERROR_TYPES) this.errorTypes.add(type);
    this.failures.inc({ error_type: this.errorTypes.has(type) ? type : 'other', origin });
  }
}
