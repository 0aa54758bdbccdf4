import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Caller } from '../auth/index.js';
import { Catalogue } from '../dependencies/index.js';
import { ValidationError } from '../errors/index.js';
import { ResourceNotFound, timestampSql } from '../http/index.js';
import type { BuildRequirement } from '../packages/index.js';
import {
  isHidden,
  readBuildRequirements,
  REQUEST_STATES,
  type RequestStateName,
  RequestVisibility,
  stateName,
} from '../requests/index.js';
import type { ManifestRequest } from './manifest-request.js';
import { isPossibleId } from './requested-ids.js';
import type { FinishedRequest } from './sbom/build-model.js';

/** A request that documents are about. */
export interface FoundRequest extends Omit<FinishedRequest, 'packages'> {
  id: number;
  state: RequestStateName;
}

/** Reads what manifests are made of. The number of queries does not grow with the number of requests. */
@Injectable()
export class ManifestRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
    private readonly visibility: RequestVisibility,
  ) {}

  /** A request that is complete or stale. Throws the fixed 404, or `ValidationError` naming its state. */
  async finished(id: number): Promise<FoundRequest> {
    const [row] = await this.rows([id]);
    if (row === undefined) throw new ResourceNotFound();
    if (row.state !== 'complete' && row.state !== 'stale') {
      throw new ValidationError(
        `The request must be in the "complete" or "stale" state; it is in the "${row.state}" state`,
      );
    }
    return row;
  }

  /** What the source distributions of a request need that is complete or stale. Throws as `finished` does. */
  async buildRequirements(id: number): Promise<BuildRequirement[]> {
    await this.finished(id);
    return readBuildRequirements(this.dataSource.manager, id);
  }

  /**
   * Requests that are all complete. Throws `ValidationError` naming those that do not exist, or are hidden from the caller,
   * or else their states.
   */
  async complete(ids: readonly bigint[], caller: Caller): Promise<FoundRequest[]> {
    const rows = await this.rows(ids.filter(isPossibleId).map(Number), this.visibility.hiddenFrom(caller));
    const known = new Set(rows.map(({ id }) => BigInt(id)));
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length > 0) throw new ValidationError(`These requests do not exist: ${missing.join(', ')}`);
    const others = rows.filter(({ state }) => state !== 'complete');
    if (others.length > 0) {
      const states = others.map(({ id, state }) => `${id} is ${state}`).join(', ');
      throw new ValidationError(`Only complete requests can be combined, but ${states}`);
    }
    return rows;
  }

  /** With their packages, as answers of the compatible API show them. */
  async withPackages<Found extends FoundRequest>(requests: readonly Found[]): Promise<(Found & ManifestRequest)[]> {
    const found = await this.catalogue.packagesOf(requests.map(({ id }) => id));
    return requests.map((request) => ({ ...request, packages: found.get(request.id)?.packages ?? [] }));
  }

  /** With all that is known of their packages. */
  async withEvidence(requests: readonly FoundRequest[]): Promise<FinishedRequest[]> {
    const found = await this.catalogue.evidenceOf(requests.map(({ id }) => id));
    return requests.map((request) => ({ ...request, packages: found.get(request.id) ?? [] }));
  }

  private async rows(ids: readonly number[], hiddenHosts: readonly string[] = []): Promise<FoundRequest[]> {
    const rows: RequestRow[] =
      hiddenHosts.length === 0
        ? await this.dataSource.query(`${SELECT_REQUESTS} ${BY_ID}`, [ids])
        : await this.dataSource.query(`${SELECT_REQUESTS} AND NOT ${isHidden('r', '$2')} ${BY_ID}`, [
            ids,
            hiddenHosts,
          ]);
    return rows.map((row) => ({ ...row, state: stateName(row.state) }));
  }
}

interface RequestRow extends Omit<FoundRequest, 'state'> {
  state: number;
}

/** SPDX and SLSA want seconds and a `Z`. */
const seconds = (column: string): string => `left(${timestampSql(column)}, 19) || 'Z'`;

const SELECT_REQUESTS = `
  SELECT r."id", r."repo", r."ref", r."state", r."cachito_version" AS "toolVersion", ${seconds('s."updated"')} AS "completed"
  FROM "request" r
    -- When it became stale says nothing of what was found.
    CROSS JOIN LATERAL (
      SELECT coalesce(min(h."updated") FILTER (WHERE h."state" = ${REQUEST_STATES.complete}), min(h."updated")) AS "updated"
      FROM "request_state" h WHERE h."request_id" = r."id"
    ) s
  WHERE r."id" = ANY($1::integer[])`;
const BY_ID = `ORDER BY r."id"`;
