import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BuildMode } from '../../packages/index.js';

/** The environment variables of requests: values shared by all, linked to each. */
@Injectable()
export class EnvironmentVariables {
  /**
   * Adds variables to those of a request for one way to build, in the caller's transaction; one of the same name is
   * replaced (last write wins).
   */
  async add(
    manager: EntityManager,
    requestId: number,
    variables: Readonly<Record<string, { value: string; kind: 'path' | 'literal' }>>,
    mode: BuildMode = 'registry',
  ): Promise<void> {
    // Sorted, so that two transactions that insert the same new values cannot wait for each other.
    const entries = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) return;
    const columns = [
      entries.map(([name]) => name),
      entries.map(([, variable]) => variable.value),
      entries.map(([, variable]) => variable.kind),
    ];
    await manager.query(
      `INSERT INTO "environment_variable" ("name", "value", "kind")
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      columns,
    );
    await manager.query(
      `DELETE FROM "request_environment_variable" l USING "environment_variable" v
       WHERE l."environment_variable_id" = v."id" AND l."request_id" = $1 AND l."mode" = $3
         AND v."name" = ANY($2::text[])`,
      [requestId, columns[0], mode],
    );
    await manager.query(
      `INSERT INTO "request_environment_variable" ("request_id", "mode", "environment_variable_id")
       SELECT $1, $5, v."id" FROM unnest($2::text[], $3::text[], $4::text[]) AS g("name", "value", "kind")
       JOIN "environment_variable" v
         ON v."name" = g."name" AND md5(v."value") = md5(g."value") AND v."value" = g."value" AND v."kind" = g."kind"`,
      [requestId, ...columns, mode],
    );
  }
}
