import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Catalogue } from '../dependencies/index.js';
import { ValidationError } from '../errors/index.js';
import { ResourceNotFound, timestampSql } from '../http/index.js';
import type { BuildRequirement } from '../packages/index.js';
import { readBuildRequirements, type RequestStateName, stateName } from '../requests/index.js';
import type { ManifestRequest } from './manifest-request.js';
import { isPossibleId } from './requested-ids.js';

/** A request and what its manifests are made of. */
export interface FoundRequest extends ManifestRequest {
  id: number;
  state: RequestStateName;
  /** When it reached its state, UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
  updated: string;
}

/** Reads what manifests are made of. The number of queries does not grow with the number of requests. */
@Injectable()
export class ManifestRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
  ) {}

  /** A request that is complete or stale. Throws the fixed 404, or `ValidationError` naming its state. */
  async finished(id: number): Promise<FoundRequest> {
    return (await this.withPackages([await this.finishedRow(id)]))[0];
  }

  /** What the source distributions of a request need that is complete or stale. Throws as `finished` does. */
  async buildRequirements(id: number): Promise<BuildRequirement[]> {
    await this.finishedRow(id);
    return readBuildRequirements(this.dataSource.manager, id);
  }

  /** Requests that are all complete. Throws `ValidationError` naming those that do not exist, or else their states. */
  async complete(ids: readonly number[]): Promise<FoundRequest[]> {
    const rows = await this.rows(ids.filter(isPossibleId));
    const known = new Set(rows.map(({ id }) => id));
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length > 0) throw new ValidationError(`These requests do not exist: ${missing.join(', ')}`);
    const others = rows.filter(({ state }) => stateName(state) !== 'complete');
    if (others.length > 0) {
      const states = others.map(({ id, state }) => `${id} is ${stateName(state)}`).join(', ');
      throw new ValidationError(`Only complete requests can be combined, but ${states}`);
    }
    return this.withPackages(rows);
  }

  private async finishedRow(id: number): Promise<RequestRow> {
    const [row] = await this.rows([id]);
    if (row === undefined) throw new ResourceNotFound();
    const state = stateName(row.state);
    if (state !== 'complete' && state !== 'stale') {
      throw new ValidationError(
        `The request must be in the "complete" or "stale" state; it is in the "${state}" state`,
      );
    }
    return row;
  }

  private rows(ids: readonly number[]): Promise<RequestRow[]> {
    return this.dataSource.query(SELECT_REQUESTS, [ids]);
  }

  private async withPackages(rows: readonly RequestRow[]): Promise<FoundRequest[]> {
    const found = await this.catalogue.packagesOf(rows.map(({ id }) => id));
    return rows.map((row) => ({ ...row, state: stateName(row.state), packages: found.get(row.id)?.packages ?? [] }));
  }
}

interface RequestRow {
  id: number;
  repo: string;
  ref: string;
  state: number;
  updated: string;
}

/** SPDX and SLSA want seconds and a `Z`. */
const seconds = (column: string): string => `left(${timestampSql(column)}, 19) || 'Z'`;

const SELECT_REQUESTS = `
  SELECT r."id", r."repo", r."ref", r."state", ${seconds('s."updated"')} AS "updated"
  FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id"
  WHERE r."id" = ANY($1::integer[]) ORDER BY r."id"`;
