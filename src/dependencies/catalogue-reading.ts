import type { EntityManager } from 'typeorm';
import { inTurns } from '../concurrency/index.js';
import {
  type CataloguedDependency,
  type CataloguedPackage,
  type ComponentKey,
  mergeDependencies,
  type RequestPackages,
} from './component.js';
import { groupedBy } from './grouped.js';
import { distinctMembers, MEMBER_TEXT, readMembers, readSetRows } from './set-members.js';

/**
 * What `Catalogue.packagesOf` promises. A dependency that many packages have is one object, and packages with the same
 * set have the same array: a request may have millions of dependencies, but few different ones.
 */
export async function readPackages(
  manager: EntityManager,
  requestIds: readonly number[],
): Promise<Map<number, RequestPackages>> {
  const rows = await readPackageRows(manager, requestIds);
  const sets = await readSets(manager, setIdsOf(rows));
  const rowsByRequest = groupedBy(rows, (row) => row.request_id);
  const found = new Map<number, RequestPackages>();
  for (const id of requestIds) {
    const packages = (rowsByRequest.get(id) ?? []).map((row) => packageOf(row, sets.get(row.dependency_set_id) ?? []));
    found.set(id, { packages, dependencies: await mergeDependencies(packages) });
  }
  return found;
}

/** A package of a request. */
export interface PackageRow extends ComponentKey {
  request_id: number;
  path: string;
  dependency_set_id: string;
}

const SELECT_PACKAGES = `
  SELECT p."request_id", c."type", c."name", c."version", p."path", p."dependency_set_id"
  FROM "request_package" p JOIN "component" c ON c."id" = p."component_id"
  WHERE p."request_id" = ANY($1::integer[])
  ORDER BY p."request_id", p."position"`;

/** The packages of requests, in the order of the answers. */
export function readPackageRows(manager: EntityManager, requestIds: readonly number[]): Promise<PackageRow[]> {
  return manager.query(SELECT_PACKAGES, [requestIds]);
}

/** The sets of packages, each once. */
export function setIdsOf(rows: readonly PackageRow[]): string[] {
  return [...new Set(rows.map((row) => row.dependency_set_id))];
}

/** A package as answers show it, with what its set holds. */
export function packageOf<Dependency extends CataloguedDependency>(
  { name, type, version, path }: PackageRow,
  dependencies: Dependency[],
): CataloguedPackage & { dependencies: Dependency[] } {
  return { name, type, version, ...(path === '.' ? {} : { path }), dependencies };
}

async function readSets(manager: EntityManager, ids: readonly string[]): Promise<Map<string, CataloguedDependency[]>> {
  const rows = await readSetRows(manager, ids, MEMBER_TEXT);
  const dependencies = await readMembers(manager, await distinctMembers(rows));
  const sets = new Map<string, CataloguedDependency[]>();
  await inTurns(rows, ({ set_id: id, members }) => {
    sets.set(id, members.split(',').map((member) => dependencies.get(member)!));
  });
  return sets;
}
