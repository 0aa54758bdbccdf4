import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Catalogue, compareCodePoints, type RequestPackages } from '../../dependencies/index.js';
import { HttpProblem, ResourceNotFound } from '../../http/index.js';
import type { BuildMode } from '../../packages/index.js';
import { readTemplates } from '../build/file-templates.js';
import { linkConfigurationFiles } from '../build/posted-files.js';
import { fillTemplate, type ServedValues } from '../build/served-template.js';
import { readVariables, type VariableChoice } from '../build/served-variables.js';
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

  /** Sorted by path. What was posted belongs to builds through the registry, and replaces a file of the same path. */
  async configurationFiles(id: number, mode: BuildMode, values: ServedValues): Promise<ConfigurationFileView[]> {
    await this.row(id);
    const templates = await readTemplates(this.dataSource.manager, id, mode);
    const files = new Map(
      templates.map(({ path, template }) => [path, Buffer.from(fillTemplate(template, values)).toString('base64')]),
    );
    if (mode === 'registry') {
      for (const { path, content } of await this.postedFiles(id)) files.set(path, content);
    }
    const sorted = [...files].sort(([a], [b]) => compareCodePoints(a, b));
    return sorted.map(([path, content]) => ({ content, path, type: 'base64' }));
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
  async environmentVariables(
    id: number,
    choice: VariableChoice,
    values: ServedValues,
  ): Promise<Record<string, { value: string; kind: string }>> {
    await this.row(id);
    const variables = await readVariables(this.dataSource.manager, [id], choice, values);
    return Object.fromEntries(variables.get(id) ?? []);
  }

  /** What was found, in any state. When nothing was recorded: 500 for a complete request, else 404. */
  async packages(id: number): Promise<RequestPackages> {
    const row = await this.row(id);
    const found = (await this.catalogue.packagesOf([id])).get(id);
    if (found !== undefined && (found.packages.length > 0 || row.packages_count === 0)) return found;
    if (row.state !== REQUEST_STATES.complete) throw new ResourceNotFound();
    throw new HttpProblem(500, `The package data of request ${id} is missing`);
  }

  private async postedFiles(id: number): Promise<{ path: string; content: string }[]> {
    return this.dataSource.query(
      `SELECT f."path", f."content" FROM "request_config_file_base64" l
         JOIN "config_file_base64" f ON f."id" = l."config_file_base64_id"
       WHERE l."request_id" = $1`,
      [id],
    );
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
