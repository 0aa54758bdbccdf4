import type { EntityManager } from 'typeorm';
import { timestampSql } from '../../http/index.js';
import { readVariables, type ShownVariables } from '../build/served-variables.js';
import { REQUEST_STATES, stateName } from '../request-state.js';
import type { CommonView, StateView } from './request-view.js';

/** What a request's own row and its one-to-one rows say. */
export interface RequestRow {
  id: number;
  repo: string;
  ref: string;
  created: string | null;
  username: string | null;
  submitted_by: string | null;
  state: number;
  state_reason: string;
  updated: string;
  origin: string | null;
  error_type: string | null;
  labels: Record<string, string> | null;
  packages_count: number | null;
  dependencies_count: number | null;
}

/**
 * While a request is in progress, `state_reason` and `updated` show its progress row when that is newer than the newest
 * row of the history: progress is overwritten every second, the history keeps one row per phase.
 */
const SELECT_REQUESTS = `
  SELECT r."id", r."repo", r."ref", ${timestampSql('r."created"')} AS "created", u."username",
    b."username" AS "submitted_by", r."state", e."origin", e."error_type", r."labels",
    r."packages_count", r."dependencies_count",
    CASE WHEN p."text" IS NULL THEN s."state_reason" ELSE p."text" END AS "state_reason",
    ${timestampSql('coalesce(p."updated", s."updated")')} AS "updated"
  FROM "request" r
    JOIN "request_state" s ON s."id" = r."request_state_id"
    LEFT JOIN "user" u ON u."id" = r."user_id"
    LEFT JOIN "user" b ON b."id" = r."submitted_by_id"
    LEFT JOIN "request_error" e ON e."request_id" = r."id"
    LEFT JOIN "request_progress" p
      ON p."request_id" = r."id" AND r."state" = ${REQUEST_STATES.in_progress} AND p."updated" > s."updated"
  WHERE r."id" = ANY($1::integer[])`;

const SELECT_MANAGERS = `
  SELECT l."request_id", m."name"
  FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
  WHERE l."request_id" = ANY($1::integer[]) ORDER BY m."id"`;

const SELECT_FLAGS = `
  SELECT l."request_id", f."name" FROM "request_flag" l JOIN "flag" f ON f."id" = l."flag_id"
  WHERE l."request_id" = ANY($1::integer[]) ORDER BY f."name" COLLATE "C"`;

const SELECT_HISTORY = `
  SELECT "request_id", "state", "state_reason", ${timestampSql('"updated"')} AS "updated"
  FROM "request_state" WHERE "request_id" = ANY($1::integer[]) ORDER BY "request_state"."updated" DESC, "id" DESC`;

/** The rows of requests, by id; those that do not exist are missing. One query. */
export async function readRequests(manager: EntityManager, ids: readonly number[]): Promise<Map<number, RequestRow>> {
  const rows: RequestRow[] = await manager.query(SELECT_REQUESTS, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

export interface Associations {
  managers: Map<number, string[]>;
  flags: Map<number, string[]>;
  variables: Map<number, ShownVariables>;
}

/** What both views show beside the row: one query per association. */
export async function readAssociations(
  manager: EntityManager,
  ids: readonly number[],
  publicUrl: string,
): Promise<Associations> {
  const managers: { request_id: number; name: string }[] = await manager.query(SELECT_MANAGERS, [ids]);
  const flags: { request_id: number; name: string }[] = await manager.query(SELECT_FLAGS, [ids]);
  const values = { publicUrl, bundleDirectory: undefined };
  return {
    managers: group(managers, ({ name }) => name),
    flags: group(flags, ({ name }) => name),
    variables: await readVariables(manager, ids, { mode: 'registry' }, values),
  };
}

/** The history of requests, newest first; rows of the same time by id. One query. */
export async function readHistory(manager: EntityManager, ids: readonly number[]): Promise<Map<number, StateView[]>> {
  const rows: { request_id: number; state: number; state_reason: string; updated: string }[] = await manager.query(
    SELECT_HISTORY,
    [ids],
  );
  return group(rows, ({ state, state_reason, updated }) => ({ state: stateName(state), state_reason, updated }));
}

export function commonView(row: RequestRow, associations: Associations): CommonView {
  return {
    id: row.id,
    repo: row.repo,
    ref: row.ref,
    created: row.created,
    pkg_managers: associations.managers.get(row.id) ?? [],
    user: row.username,
    submitted_by: row.submitted_by,
    environment_variables: valuesOf(associations.variables.get(row.id)),
    flags: associations.flags.get(row.id) ?? [],
    state: stateName(row.state),
    state_reason: row.state_reason,
    updated: row.updated,
    ...(row.origin === null || row.error_type === null ? {} : { error_origin: row.origin, error_type: row.error_type }),
    ...(row.labels === null || Object.keys(row.labels).length === 0 ? {} : { labels: row.labels }),
  };
}

function valuesOf(variables: ShownVariables = new Map()): Record<string, string> {
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

function group<Row extends { request_id: number }, Item>(
  rows: readonly Row[],
  item: (row: Row) => Item,
): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const row of rows) {
    const present = groups.get(row.request_id);
    if (present === undefined) groups.set(row.request_id, [item(row)]);
    else present.push(item(row));
  }
  return groups;
}
