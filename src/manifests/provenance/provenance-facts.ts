import type { EntityManager } from 'typeorm';
import { ValidationError } from '../../errors/index.js';
import { ResourceNotFound, timestampSql } from '../../http/index.js';
import { REQUEST_STATES, stateName } from '../../requests/index.js';
import type { ArchivedFile } from './resource-descriptor.js';
import type { ProvenanceFacts } from './statement.js';

/**
 * What the provenance of a complete or stale request says. Reads only what never changes. Throws the fixed 404, or
 * `ValidationError` for a request that has never been complete, or has no bundle.
 */
export async function readProvenanceFacts(manager: EntityManager, id: number): Promise<ProvenanceFacts> {
  const [row]: (Row | undefined)[] = await manager.query(SELECT_REQUEST, [id]);
  if (row === undefined) throw new ResourceNotFound();
  const { state, bundleSha256, finishedOn, ...facts } = row;
  checkState(state, finishedOn);
  if (bundleSha256 === null) {
    throw new ValidationError('The request has no bundle, or it expired before digests of bundles were kept');
  }
  const submodules: ProvenanceFacts['submodules'] = await manager.query(SELECT_SUBMODULES, [id]);
  const files: ArchivedFile[] = await manager.query(SELECT_FILES, [id]);
  return { ...facts, id, bundleSha256, finishedOn, submodules, files };
}

/** `finishedOn`: null if it has never been complete. */
function checkState(state: number, finishedOn: string | null): asserts finishedOn is string {
  const name = stateName(state);
  if (name !== 'complete' && name !== 'stale') {
    throw new ValidationError(
      `The request must be in the "complete" or "stale" state to have provenance; it is in the "${name}" state`,
    );
  }
  if (finishedOn === null) throw new ValidationError('The request became stale before it was complete');
}

interface Row extends Omit<ProvenanceFacts, 'id' | 'bundleSha256' | 'finishedOn' | 'submodules' | 'files'> {
  state: number;
  bundleSha256: string | null;
  finishedOn: string | null;
}

/** RFC 3339, in seconds. */
const seconds = (column: string): string => `left(${timestampSql(column)}, 19) || 'Z'`;

const SELECT_REQUEST = `
  SELECT r."state", r."repo", r."ref", r."packages", r."dependency_replacements" AS "replacements", r."offline",
    r."bundle_sha256" AS "bundleSha256", r."cachito_version" AS "toolVersion",
    ARRAY(SELECT m."name" FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
      WHERE l."request_id" = r."id" ORDER BY m."name" COLLATE "C") AS "packageManagers",
    ARRAY(SELECT f."name" FROM "request_flag" l JOIN "flag" f ON f."id" = l."flag_id"
      WHERE l."request_id" = r."id" ORDER BY f."name" COLLATE "C") AS "flags",
    ${seconds('coalesce(r."created", completed."first")')} AS "startedOn",
    ${seconds('completed."first"')} AS "finishedOn"
  FROM "request" r
    CROSS JOIN LATERAL (
      SELECT min(s."updated") AS "first" FROM "request_state" s
      WHERE s."request_id" = r."id" AND s."state" = ${REQUEST_STATES.complete}
    ) completed
  WHERE r."id" = $1`;

const SELECT_SUBMODULES = `
  SELECT c."name", c."version"
  FROM "request_package" p JOIN "component" c ON c."id" = p."component_id"
  WHERE p."request_id" = $1 AND c."type" = 'git-submodule' AND c."version" LIKE '%#%'
  ORDER BY c."name" COLLATE "C", c."version" COLLATE "C"`;

const SELECT_FILES = `
  SELECT a."ecosystem", a."name", a."version", a."upstream", a."sha256"
  FROM "artifact" a
  WHERE a."id" IN (
    SELECT m."artifact_id" FROM "request_package" p JOIN "dependency_set_member" m ON m."set_id" = p."dependency_set_id"
    WHERE p."request_id" = $1
  )
  ORDER BY a."upstream" COLLATE "C", a."ecosystem" COLLATE "C", a."name" COLLATE "C", a."version" COLLATE "C"`;
