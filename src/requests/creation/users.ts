import type { EntityManager } from 'typeorm';

/** The id of a user, who is created on first sight. */
export async function userId(manager: EntityManager, username: string): Promise<number> {
  await manager.query(`INSERT INTO "user" ("username") VALUES ($1) ON CONFLICT DO NOTHING`, [username]);
  const rows: { id: number }[] = await manager.query(`SELECT "id" FROM "user" WHERE "username" = $1`, [username]);
  return rows[0].id;
}
