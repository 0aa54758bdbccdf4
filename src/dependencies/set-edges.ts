import type { EntityManager } from 'typeorm';
import { inTurns, sortedInTurns } from '../concurrency/index.js';

export const NO_EDGES = new Uint32Array(0);

const SELECT_EDGES = `
  SELECT "set_id", string_agg("from_id" || '>' || "to_id", ',') AS "edges"
  FROM "dependency_edge" WHERE "set_id" = ANY($1::bigint[]) GROUP BY "set_id"`;

/** The edges of each set that has some, as pairs of components in a text: `12>13,13>14`. In no order. */
export async function readEdges(manager: EntityManager, setIds: readonly string[]): Promise<Map<string, string>> {
  if (setIds.length === 0) return new Map();
  const rows: { set_id: string; edges: string }[] = await manager.query(SELECT_EDGES, [setIds]);
  return new Map(rows.map(({ set_id: id, edges }) => [id, edges]));
}

/**
 * The edges as pairs of places among the members of the set (texts that begin with the component's id): the first place
 * of a component counts. In the order of the places, so that it depends on no ids; each once, as a set has each pair of
 * components once. An edge of what is no member is left out: the package itself may be required by what it requires.
 */
export async function placesOfEdges(edges: string, members: readonly string[]): Promise<Uint32Array> {
  if (edges === '') return NO_EDGES;
  const placeOf = new Map<number, number>();
  await inTurns(members.entries(), ([place, member]) => {
    const id = Number.parseInt(member, 10);
    if (!placeOf.has(id)) placeOf.set(id, place);
  });
  // One number per pair: they sort as the pairs do.
  const pairs: number[] = [];
  await inTurns(edges.matchAll(/(\d+)>(\d+)/g), ([, from, to]) => {
    const [fromPlace, toPlace] = [placeOf.get(Number(from)), placeOf.get(Number(to))];
    if (fromPlace !== undefined && toPlace !== undefined) pairs.push(fromPlace * members.length + toPlace);
  });
  const places = new Uint32Array(pairs.length * 2);
  const sorted = await sortedInTurns(pairs, (one, other) => one - other);
  await inTurns(sorted.entries(), ([at, pair]) => {
    places[at * 2] = Math.floor(pair / members.length);
    places[at * 2 + 1] = pair % members.length;
  });
  return places;
}
