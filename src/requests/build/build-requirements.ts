import type { EntityManager } from 'typeorm';
import type { BuildRequirement } from '../../packages/index.js';

/** Keeps what the archived source distributions of a request need to be built, in the caller's transaction. */
export async function saveBuildRequirements(
  manager: EntityManager,
  requestId: number,
  requirements: readonly BuildRequirement[],
): Promise<void> {
  if (requirements.length === 0) return;
  await manager.query(`INSERT INTO "request_build_requirements" ("request_id", "content") VALUES ($1, $2)`, [
    requestId,
    JSON.stringify(requirements),
  ]);
}

/** As saved; empty when nothing was. They stay when the request becomes stale. */
export async function readBuildRequirements(manager: EntityManager, requestId: number): Promise<BuildRequirement[]> {
  const rows: { content: BuildRequirement[] }[] = await manager.query(
    `SELECT "content" FROM "request_build_requirements" WHERE "request_id" = $1`,
    [requestId],
  );
  return rows[0]?.content ?? [];
}
