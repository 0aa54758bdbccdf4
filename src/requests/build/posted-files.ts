import type { EntityManager } from 'typeorm';

/**
 * Gives a request configuration files (`content` is base64 text), in the caller's transaction. What has the same path
 * and content is stored once; a file of the same path is replaced.
 */
export async function linkConfigurationFiles(
  manager: EntityManager,
  requestId: number,
  files: readonly { path: string; content: string }[],
): Promise<void> {
  if (files.length === 0) return;
  // The last of several with the same path counts. Sorted, so that two transactions cannot wait for each other.
  const byPath = [...new Map(files.map(({ path, content }) => [path, content]))].sort(([a], [b]) => (a < b ? -1 : 1));
  const columns = [byPath.map(([path]) => path), byPath.map(([, content]) => content)];
  await manager.query(
    `INSERT INTO "config_file_base64" ("path", "content")
     SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
    columns,
  );
  await manager.query(
    `DELETE FROM "request_config_file_base64" l USING "config_file_base64" f
     WHERE l."config_file_base64_id" = f."id" AND l."request_id" = $1 AND f."path" = ANY($2::text[])`,
    [requestId, columns[0]],
  );
  await manager.query(
    `INSERT INTO "request_config_file_base64" ("request_id", "config_file_base64_id")
     SELECT $1, f."id" FROM unnest($2::text[], $3::text[]) AS g("path", "content")
     JOIN "config_file_base64" f
       ON f."path" = g."path" AND md5(f."content") = md5(g."content") AND f."content" = g."content"`,
    [requestId, ...columns],
  );
}
