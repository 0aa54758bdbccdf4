import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CataloguedPackage, DependencyPaths } from '../../dependencies/index.js';
import { CachitoNotImplementedError } from '../../errors/index.js';
import { timestampSql } from '../../http/index.js';
import { REQUEST_STATES, type RequestStateName, stateName } from '../../requests/index.js';
import { PackageUrls } from '../purl.js';
import type { SearchTerms } from './search-terms.js';
import type { ArtifactView, UseView } from './where-used.dto.js';

/** Which uses; all conditions must hold. */
export interface UseFilter {
  dev?: boolean;
  state?: RequestStateName;
  /** `key:value`. */
  labels: readonly string[];
}

/** Answers which packages of which requests, stale ones too, depend on something. */
@Injectable()
export class WhereUsed {
  constructor(
    private readonly dataSource: DataSource,
    private readonly paths: DependencyPaths,
  ) {}

  /** How many uses there are, and those of one page: newest request first. */
  async page(
    terms: SearchTerms,
    filter: UseFilter,
    page: number,
    perPage: number,
  ): Promise<{ total: number; items: UseView[] }> {
    const { from, parameters } = conditions(terms, filter);
    const [{ total }]: { total: number }[] = await this.dataSource.query(
      `SELECT count(*)::float8 AS "total" ${from}`,
      parameters,
    );
    const offset = (page - 1) * perPage;
    if (offset >= total) return { total, items: [] };
    const rows: UseRow[] = await this.dataSource.query(
      `SELECT ${COLUMNS} ${from} ORDER BY r."id" DESC, p."position", m."position" LIMIT ${perPage} OFFSET ${offset}`,
      parameters,
    );
    const paths = await this.paths.shortest(rows.map((row) => ({ setId: row.setId, componentId: row.componentId })));
    const modules = await this.goModules(rows);
    return { total, items: rows.map((row, at) => useView(row, modules.get(row.requestId) ?? [], paths[at])) };
  }

  /** One archived file; undefined when there is none with this id. */
  async artifact(id: number): Promise<ArtifactView | undefined> {
    const [row]: (Omit<ArtifactView, 'purl'> | undefined)[] = await this.dataSource.query(
      `SELECT "ecosystem" AS "type", "name", "version", "upstream",
         "digests" || jsonb_build_object('sha256', "sha256") AS "digests",
         "size"::float8 AS "size", ${timestampSql('"first_seen"')} AS "first_seen", "verified_by"
       FROM "artifact" WHERE "id" = $1`,
      [id],
    );
    if (row === undefined) return undefined;
    const { type, name, version } = row;
    return {
      ...row,
      purl: purlOf(
        { repo: '', ref: '', modules: [] },
        { type: '', name: '', version: null, dependencies: [] },
        { type, name, version },
      ),
    };
  }

  /** The Go modules of the requests in which a local Go dependency was found: its purl depends on them. */
  private async goModules(rows: readonly UseRow[]): Promise<Map<number, CataloguedPackage[]>> {
    const ids = rows
      .filter((row) => row.type.startsWith('go') && row.version?.startsWith('.'))
      .map((row) => row.requestId);
    const modules = new Map<number, CataloguedPackage[]>();
    if (ids.length === 0) return modules;
    const found: { requestId: number; name: string; version: string | null }[] = await this.dataSource.query(
      `SELECT p."request_id" AS "requestId", c."name", c."version"
       FROM "request_package" p JOIN "component" c ON c."id" = p."component_id"
       WHERE p."request_id" = ANY($1::integer[]) AND c."type" = 'gomod'`,
      [[...new Set(ids)]],
    );
    for (const { requestId, name, version } of found) {
      modules.set(requestId, [...(modules.get(requestId) ?? []), { type: 'gomod', name, version, dependencies: [] }]);
    }
    return modules;
  }
}

interface UseRow {
  type: string;
  name: string;
  version: string | null;
  dev: boolean | null;
  artifactId: number | null;
  setId: string;
  componentId: string;
  requestId: number;
  repo: string;
  ref: string;
  state: number;
  created: string | null;
  labels: Record<string, string> | null;
  packageName: string;
  packageType: string;
  packageVersion: string | null;
  path: string;
}

const COLUMNS = `
  c."type", c."name", c."version", m."dev", m."artifact_id"::float8 AS "artifactId", m."set_id" AS "setId",
  m."component_id" AS "componentId", r."id" AS "requestId", r."repo", r."ref", r."state",
  ${timestampSql('r."created"')} AS "created", r."labels",
  pc."name" AS "packageName", pc."type" AS "packageType", pc."version" AS "packageVersion", p."path"`;

function conditions(terms: SearchTerms, filter: UseFilter): { from: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parts: string[] = [];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value === undefined) return;
    parameters.push(value);
    parts.push(condition(`$${parameters.length}`));
  };
  if (terms.kind === 'file') {
    add(terms.sha256, (value) => `m."artifact_id" IN (SELECT "id" FROM "artifact" WHERE "sha256" = ${value})`);
  } else {
    add(terms.types, (value) => `c."type" = ANY(${value}::text[])`);
    add(terms.names, (value) => `c."name" = ANY(${value}::text[])`);
    add(terms.version, (value) => `c."version" = ${value}`);
  }
  add(filter.dev, (value) => `coalesce(m."dev", false) = ${value}`);
  add(filter.state && REQUEST_STATES[filter.state], (value) => `r."state" = ${value}`);
  for (const label of filter.labels) {
    const colon = label.indexOf(':');
    add(
      JSON.stringify({ [label.slice(0, colon)]: label.slice(colon + 1) }),
      (value) => `r."labels" @> ${value}::jsonb`,
    );
  }
  const from = `
    FROM "dependency_set_member" m
      JOIN "component" c ON c."id" = m."component_id"
      JOIN "request_package" p ON p."dependency_set_id" = m."set_id"
      JOIN "component" pc ON pc."id" = p."component_id"
      JOIN "request" r ON r."id" = p."request_id"
    WHERE ${parts.join(' AND ')}`;
  return { from, parameters };
}

function useView(row: UseRow, modules: CataloguedPackage[], chain: string[] | null): UseView {
  const { type, name, version, repo, ref } = row;
  const parent = {
    type: row.packageType,
    name: row.packageName,
    version: row.packageVersion,
    path: row.path,
    dependencies: [],
  };
  const own = row.packageVersion === null ? row.packageName : `${row.packageName}@${row.packageVersion}`;
  return {
    type,
    name,
    version,
    purl: purlOf({ repo, ref, modules }, parent, { type, name, version }),
    dev: row.dev ?? false,
    artifact_id: row.artifactId,
    request: {
      id: row.requestId,
      repo,
      ref,
      state: stateName(row.state),
      created: row.created,
      labels: row.labels ?? {},
    },
    package: { name: row.packageName, type: row.packageType, version: row.packageVersion, path: row.path },
    path: chain === null ? null : [own, ...chain],
  };
}

/** Null for what has no purl. */
function purlOf(
  { repo, ref, modules }: { repo: string; ref: string; modules: CataloguedPackage[] },
  parent: CataloguedPackage,
  dependency: { type: string; name: string; version: string | null },
): string | null {
  try {
    return new PackageUrls({ repo, ref, packages: modules }).ofDependency(parent, dependency) ?? null;
  } catch (error) {
    if (error instanceof CachitoNotImplementedError) return null;
    throw error;
  }
}
