import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { RegistryEntry } from '../packages/index.js';
import { attributesText, distinctEntries } from './distinct-entries.js';

/** What a registry serves, sorted, and the digest of it. */
interface RegistryContent {
  sha256: string;
  entries: readonly RegistryEntry[];
}

/** Rows in one statement. */
const ROWS = 10_000;
/** One new set is saved at a time, so that transactions that save several cannot wait for each other in a circle. */
const NEW_SET_LOCK = 0x7265_6769_7374;

/**
 * Saves what a registry serves unless a set with the same content is there; returns the id of the set. It cannot be
 * removed before the transaction of `manager` has ended. Throws `ValidationError` when two entries exclude each other.
 */
export async function saveRegistrySet(manager: EntityManager, entries: readonly RegistryEntry[]): Promise<string> {
  const content = contentOf(entries);
  const known = await holdSet(manager, content.sha256);
  if (known !== undefined) return known;
  await manager.query('SELECT pg_advisory_xact_lock($1)', [NEW_SET_LOCK]);
  // Another transaction may have saved it while this one waited.
  return (await holdSet(manager, content.sha256)) ?? (await insertSet(manager, content));
}

/**
 * Removes the sets that are older than an hour and that no registry has; one that a transaction is about to use stays.
 */
export async function removeUnusedSets(manager: EntityManager): Promise<number> {
  const candidates: { id: string }[] = await manager.query(
    `SELECT s."id" FROM "registry_set" s
     WHERE s."created" < (clock_timestamp() AT TIME ZONE 'utc') - interval '1 hour' AND ${UNUSED}
     ORDER BY s."id" LIMIT 1000 FOR UPDATE SKIP LOCKED`,
  );
  if (candidates.length === 0) return 0;
  // Whoever held one a moment ago may have used it. Now they are locked, and a new statement sees that.
  await manager.query(`DELETE FROM "registry_set" s WHERE s."id" = ANY($1::bigint[]) AND ${UNUSED}`, [
    candidates.map(({ id }) => id),
  ]);
  return candidates.length;
}

const UNUSED = `NOT EXISTS (SELECT FROM "request_registry" r WHERE r."set_id" = s."id")`;

function contentOf(entries: readonly RegistryEntry[]): RegistryContent {
  const byLine = distinctEntries(entries);
  return {
    sha256: createHash('sha256').update([...byLine.keys()].join('\n')).digest('hex'),
    entries: [...byLine.values()],
  };
}

/** Keeps the set from being removed until the transaction ends. */
async function holdSet(manager: EntityManager, sha256: string): Promise<string | undefined> {
  const rows: { id: string }[] = await manager.query(
    `SELECT "id" FROM "registry_set" WHERE "sha256" = $1 FOR KEY SHARE`,
    [sha256],
  );
  return rows[0]?.id;
}

async function insertSet(manager: EntityManager, { sha256, entries }: RegistryContent): Promise<string> {
  const [{ id }]: [{ id: string }] = await manager.query(
    `INSERT INTO "registry_set" ("sha256") VALUES ($1) RETURNING "id"`,
    [sha256],
  );
  for (let at = 0; at < entries.length; at += ROWS) {
    const rows = entries.slice(at, at + ROWS);
    await manager.query(
      `INSERT INTO "registry_set_entry" ("set_id", "name", "version", "artifact_id", "file", "attributes")
       SELECT $1, e."name", e."version", e."artifact_id", e."file", e."attributes"::jsonb
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
         AS e("name", "version", "artifact_id", "file", "attributes")`,
      [
        id,
        rows.map((row) => row.name),
        rows.map((row) => row.version),
        rows.map((row) => row.artifact.id),
        rows.map((row) => row.file ?? null),
        rows.map((row) => attributesText(row) ?? null),
      ],
    );
  }
  return id;
}
