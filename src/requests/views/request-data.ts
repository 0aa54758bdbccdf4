import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Catalogue, type RequestPackages } from '../../dependencies/index.js';
import { HttpProblem, ResourceNotFound } from '../../http/index.js';
import { linkConfigurationFiles } from '../configuration-files.js';
import { type RequestStateName, REQUEST_STATES, stateName } from '../request-state.js';

export interface ConfigurationFileView {
  content: string;
  path: string;
  type: 'base64';
}

/** The parts of a request that have addresses of their own. All throw 404 for an unknown request. */
@Injectable()
export class RequestData {
  constructor(
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
  ) {}

  async state(id: number): Promise<RequestStateName> {
    return stateName((await this.row(id)).state);
  }

  /** Sorted by path. */
  async configurationFiles(id: number): Promise<ConfigurationFileView[]> {
    await this.row(id);
    const rows: { path: string; content: string }[] = await this.dataSource.query(
      `SELECT f."path", f."content" FROM "request_config_file_base64" l
         JOIN "config_file_base64" f ON f."id" = l."config_file_base64_id"
       WHERE l."request_id" = $1 ORDER BY f."path" COLLATE "C"`,
      [id],
    );
    return rows.map(({ path, content }) => ({ content, path, type: 'base64' }));
  }

  /** Links files to a request; one of the same path is replaced. Safe to repeat. */
  async addConfigurationFiles(id: number, files: readonly { path: string; content: string }[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const rows: unknown[] = await manager.query(`SELECT FROM "request" WHERE "id" = $1 FOR UPDATE`, [id]);
      if (rows.length === 0) throw new ResourceNotFound();
      await linkConfigurationFiles(manager, id, files);
    });
  }

  /** By name. */
  async environmentVariables(id: number): Promise<Record<string, { value: string; kind: string }>> {
    await this.row(id);
    const rows: { name: string; value: string; kind: string }[] = await this.dataSource.query(
      `SELECT v."name", v."value", v."kind" FROM "request_environment_variable" l
         JOIN "environment_variable" v ON v."id" = l."environment_variable_id"
       WHERE l."request_id" = $1 ORDER BY v."name" COLLATE "C", v."id"`,
      [id],
    );
    return Object.fromEntries(rows.map(({ name, value, kind }) => [name, { value, kind }]));
  }

  /** What was found, in any state. When nothing was recorded: 500 for a complete request, else 404. */
  async packages(id: number): Promise<RequestPackages> {
    const row = await this.row(id);
    const found = (await this.catalogue.packagesOf([id])).get(id);
    if (found !== undefined && (found.packages.length > 0 || row.packages_count === 0)) return found;
    if (row.state !== REQUEST_STATES.complete) throw new ResourceNotFound();
    throw new HttpProblem(500, `The package data of request ${id} is missing`);
  }

  private async row(id: number): Promise<{ state: number; packages_count: number | null }> {
    const rows: { state: number; packages_count: number | null }[] = await this.dataSource.query(
      `SELECT "state", "packages_count" FROM "request" WHERE "id" = $1`,
      [id],
    );
    const row = rows[0];
    if (row === undefined) throw new ResourceNotFound();
    return row;
  }
}
