import type { EntityManager } from 'typeorm';
import { chunksOf } from './component-ids.js';

/** The content of a dependency set and its digest. */
export interface NewSet {
  sha256: string;
  /** In the order of the answers. */
  members: readonly NewMember[];
  edges: readonly { from: string; to: string }[];
}

interface NewMember {
  componentId: string;
  dev: boolean | null;
  direct: boolean;
  replacesId: string | null;
  artifactId: number | null;
}

/** Saves the sets that are new and returns the id of each, in the given order. */
export async function saveSets(manager: EntityManager, sets: readonly NewSet[]): Promise<string[]> {
  const unique = [...new Map(sets.map((set) => [set.sha256, set])).values()];
  unique.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const ids = new Map<string, string>();
  for (const chunk of chunksOf(unique)) {
    const parameters = [chunk.map((set) => set.sha256), chunk.map((set) => set.members.length)];
    // A set that another transaction saved at the same time is complete once this statement has waited for it.
    const inserted: SetRow[] = await manager.query(INSERT_SETS, parameters);
    const all: SetRow[] = await manager.query(SELECT_SETS, [parameters[0]]);
    for (const row of all) ids.set(row.sha256, row.id);
    const added = new Set(inserted.map((row) => row.sha256));
    const fresh = chunk.filter((set) => added.has(set.sha256));
    await saveMembers(manager, fresh, ids);
    await saveEdges(manager, fresh, ids);
  }
  return sets.map((set) => idOf(ids, set));
}

interface SetRow {
  id: string;
  sha256: string;
}

const INSERT_SETS = `
  INSERT INTO "dependency_set" ("sha256", "members")
  SELECT k."sha256", k."members"
  FROM unnest($1::text[], $2::integer[]) WITH ORDINALITY AS k("sha256", "members", "place")
  ORDER BY k."place"
  ON CONFLICT DO NOTHING
  RETURNING "id", "sha256"`;

const SELECT_SETS = `SELECT "id", "sha256" FROM "dependency_set" WHERE "sha256" = ANY($1::char(64)[])`;

async function saveMembers(manager: EntityManager, sets: readonly NewSet[], ids: Map<string, string>): Promise<void> {
  const members = sets.flatMap((set) =>
    set.members.map((member, position) => ({ ...member, position, setId: idOf(ids, set) })),
  );
  for (const chunk of chunksOf(members)) {
    await manager.query(
      `INSERT INTO "dependency_set_member"
         ("set_id", "position", "component_id", "dev", "direct", "replaces_id", "artifact_id")
       SELECT * FROM unnest(
         $1::bigint[], $2::integer[], $3::bigint[], $4::boolean[], $5::boolean[], $6::bigint[], $7::bigint[])`,
      [
        chunk.map((member) => member.setId),
        chunk.map((member) => member.position),
        chunk.map((member) => member.componentId),
        chunk.map((member) => member.dev),
        chunk.map((member) => member.direct),
        chunk.map((member) => member.replacesId),
        chunk.map((member) => member.artifactId),
      ],
    );
  }
}

async function saveEdges(manager: EntityManager, sets: readonly NewSet[], ids: Map<string, string>): Promise<void> {
  const edges = sets.flatMap((set) => set.edges.map((edge) => ({ ...edge, setId: idOf(ids, set) })));
  for (const chunk of chunksOf(edges)) {
    await manager.query(
      `INSERT INTO "dependency_edge" ("set_id", "from_id", "to_id")
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`,
      [chunk.map((edge) => edge.setId), chunk.map((edge) => edge.from), chunk.map((edge) => edge.to)],
    );
  }
}

function idOf(ids: Map<string, string>, set: NewSet): string {
  const id = ids.get(set.sha256);
  if (id === undefined) throw new Error(`Dependency set ${set.sha256} was not saved.`);
  return id;
}
