import type { EntityManager } from 'typeorm';
import { inTurns, sortedInTurns } from '../concurrency/index.js';
import { compareComponents, type ComponentKey } from './component.js';

/** Rows per statement: keeps the arrays that travel to the database small. */
const ROWS_PER_STATEMENT = 5000;

/** The ids of components, by the very objects that were saved. */
export class ComponentIds {
  constructor(private readonly saved: ReadonlyMap<ComponentKey, SavedComponent>) {}

  of(component: ComponentKey): string {
    const id = this.saved.get(component)?.id;
    if (id === undefined) throw new Error(`Component ${component.type} ${component.name} was not saved.`);
    return id;
  }
}

interface SavedComponent extends ComponentKey {
  id?: string;
}

/**
 * Saves what is new among the components and returns the ids of all. Objects may come many times; different objects are
 * the same component by name, type and version (no version and an empty one are the same). Rows are locked in the order
 * of their keys.
 */
export async function saveComponents(
  manager: EntityManager,
  components: Iterable<ComponentKey>,
): Promise<ComponentIds> {
  const unique = new Map<string, SavedComponent>();
  const saved = new Map<ComponentKey, SavedComponent>();
  await inTurns(components, (component) => {
    if (saved.has(component)) return;
    const { type, name, version } = component;
    const key = JSON.stringify([type, name, version || null]);
    const same = unique.get(key) ?? { type, name, version };
    unique.set(key, same);
    saved.set(component, same);
  });
  const sorted = await sortedInTurns([...unique.values()], compareComponents);
  await readIds(manager, sorted);
  const missing = sorted.filter(({ id }) => id === undefined);
  for (const chunk of chunksOf(missing)) await manager.query(INSERT, columnsOf(chunk));
  await readIds(manager, missing);
  return new ComponentIds(saved);
}

/** Cuts a list into parts that fit one statement. */
export function* chunksOf<T>(items: Iterable<T>, size = ROWS_PER_STATEMENT): Generator<T[]> {
  let chunk: T[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

const INSERT = `
  INSERT INTO "component" ("type", "name", "version")
  SELECT k."type", k."name", k."version"
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k("type", "name", "version", "place")
  ORDER BY k."place"
  ON CONFLICT DO NOTHING`;

const SELECT = `
  SELECT k."place"::integer - 1 AS "at", c."id"
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k("type", "name", "version", "place")
    JOIN "component" c
      ON c."type" = k."type" AND c."name" = k."name" AND coalesce(c."version", '') = coalesce(k."version", '')`;

async function readIds(manager: EntityManager, components: readonly SavedComponent[]): Promise<void> {
  for (const chunk of chunksOf(components)) {
    const rows: { at: number; id: string }[] = await manager.query(SELECT, columnsOf(chunk));
    for (const row of rows) chunk[row.at].id = row.id;
  }
}

function columnsOf(components: readonly ComponentKey[]): [string[], string[], (string | null)[]] {
  return [
    components.map((component) => component.type),
    components.map((component) => component.name),
    components.map((component) => component.version || null),
  ];
}
