import type { EntityManager } from 'typeorm';
import { compareComponents, type ComponentKey } from './component.js';

/** Rows per statement: keeps the arrays that travel to the database small. */
const ROWS_PER_STATEMENT = 5000;

/** The ids of components, by name, type and version. No version and an empty one are the same. */
export class ComponentIds {
  private readonly ids = new Map<string, string>();

  set(component: ComponentKey, id: string): void {
    this.ids.set(keyOf(component), id);
  }

  of(component: ComponentKey): string {
    const id = this.ids.get(keyOf(component));
    if (id === undefined) throw new Error(`Component ${component.type} ${component.name} was not saved.`);
    return id;
  }

  has(component: ComponentKey): boolean {
    return this.ids.has(keyOf(component));
  }
}

/** Saves what is new among the components and returns the ids of all. Rows are locked in the order of their keys. */
export async function saveComponents(
  manager: EntityManager,
  components: Iterable<ComponentKey>,
): Promise<ComponentIds> {
  const unique = new Map<string, ComponentKey>();
  for (const { type, name, version } of components) unique.set(keyOf({ type, name, version }), { type, name, version });
  const sorted = [...unique.values()].sort(compareComponents);
  const ids = new ComponentIds();
  await readIds(manager, sorted, ids);
  const missing = sorted.filter((component) => !ids.has(component));
  for (const chunk of chunksOf(missing)) await manager.query(INSERT, columnsOf(chunk));
  await readIds(manager, missing, ids);
  return ids;
}

/** Cuts a list into parts that fit one statement. */
export function* chunksOf<T>(items: readonly T[], size = ROWS_PER_STATEMENT): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
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

async function readIds(manager: EntityManager, components: readonly ComponentKey[], ids: ComponentIds): Promise<void> {
  for (const chunk of chunksOf(components)) {
    const rows: { at: number; id: string }[] = await manager.query(SELECT, columnsOf(chunk));
    for (const row of rows) ids.set(chunk[row.at], row.id);
  }
}

function columnsOf(components: readonly ComponentKey[]): [string[], string[], (string | null)[]] {
  return [
    components.map((component) => component.type),
    components.map((component) => component.name),
    components.map((component) => component.version || null),
  ];
}

function keyOf(component: ComponentKey): string {
  return JSON.stringify([component.type, component.name, component.version || null]);
}
