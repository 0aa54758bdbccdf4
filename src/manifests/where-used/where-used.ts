import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Artifact, type CataloguedPackage, DependencyPaths } from '../../dependencies/index.js';
import { CachitoNotImplementedError } from '../../errors/index.js';
import { timestampSql } from '../../http/index.js';
import { stateName } from '../../requests/index.js';
import { PackageUrls } from '../purl/package-urls.js';
import type { SearchTerms } from './search-terms.js';
import {
  countByBlock,
  type Statement,
  type UseFilter,
  usesInWindow,
  wantedComponents,
  type WantedMembers,
  windowOf,
} from './use-query.js';
import type { ArtifactView, UseView } from './where-used.dto.js';

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
    const wanted = await this.wantedMembers(terms);
    if (wanted.ids.length === 0) return { total: 0, items: [] };
    const blocks: { block: number; uses: number }[] = await this.query(countByBlock(wanted, filter));
    const total = blocks.reduce((sum, { uses }) => sum + uses, 0);
    blocks.sort((one, other) => other.block - one.block);
    const window = windowOf(blocks, (page - 1) * perPage, perPage);
    if (window === undefined) return { total, items: [] };
    const { text, parameters } = usesInWindow(wanted, filter, window);
    const rows: UseRow[] = await this.query({ text: withDetails(text), parameters });
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

  /** What an archived file is from: itself, or the files that it was made of here. */
  async originsOf({ type, name, upstream }: ArtifactView): Promise<Origin[]> {
    const [, wheel] = /^METADATA of wheel sha256:([0-9a-f]{64})$/.exec(upstream) ?? [];
    const wheels: Origin[] =
      wheel === undefined
        ? []
        : await this.dataSource.query(`SELECT "ecosystem", "name", "upstream" FROM "artifact" WHERE "sha256" = $1`, [wheel]);
    return wheels.length > 0 ? wheels : [{ ecosystem: type, name, upstream }];
  }

  private query<Row>({ text, parameters }: Statement): Promise<Row[]> {
    return this.dataSource.query(text, parameters);
  }

  private async wantedMembers(terms: SearchTerms): Promise<WantedMembers> {
    if (terms.kind === 'file') {
      const rows: { id: string }[] = await this.dataSource.query(`SELECT "id" FROM "artifact" WHERE "sha256" = $1`, [
        terms.sha256,
      ]);
      return { column: 'artifact_id', ids: rows.map(({ id }) => id) };
    }
    const { inRange } = terms;
    const rows: { id: string; version: string | null }[] = await this.query(wantedComponents(terms));
    const found = inRange ? rows.filter((row) => row.version !== null && inRange(row.version)) : rows;
    return { column: 'component_id', ids: found.map(({ id }) => id) };
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

type Origin = Pick<Artifact, 'ecosystem' | 'name' | 'upstream'>;

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

/** What a page shows of its uses, in their order. */
function withDetails(uses: string): string {
  return `
    SELECT c."type", c."name", c."version", m."dev", m."artifact_id"::float8 AS "artifactId", m."set_id" AS "setId",
      m."component_id" AS "componentId", r."id" AS "requestId", r."repo", r."ref", r."state",
      ${timestampSql('r."created"')} AS "created", r."labels",
      pc."name" AS "packageName", pc."type" AS "packageType", pc."version" AS "packageVersion", u."path"
    FROM (${uses}) AS u
      JOIN "dependency_set_member" m ON m."set_id" = u."set_id" AND m."position" = u."member"
      JOIN "component" c ON c."id" = m."component_id"
      JOIN "component" pc ON pc."id" = u."parent_id"
      JOIN "request" r ON r."id" = u."request_id"
    ORDER BY u."request_id" DESC, u."package", u."member"`;
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
