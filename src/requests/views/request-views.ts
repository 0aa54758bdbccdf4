import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Catalogue } from '../../dependencies/index.js';
import { API_BASE } from '../../http/index.js';
import { RequestLogs } from '../logs/request-logs.js';
import { REQUEST_STATES } from '../request-state.js';
import { type BriefView, VerbosePackages, type VerboseView } from './request-view.js';
import {
  type Associations,
  commonView,
  readAssociations,
  readHistory,
  readRequests,
  type RequestRow,
} from './request-rows.js';

/**
 * Reads requests for answers: a constant number of queries, however many requests, all of one moment. `publicUrl` is the
 * address of this service, without a slash at its end.
 */
@Injectable()
export class RequestViews {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
    private readonly logs: RequestLogs,
  ) {}

  /** In the order of the ids; those that do not exist are left out. */
  async brief(ids: readonly number[], publicUrl: string): Promise<BriefView[]> {
    if (ids.length === 0) return [];
    return this.atOneMoment(async (manager) => {
      const { rows, associations } = await readCommon(manager, ids, publicUrl);
      return rows.map((row) => ({
        ...commonView(row, associations),
        packages: row.packages_count,
        dependencies: row.dependencies_count,
      }));
    });
  }

  /** In the order of the ids; those that do not exist are left out. Packages are shown of complete requests only. */
  async verbose(ids: readonly number[], publicUrl: string): Promise<VerboseView[]> {
    if (ids.length === 0) return [];
    const { rows, associations, history, found } = await this.atOneMoment(async (manager) => {
      const common = await readCommon(manager, ids, publicUrl);
      const complete = common.rows.filter(({ state }) => state === REQUEST_STATES.complete).map(({ id }) => id);
      const history = await readHistory(manager, ids);
      return { ...common, history, found: await this.catalogue.packagesOf(complete, manager) };
    });
    const base = `${publicUrl}/${API_BASE}/requests`;
    const packages = new VerbosePackages();
    const views: VerboseView[] = [];
    for (const row of rows) {
      views.push({
        ...commonView(row, associations),
        ...(await packages.of(found.get(row.id))),
        configuration_files: `${base}/${row.id}/configuration-files`,
        content_manifest: `${base}/${row.id}/content-manifest`,
        environment_variables_info: `${base}/${row.id}/environment-variables`,
        state_history: history.get(row.id) ?? [],
        ...(this.logs.enabled ? { logs: { url: `${base}/${row.id}/logs` } } : {}),
      });
    }
    return views;
  }

  private atOneMoment<Result>(read: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}

async function readCommon(
  manager: EntityManager,
  ids: readonly number[],
  publicUrl: string,
): Promise<{ rows: RequestRow[]; associations: Associations }> {
  const found = await readRequests(manager, ids);
  const associations = await readAssociations(manager, ids, publicUrl);
  return { rows: ids.flatMap((id) => found.get(id) ?? []), associations };
}
