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

/**
 * What `Catalogue.packagesOf` promises. A dependency that many packages have is one object, and packages with the same
 * set have the same array: a request may have millions of dependencies, but few different ones.
 */
export async function readPackages(
  manager: EntityManager,
  requestIds: readonly number[],
): Promise<Map<number, RequestPackages>> {
  const rows: PackageRow[] = await manager.query(SELECT_PACKAGES, [requestIds]);
  const sets = await readSets(manager, [...new Set(rows.map((row) => row.dependency_set_id))]);
  const rowsByRequest = groupedBy(rows, (row) => row.request_id);
  const found = new Map<number, RequestPackages>();
  for (const id of requestIds) {
    const packages = (rowsByRequest.get(id) ?? []).map((row) => packageOf(row, sets.get(row.dependency_set_id) ?? []));
    found.set(id, { packages, dependencies: await mergeDependencies(packages) });
  }
  return found;
}

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

function packageOf({ name, type, version, path }: PackageRow, dependencies: CataloguedDependency[]): CataloguedPackage {
  return { name, type, version, ...(path === '.' ? {} : { path }), dependencies };
}

/** One row per set, with its members in order: `12,13t,14fr9` = 12, 13 for development, 14 not so, in place of 9. */
const SELECT_SETS = `
  SELECT "set_id", string_agg(
    "component_id" || CASE "dev" WHEN true THEN 't' WHEN false THEN 'f' ELSE '' END || coalesce('r' || "replaces_id", ''),
    ',' ORDER BY "position") AS "members"
  FROM "dependency_set_member" WHERE "set_id" = ANY($1::bigint[]) GROUP BY "set_id"`;

const SELECT_COMPONENTS = `SELECT "id", "type", "name", "version" FROM "component" WHERE "id" = ANY($1::bigint[])`;

async function readSets(manager: EntityManager, ids: readonly string[]): Promise<Map<string, CataloguedDependency[]>> {
  const sets = new Map<string, CataloguedDependency[]>();
  if (ids.length === 0) return sets;
  const rows: { set_id: string; members: string }[] = await manager.query(SELECT_SETS, [ids]);
  const distinct = new Set<string>();
  await inTurns(rows, ({ members }) => {
    for (const member of members.split(',')) distinct.add(member);
  });
  const dependencies = await readDependencies(manager, distinct);
  await inTurns(rows, ({ set_id: id, members }) => {
    sets.set(id, members.split(',').map((member) => dependencies.get(member)!));
  });
  return sets;
}

async function readDependencies(
  manager: EntityManager,
  members: ReadonlySet<string>,
): Promise<Map<string, CataloguedDependency>> {
  const components = await readComponents(manager, members);
  const dependencies = new Map<string, CataloguedDependency>();
  await inTurns(members, (member) => {
    const [component, replaces] = idsOf(member).map((id) => components.get(id)!);
    dependencies.set(member, {
      ...component,
      ...(member.includes('t') ? { dev: true } : member.includes('f') ? { dev: false } : {}),
      ...(replaces === undefined ? {} : { replaces }),
    });
  });
  return dependencies;
}

async function readComponents(manager: EntityManager, members: Iterable<string>): Promise<Map<string, ComponentKey>> {
  const ids = new Set<string>();
  await inTurns(members, (member) => {
    for (const id of idsOf(member)) ids.add(id);
  });
  const rows: (ComponentKey & { id: string })[] = await manager.query(SELECT_COMPONENTS, [[...ids]]);
  return new Map(rows.map(({ id, name, type, version }) => [id, { name, type, version }]));
}

/** Of the component, and of the one that it replaces if there is one. */
function idsOf(member: string): string[] {
  return member.split(/[tfr]+/).filter((id) => id !== '');
}
