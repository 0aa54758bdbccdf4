import type { DataSource } from 'typeorm';
import type { PackageManagerName } from '../../config/index.js';
import type { PackageConfigs } from '../rules/package-paths.js';
import type { ReplacementInput, RequestInputs } from '../rules/request-inputs.js';

interface InputsRow {
  repo: string;
  ref: string;
  packages: PackageConfigs;
  dependency_replacements: ReplacementInput[];
  labels: Record<string, string> | null;
  managers: PackageManagerName[];
  flags: string[];
}

/** What a request was submitted with; undefined when there is no such request. */
export async function readInputs(dataSource: DataSource, id: number): Promise<RequestInputs | undefined> {
  const rows: InputsRow[] = await dataSource.query(
    `SELECT r."repo", r."ref", r."packages", r."dependency_replacements", r."labels",
       ARRAY(SELECT m."name" FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
             WHERE l."request_id" = r."id" ORDER BY m."id") AS "managers",
       ARRAY(SELECT f."name" FROM "request_flag" l JOIN "flag" f ON f."id" = l."flag_id"
             WHERE l."request_id" = r."id" ORDER BY f."name") AS "flags"
     FROM "request" r WHERE r."id" = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    repo: row.repo,
    ref: row.ref,
    packageManagers: row.managers,
    packages: row.packages,
    flags: row.flags,
    replacements: row.dependency_replacements,
    labels: row.labels ?? undefined,
    offline: false,
    refreshTags: false,
  };
}
