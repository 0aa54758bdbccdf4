import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PackageManagerName } from '../../config/index.js';
import { REQUEST_STATES, type RequestStateName } from '../request-state.js';
import { isHidden } from '../visibility/request-visibility.js';

/** Which requests; all conditions must hold. */
export interface RequestFilter {
  state?: RequestStateName;
  repo?: string;
  ref?: string;
  /** The request has all of them. */
  managers: readonly PackageManagerName[];
  /** Inclusive, UTC text with microseconds. */
  createdFrom?: string;
  createdTo?: string;
  errorOrigin?: string;
  errorType?: string;
  /** `key:value`; the request has all of them. */
  labels: readonly string[];
  /** Nothing of it comes from one of these. */
  hiddenHosts: readonly string[];
}

/** Finds ids of requests by indexed queries; `RequestViews` then reads exactly those. */
@Injectable()
export class RequestListing {
  constructor(private readonly dataSource: DataSource) {}

  /** How many requests there are, and the ids of one page, newest first. Two queries. */
  async page(filter: RequestFilter, page: number, perPage: number): Promise<{ total: number; ids: number[] }> {
    const { where, parameters } = conditions(filter);
    const counted: { total: number }[] = await this.dataSource.query(
      `SELECT count(*)::integer AS "total" FROM "request" r ${where}`,
      parameters,
    );
    const total = counted[0]?.total ?? 0;
    // A page beyond the last one is known to be empty; its offset may even be too large for the database.
    const offset = (page - 1) * perPage;
    if (offset >= total) return { total, ids: [] };
    const rows: { id: number }[] = await this.dataSource.query(
      `SELECT r."id" FROM "request" r ${where} ORDER BY r."id" DESC LIMIT ${perPage} OFFSET ${offset}`,
      parameters,
    );
    return { total, ids: rows.map(({ id }) => id) };
  }

  /** The newest request, in any state, for a commit of the repository with this name. */
  async latest(name: string, ref: string, hiddenHosts: readonly string[]): Promise<number | undefined> {
    const isAnyHidden = hiddenHosts.length > 0;
    const rows: { id: number }[] = await this.dataSource.query(
      `SELECT r."id" FROM "request" r WHERE r."repo_name" = $1 AND r."ref" = $2
       ${isAnyHidden ? `AND NOT ${isHidden('r', '$3')}` : ''} ORDER BY r."id" DESC LIMIT 1`,
      isAnyHidden ? [name, ref, hiddenHosts] : [name, ref],
    );
    return rows[0]?.id;
  }
}

function conditions(filter: RequestFilter): { where: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parts: string[] = [];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(condition(`$${parameters.length}`));
  };
  add(filter.state && REQUEST_STATES[filter.state], (value) => `r."state" = ${value}`);
  add(filter.repo, (value) => `r."repo" = ${value}`);
  add(filter.ref, (value) => `r."ref" = ${value}`);
  add(filter.createdFrom, (value) => `r."created" >= ${value}::timestamp`);
  add(filter.createdTo, (value) => `r."created" <= ${value}::timestamp`);
  for (const name of filter.managers) add(name, managerCondition);
  for (const label of filter.labels) {
    const colon = label.indexOf(':');
    const pair = JSON.stringify({ [label.slice(0, colon)]: label.slice(colon + 1) });
    add(pair, (value) => `r."labels" @> ${value}::jsonb`);
  }
  add(filter.errorOrigin, (value) => errorCondition('origin', value));
  add(filter.errorType, (value) => errorCondition('error_type', value));
  if (filter.hiddenHosts.length > 0) add(filter.hiddenHosts, (value) => `NOT ${isHidden('r', value)}`);
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, parameters };
}

function managerCondition(value: string): string {
  return `EXISTS (
    SELECT FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
    WHERE l."request_id" = r."id" AND m."name" = ${value})`;
}

function errorCondition(column: 'origin' | 'error_type', value: string): string {
  return `EXISTS (SELECT FROM "request_error" e WHERE e."request_id" = r."id" AND e."${column}" = ${value})`;
}
