import type { EntityManager } from 'typeorm';
import { chunksOf } from './component-ids.js';
import type { NewMember, NewSet, NewSets } from './dependency-sets-content.js';

/** Saves the sets that are new and returns the id of each, in the given order. */
export async function saveSets(manager: EntityManager, { members, sets }: NewSets): Promise<string[]> {
  const unique = [...new Map(sets.map((set) => [set.sha256, set])).values()];
  unique.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const ids = new Map<string, string>();
  for (const chunk of chunksOf(unique)) {
    const parameters = [chunk.map((set) => set.sha256), chunk.map((set) => set.places.length)];
    // A set that another transaction saved at the same time is complete once this statement has waited for it.
    const inserted: SetRow[] = await manager.query(INSERT_SETS, parameters);
    const all: SetRow[] = await manager.query(SELECT_SETS, [parameters[0]]);
    for (const row of all) ids.set(row.sha256, row.id);
    const added = new Set(inserted.map((row) => row.sha256));
    const fresh = chunk.filter((set) => added.has(set.sha256));
    for (const rows of chunksOf(memberRows(fresh, members, ids))) await manager.query(INSERT_MEMBERS, columnsOf(rows));
    for (const rows of chunksOf(edgeRows(fresh, ids))) await manager.query(INSERT_EDGES, columnsOf(rows));
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

const INSERT_MEMBERS = `
  INSERT INTO "dependency_set_member"
    ("set_id", "position", "component_id", "dev", "direct", "replaces_id", "artifact_id",
      "verified_by", "requirements_unknown")
  SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::boolean[], $5::boolean[], $6::bigint[],
    $7::bigint[], $8::text[], $9::boolean[])`;

type Row = readonly (string | number | boolean | null)[];

function* memberRows(sets: readonly NewSet[], members: readonly NewMember[], ids: Map<string, string>): Generator<Row> {
  for (const set of sets) {
    const setId = idOf(ids, set);
    for (const [position, place] of set.places.entries()) {
      const { componentId, dev, replacesId, artifactId, verifiedBy, requirementsUnknown } = members[place];
      const direct = set.direct.has(componentId);
      yield [setId, position, componentId, dev, direct, replacesId, artifactId, verifiedBy, requirementsUnknown];
    }
  }
}

const INSERT_EDGES = `
  INSERT INTO "dependency_edge" ("set_id", "from_id", "to_id")
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`;

function* edgeRows(sets: readonly NewSet[], ids: Map<string, string>): Generator<Row> {
  for (const set of sets) {
    const setId = idOf(ids, set);
    for (const { from, to } of set.edges) yield [setId, from, to];
  }
}

/** The statements take one array per column. */
function columnsOf(rows: readonly Row[]): Row[] {
  return rows[0].map((_, column) => rows.map((row) => row[column]));
}

function idOf(ids: Map<string, string>, set: NewSet): string {
  const id = ids.get(set.sha256);
  if (id === undefined) throw new Error(`Dependency set ${set.sha256} was not saved.`);
  return id;
}
