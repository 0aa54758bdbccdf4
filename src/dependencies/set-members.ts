import type { EntityManager } from 'typeorm';
import { inTurns } from '../concurrency/index.js';
import type { CataloguedDependency, ComponentKey } from './component.js';
import { chunksOf } from './component-ids.js';

/**
 * A member of a dependency set as a short text, in SQL: `12`, `13t`, `14fr9` = component 12, 13 for development, 14 not
 * so, in place of 9. Sets may have millions of members together, but few different ones: text is what they are read as.
 */
export const MEMBER_TEXT = `"component_id" || CASE "dev" WHEN true THEN 't' WHEN false THEN 'f' ELSE '' END
  || coalesce('r' || "replaces_id", '')`;

/** The members of one set: texts in the order of the answers, joined by commas. */
export interface SetRow {
  set_id: string;
  members: string;
}

/** One row per set that has members, each member as the text that the SQL expression gives. */
export async function readSetRows(
  manager: EntityManager,
  setIds: readonly string[],
  memberText: string,
): Promise<SetRow[]> {
  if (setIds.length === 0) return [];
  return manager.query(
    `SELECT "set_id", string_agg(${memberText}, ',' ORDER BY "position") AS "members"
     FROM "dependency_set_member" WHERE "set_id" = ANY($1::bigint[]) GROUP BY "set_id"`,
    [setIds],
  );
}

/** Every text of a member, once. */
export async function distinctMembers(rows: readonly SetRow[]): Promise<Set<string>> {
  const distinct = new Set<string>();
  await inTurns(rows, ({ members }) => {
    for (const member of members.split(',')) distinct.add(member);
  });
  return distinct;
}

/** What the texts of members say of components, by the text, which may go on with lower-case letters other than `r`. */
export async function readMembers(
  manager: EntityManager,
  members: ReadonlySet<string>,
): Promise<Map<string, CataloguedDependency>> {
  const components = await readComponents(manager, members);
  const dependencies = new Map<string, CataloguedDependency>();
  await inTurns(members, (member) => {
    const { id, dev, replacesId } = parse(member);
    dependencies.set(member, {
      ...components.get(id)!,
      ...(dev === undefined ? {} : { dev }),
      ...(replacesId === undefined ? {} : { replaces: components.get(replacesId)! }),
    });
  });
  return dependencies;
}

const SELECT_COMPONENTS = `SELECT "id", "type", "name", "version" FROM "component" WHERE "id" = ANY($1::bigint[])`;

async function readComponents(manager: EntityManager, members: Iterable<string>): Promise<Map<string, ComponentKey>> {
  const ids = new Set<string>();
  await inTurns(members, (member) => {
    const { id, replacesId } = parse(member);
    ids.add(id);
    if (replacesId !== undefined) ids.add(replacesId);
  });
  const components = new Map<string, ComponentKey>();
  for (const chunk of chunksOf(ids)) {
    const rows: (ComponentKey & { id: string })[] = await manager.query(SELECT_COMPONENTS, [chunk]);
    await inTurns(rows, ({ id, name, type, version }) => components.set(id, { name, type, version }));
  }
  return components;
}

function parse(member: string): { id: string; dev?: boolean; replacesId?: string } {
  const [, id, dev, replacesId] = /^(\d+)([tf]?)(?:r(\d+))?/.exec(member)!;
  return { id, ...(dev === '' ? {} : { dev: dev === 't' }), replacesId };
}
