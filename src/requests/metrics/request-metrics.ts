import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { timestampSql } from '../../http/index.js';
import { REQUEST_STATES, type RequestStateName, stateName } from '../request-state.js';
import { hiddenRequest } from '../visibility/request-visibility.js';

/** How one request went. Times are seconds. */
export interface RequestMetric {
  id: number;
  final_state: RequestStateName;
  final_state_reason: string;
  finished: string;
  duration: number;
  time_in_queue: number;
}

export interface MetricsSummary {
  duration_avg: number | null;
  duration_50: number | null;
  duration_95: number | null;
  time_in_queue_avg: number | null;
  time_in_queue_95: number | null;
  client_errors: number;
  server_errors: number;
  total: number;
  complete: number;
  failed: number;
}

/** Which finished requests; bounds are inclusive UTC text. */
export interface MetricsFilter {
  from?: string;
  to?: string;
  errorOrigin?: string;
  errorType?: string;
  /** Nothing of the request comes from one of these. */
  hiddenHosts: readonly string[];
}

const { complete, failed } = REQUEST_STATES;

/** The row of the history by which a request was finished; one per request, also if it is stale now. */
const FINISHED = `
  FROM "request_state" f LEFT JOIN "request_error" e ON e."request_id" = f."request_id"
  WHERE f."state" IN (${complete}, ${failed})
    AND ($1::timestamp IS NULL OR f."updated" >= $1::timestamp)
    AND ($2::timestamp IS NULL OR f."updated" <= $2::timestamp)
    AND ($3::text IS NULL OR e."origin" = $3::text) AND ($4::text IS NULL OR e."error_type" = $4::text)`;

/** The rows of `FINISHED` that are shown, and its parameters. */
function shown(filter: MetricsFilter): { text: string; parameters: unknown[] } {
  const { from = null, to = null, errorOrigin = null, errorType = null, hiddenHosts } = filter;
  const parameters = [from, to, errorOrigin, errorType];
  if (hiddenHosts.length === 0) return { text: FINISHED, parameters };
  const text = `${FINISHED} AND NOT ${hiddenRequest('f."request_id"', '$5')}`;
  return { text, parameters: [...parameters, hiddenHosts] };
}

/** The time of the first or second row of the history of `f`. */
function timeOfState(position: 1 | 2): string {
  return `(SELECT h."updated" FROM "request_state" h WHERE h."request_id" = f."request_id"
    ORDER BY h."updated", h."id" LIMIT 1 OFFSET ${position - 1})`;
}

function seconds(later: string, earlier: string): string {
  return `extract(epoch FROM ${later} - ${earlier})::double precision`;
}

const DURATION = seconds('f."updated"', timeOfState(1));
const TIME_IN_QUEUE = seconds(timeOfState(2), timeOfState(1));

/** Numbers about finished requests. */
@Injectable()
export class RequestMetrics {
  constructor(private readonly dataSource: DataSource) {}

  /** One page, newest request first, and how many there are. */
  async page(filter: MetricsFilter, page: number, perPage: number): Promise<{ total: number; items: RequestMetric[] }> {
    const { text, parameters } = shown(filter);
    const counted: { total: number }[] = await this.dataSource.query(
      `SELECT count(*)::integer AS "total" ${text}`,
      parameters,
    );
    const total = counted[0]?.total ?? 0;
    const offset = (page - 1) * perPage;
    if (offset >= total) return { total, items: [] };
    const rows: (Omit<RequestMetric, 'final_state'> & { state: number })[] = await this.dataSource.query(
      `SELECT f."request_id" AS "id", f."state", f."state_reason" AS "final_state_reason",
         ${timestampSql('f."updated"')} AS "finished", ${DURATION} AS "duration", ${TIME_IN_QUEUE} AS "time_in_queue"
       ${text} ORDER BY f."request_id" DESC LIMIT ${perPage} OFFSET ${offset}`,
      parameters,
    );
    return { total, items: rows.map(({ id, state, ...rest }) => ({ id, final_state: stateName(state), ...rest })) };
  }

  /** Averages, percentiles (continuous, linear interpolation) and counts of what was finished between two times. */
  async summary(from: string, to: string, hiddenHosts: readonly string[]): Promise<MetricsSummary> {
    const { text, parameters } = shown({ from, to, hiddenHosts });
    const rows: MetricsSummary[] = await this.dataSource.query(
      `SELECT avg("duration") AS "duration_avg",
         percentile_cont(0.5) WITHIN GROUP (ORDER BY "duration") AS "duration_50",
         percentile_cont(0.95) WITHIN GROUP (ORDER BY "duration") AS "duration_95",
         avg("time_in_queue") AS "time_in_queue_avg",
         percentile_cont(0.95) WITHIN GROUP (ORDER BY "time_in_queue") AS "time_in_queue_95",
         count(*) FILTER (WHERE "origin" = 'client')::integer AS "client_errors",
         count(*) FILTER (WHERE "origin" = 'server')::integer AS "server_errors",
         count(*)::integer AS "total",
         count(*) FILTER (WHERE "state" = ${complete})::integer AS "complete",
         count(*) FILTER (WHERE "state" = ${failed})::integer AS "failed"
       FROM (
         SELECT f."state", e."origin", ${DURATION} AS "duration", ${TIME_IN_QUEUE} AS "time_in_queue" ${text}
       ) AS "finished"`,
      parameters,
    );
    return rows[0];
  }
}
