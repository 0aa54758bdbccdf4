import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, EntityManager } from 'typeorm';
import { InvalidRequestData } from '../errors/index.js';
import type { Artifact } from './artifact.js';
import {
  type CataloguedDependency,
  compareComponents,
  type ComponentKey,
  mergeDependencies,
  type RequestPackages,
} from './component.js';
import { ComponentIds, saveComponents } from './component-ids.js';
import { type NewSet, saveSets } from './dependency-sets.js';
import { groupedBy } from './grouped.js';

/** A package as a package manager reports it. */
export interface ReportedPackage extends ComponentKey {
  /** Relative to the repository, `.` for its root. */
  path: string;
  dependencies: readonly ReportedDependency[];
}

interface ReportedDependency extends ComponentKey {
  dev?: boolean;
  replaces?: ComponentKey | null;
  artifact?: Pick<Artifact, 'id'>;
}

/** Size of the union of all packages' dependencies: `dependencies_count` of the request. */
export function countDependencies(packages: readonly ReportedPackage[]): number {
  return mergeDependencies(packages).length;
}

/** `from` requires `to`, within one package of the source; `from` may be the package itself. */
export interface ReportedEdge {
  package: ComponentKey;
  from: ComponentKey;
  to: ComponentKey;
}

/** What `request_package` needs of a saved package, in the order of the answers. */
export interface SavedPackage {
  componentId: string;
  path: string;
  dependencySetId: string;
}

/**
 * The catalogue of what requests depend on. Components and dependency sets are stored once and shared by all requests,
 * so that a request costs rows by what changed since earlier ones.
 */
@Injectable()
export class Catalogue {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Saves packages and dependencies in bulk, within the caller's transaction. Safe against concurrent calls: all take
   * their locks in the same order. Throws `InvalidRequestData` when two packages are equal in name, type and version.
   */
  async save(
    manager: EntityManager,
    packages: readonly ReportedPackage[],
    edges: readonly ReportedEdge[],
  ): Promise<SavedPackage[]> {
    const sorted = [...packages].sort(compareComponents);
    refuseDuplicates(sorted);
    await manager.query('SELECT pg_advisory_xact_lock_shared($1)', [CATALOGUE_LOCK]);
    const ids = await saveComponents(manager, mentionedComponents(sorted, edges));
    const edgesByPackage = groupedBy(edges, (edge) => ids.of(edge.package));
    const sets = sorted.map((each) => describeSet(each, edgesByPackage.get(ids.of(each)) ?? [], ids));
    const setIds = await saveSets(manager, sets);
    return sorted.map((each, at) => ({ componentId: ids.of(each), path: each.path, dependencySetId: setIds[at] }));
  }

  /** Removes the dependency sets that no package has any more; components and artifacts stay. */
  async removeUnused(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [CATALOGUE_LOCK]);
      await manager.query(
        `DELETE FROM "dependency_set" s
         WHERE NOT EXISTS (SELECT FROM "request_package" p WHERE p."dependency_set_id" = s."id")`,
      );
    });
  }

  /**
   * The packages and dependencies of many requests, whatever their state, in two queries. Every id has an entry; one
   * without packages has empty lists.
   */
  async packagesOf(
    requestIds: readonly number[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<number, RequestPackages>> {
    const rows: PackageRow[] = await manager.query(SELECT_PACKAGES, [requestIds]);
    const setIds = [...new Set(rows.map((row) => row.dependency_set_id))];
    const members: MemberRow[] = setIds.length === 0 ? [] : await manager.query(SELECT_MEMBERS, [setIds]);
    const membersBySet = groupedBy(members, (member) => member.set_id);
    const rowsByRequest = groupedBy(rows, (row) => row.request_id);
    return new Map(
      requestIds.map((id) => {
        const packages = (rowsByRequest.get(id) ?? []).map((row) => ({
          name: row.name,
          type: row.type,
          version: row.version,
          ...(row.path === '.' ? {} : { path: row.path }),
          dependencies: (membersBySet.get(row.dependency_set_id) ?? []).map(dependencyOf),
        }));
        return [id, { packages, dependencies: mergeDependencies(packages) }];
      }),
    );
  }
}

/** Savers share it, so that none finds a set which is being removed; whoever removes sets holds it alone. */
const CATALOGUE_LOCK = 0x6361_7461_6c6f;

interface PackageRow extends ComponentKey {
  request_id: number;
  path: string;
  dependency_set_id: string;
}

const SELECT_PACKAGES = `
  SELECT p."request_id", c."type", c."name", c."version", p."path", p."dependency_set_id"
  FROM "request_package" p JOIN "component" c ON c."id" = p."component_id"
  WHERE p."request_id" = ANY($1::integer[])
  ORDER BY p."request_id", p."position"`;

interface MemberRow extends ComponentKey {
  set_id: string;
  dev: boolean | null;
  replaces_type: string | null;
  replaces_name: string;
  replaces_version: string | null;
}

const SELECT_MEMBERS = `
  SELECT m."set_id", c."type", c."name", c."version", m."dev",
    r."type" AS "replaces_type", r."name" AS "replaces_name", r."version" AS "replaces_version"
  FROM "dependency_set_member" m
    JOIN "component" c ON c."id" = m."component_id"
    LEFT JOIN "component" r ON r."id" = m."replaces_id"
  WHERE m."set_id" = ANY($1::bigint[])
  ORDER BY m."set_id", m."position"`;

function dependencyOf(row: MemberRow): CataloguedDependency {
  return {
    name: row.name,
    type: row.type,
    version: row.version,
    ...(row.dev === null ? {} : { dev: row.dev }),
    ...(row.replaces_type === null
      ? {}
      : { replaces: { name: row.replaces_name, type: row.replaces_type, version: row.replaces_version } }),
  };
}

function refuseDuplicates(sorted: readonly ReportedPackage[]): void {
  const twin = sorted.find((each, at) => at > 0 && compareComponents(sorted[at - 1], each) === 0);
  if (!twin) return;
  throw new InvalidRequestData(
    `Two packages are equal in name, type and version: ${twin.name} (${twin.type}) ` +
      `${twin.version ?? 'without version'}. ` +
      'Ask for each path once, or give the packages of the repository different names or versions.',
  );
}

function* mentionedComponents(
  packages: readonly ReportedPackage[],
  edges: readonly ReportedEdge[],
): Generator<ComponentKey> {
  for (const each of packages) {
    yield each;
    for (const dependency of each.dependencies) {
      yield dependency;
      if (dependency.replaces) yield dependency.replaces;
    }
  }
  for (const edge of edges) {
    yield edge.package;
    yield edge.from;
    yield edge.to;
  }
}

/** The content of a package's set; what the package itself requires becomes a mark on the members. */
function describeSet(reported: ReportedPackage, edges: readonly ReportedEdge[], ids: ComponentIds): NewSet {
  const self = ids.of(reported);
  const pairs = edges.map((edge) => ({ from: ids.of(edge.from), to: ids.of(edge.to) }));
  const direct = new Set(pairs.filter((pair) => pair.from === self).map((pair) => pair.to));
  const members = [...reported.dependencies].sort(compareComponents).map((dependency) => {
    const componentId = ids.of(dependency);
    return {
      componentId,
      dev: dependency.dev ?? null,
      direct: direct.has(componentId),
      replacesId: dependency.replaces ? ids.of(dependency.replaces) : null,
      artifactId: dependency.artifact?.id ?? null,
    };
  });
  const inner = pairs.filter((pair) => pair.from !== self).map((pair) => `${pair.from}>${pair.to}`);
  const content = { members, edges: [...new Set(inner)].sort().map((text) => splitPair(text)) };
  return { ...content, sha256: createHash('sha256').update(JSON.stringify(content)).digest('hex') };
}

function splitPair(text: string): { from: string; to: string } {
  const [from, to] = text.split('>');
  return { from, to };
}
