import type { EntityManager } from 'typeorm';
import type { ConfigurationFile } from '../../packages/index.js';

/**
 * Stores the configuration files of a request for builds through the registry, in the caller's transaction; what is
 * stored with the same path and content is shared. A file of the same path is replaced.
 */
export async function saveConfigurationFiles(
  manager: EntityManager,
  requestId: number,
  files: readonly ConfigurationFile[],
): Promise<void> {
  const wanted = files.filter((file) => file.mode !== 'offline');
  if (wanted.length === 0) return;
  // Sorted, so that two transactions that insert the same new files cannot wait for each other.
  const byPath = [...new Map(wanted.map((file) => [file.path, file.template])).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const paths = byPath.map(([path]) => path);
  const columns = [paths, byPath.map(([, template]) => Buffer.from(template, 'utf8').toString('base64'))];
  await manager.query(
    `INSERT INTO "config_file_base64" ("path", "content")
     SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
    columns,
  );
  await manager.query(
    `DELETE FROM "request_config_file_base64" l USING "config_file_base64" f
     WHERE l."config_file_base64_id" = f."id" AND l."request_id" = $1 AND f."path" = ANY($2::text[])`,
    [requestId, paths],
  );
  await manager.query(
    `INSERT INTO "request_config_file_base64" ("request_id", "config_file_base64_id")
     SELECT $1, f."id" FROM unnest($2::text[], $3::text[]) AS k("path", "content")
       JOIN "config_file_base64" f ON f."path" = k."path" AND md5(f."content") = md5(k."content") AND f."content" = k."content"`,
    [requestId, ...columns],
  );
}
