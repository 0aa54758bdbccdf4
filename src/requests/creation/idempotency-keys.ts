import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { HttpProblem } from '../../http/index.js';

/** How long a key is kept. */
const LIFETIME = `interval '24 hours'`;

/** An `Idempotency-Key` of a user together with what it was used for. */
export class IdempotencyKey {
  private readonly bodySha256: string;

  constructor(
    private readonly username: string | undefined,
    private readonly key: string,
    body: object,
  ) {
    this.bodySha256 = createHash('sha256').update(canonicalJson(body)).digest('hex');
  }

  /**
   * Locks the key until the end of the transaction, and returns the id of the request that it has made. Others with the
   * same key wait. Throws 409 when it was used with another body.
   */
  async find(manager: EntityManager): Promise<number | undefined> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
      JSON.stringify([this.owner, this.key]),
    ]);
    await manager.query(
      `DELETE FROM "idempotency_key" WHERE "username" = $1 AND "key" = $2
       AND "created" < clock_timestamp() AT TIME ZONE 'utc' - ${LIFETIME}`,
      [this.owner, this.key],
    );
    const rows: { request_id: number; body_sha256: string }[] = await manager.query(
      `SELECT "request_id", "body_sha256" FROM "idempotency_key" WHERE "username" = $1 AND "key" = $2`,
      [this.owner, this.key],
    );
    const known = rows[0];
    if (known === undefined) return undefined;
    if (known.body_sha256 !== this.bodySha256) {
      throw new HttpProblem(
        409,
        'This Idempotency-Key was used with another body within the last 24 hours; use a new key',
      );
    }
    return known.request_id;
  }

  /** Records what the key has made. */
  async save(manager: EntityManager, requestId: number): Promise<void> {
    await manager.query(
      `INSERT INTO "idempotency_key" ("username", "key", "body_sha256", "request_id") VALUES ($1, $2, $3, $4)`,
      [this.owner, this.key, this.bodySha256, requestId],
    );
  }

  /** Forgets the key, so that it can be used for another try. */
  async forget(manager: EntityManager): Promise<void> {
    await manager.query(`DELETE FROM "idempotency_key" WHERE "username" = $1 AND "key" = $2`, [this.owner, this.key]);
  }

  private get owner(): string {
    return this.username ?? '';
  }
}

/** Removes keys that are too old to be found. Never while a key is held by `find`: two of those would deadlock. */
export async function removeExpiredKeys(manager: EntityManager): Promise<void> {
  await manager.query(
    `DELETE FROM "idempotency_key" WHERE "created" < clock_timestamp() AT TIME ZONE 'utc' - ${LIFETIME}`,
  );
}

/** JSON with sorted keys: bodies that differ only in the order of their properties are the same. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
