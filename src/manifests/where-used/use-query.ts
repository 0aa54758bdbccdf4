import { hiddenRequest, REQUEST_STATES, type RequestStateName } from '../../requests/index.js';
import type { ComponentTerms } from './search-terms.js';

/** Which uses; all conditions must hold. */
export interface UseFilter {
  dev?: boolean;
  state?: RequestStateName;
  /** `key:value`. */
  labels: readonly string[];
  /** Nothing of the request comes from one of these; none unless told. */
  hiddenHosts?: readonly string[];
}

/** Members of dependency sets: those that are one of these components, or come from one of these artifacts. */
export interface WantedMembers {
  column: 'component_id' | 'artifact_id';
  ids: readonly string[];
}

/** SQL and its parameters. */
export interface Statement {
  text: string;
  parameters: unknown[];
}

/** PEP 503: lower case, runs of `-`, `_` and `.` as one `-`. The text of the index `ix_component_python_name`. */
const indexName = (name: string): string => `lower(regexp_replace(${name}, '[-_.]+', '-', 'g') COLLATE "C")`;

/** Components by type and name, and by version if that is told: rows of `id` and `version`. */
export function wantedComponents({ types, name, isPythonName, version }: ComponentTerms): Statement {
  const { add, parameters } = collector();
  const conditions = isPythonName
    ? [`"type" = 'pip'`, `${indexName('"name"')} = ${indexName(`${add(name)}::text`)}`]
    : [`"type" = ANY(${add(types)}::text[])`, `"name" = ${add(name)}`];
  if (version !== undefined) conditions.push(`"version" = ${add(version)}`);
  return { text: `SELECT "id", "version" FROM "component" WHERE ${conditions.join(' AND ')}`, parameters };
}

/** Requests, by their ids, that are counted together. The database keeps statistics of just this division. */
const BLOCK = 1024;

/**
 * Counts uses by blocks of requests: rows of `block` and `uses`, in any order (asked for one, PostgreSQL would sort all
 * uses rather than the few blocks). Members are counted per set first, since many requests share one.
 */
export function countByBlock(wanted: WantedMembers, filter: UseFilter): Statement {
  const { add, parameters } = collector();
  const text = `
    SELECT p."request_id" / ${BLOCK} AS "block", sum(f."members")::float8 AS "uses"
    FROM (
      SELECT m."set_id", count(*)::integer AS "members" FROM "dependency_set_member" m
      WHERE ${memberConditions(wanted, filter, add)} GROUP BY m."set_id"
    ) AS f JOIN "request_package" p ON p."dependency_set_id" = f."set_id"
    WHERE ${['true', ...requestConditions(filter, add)].join(' AND ')}
    GROUP BY 1`;
  return { text, parameters };
}

/** What a page shows: `limit` uses behind `offset` others of the requests of blocks `first` (newest) to `last`. */
export interface Window {
  first: number;
  last: number;
  offset: number;
  limit: number;
}

/** Where a page lies among counted blocks, newest first; undefined when it lies behind all of them. */
export function windowOf(
  blocks: Iterable<{ block: number; uses: number }>,
  offset: number,
  limit: number,
): Window | undefined {
  let before = 0;
  let window: Window | undefined;
  for (const { block, uses } of blocks) {
    if (before >= offset + limit) break;
    if (before + uses > offset) window = { first: block, offset: offset - before, limit, ...window, last: block };
    before += uses;
  }
  return window;
}

/**
 * The uses of a window in their order, as far as indices tell: request, its package with its place, set, and place of
 * the member there.
 */
export function usesInWindow(wanted: WantedMembers, filter: UseFilter, window: Window): Statement {
  const { add, parameters } = collector();
  const conditions = [
    `p."request_id" >= ${add(window.last * BLOCK)} AND p."request_id" < ${add((window.first + 1) * BLOCK)}`,
    memberConditions(wanted, filter, add),
    ...requestConditions(filter, add),
  ];
  const text = `
    SELECT p."request_id", p."position" AS "package", p."component_id" AS "parent_id", p."path",
      m."set_id", m."position" AS "member"
    FROM "request_package" p JOIN "dependency_set_member" m ON m."set_id" = p."dependency_set_id"
    WHERE ${conditions.join(' AND ')}
    ORDER BY p."request_id" DESC, p."position", m."position"
    LIMIT ${add(window.limit)} OFFSET ${add(window.offset)}`;
  return { text, parameters };
}

type Add = (value: unknown) => string;

function collector(): { add: Add; parameters: unknown[] } {
  const parameters: unknown[] = [];
  return { parameters, add: (value) => `$${parameters.push(value)}` };
}

function memberConditions({ column, ids }: WantedMembers, { dev }: UseFilter, add: Add): string {
  const isWanted = `m."${column}" = ANY(${add(ids)}::bigint[])`;
  return dev === undefined ? isWanted : `${isWanted} AND coalesce(m."dev", false) = ${add(dev)}`;
}

/** On the requests of `p`. */
function requestConditions({ hiddenHosts = [], ...filter }: UseFilter, add: Add): string[] {
  const conditions = stateConditions(filter, add);
  if (hiddenHosts.length > 0) conditions.push(`NOT ${hiddenRequest('p."request_id"', add(hiddenHosts))}`);
  return conditions;
}

function stateConditions({ state, labels }: Pick<UseFilter, 'state' | 'labels'>, add: Add): string[] {
  if (state === undefined && labels.length === 0) return [];
  if (state === 'stale' && labels.length === 0) {
    // Nearly all are stale: it is quicker to leave out the others.
    const others = Object.values(REQUEST_STATES).filter((number) => number !== REQUEST_STATES.stale);
    return [
      `NOT EXISTS (
        SELECT FROM "request" r WHERE r."id" = p."request_id" AND r."state" = ANY(${add(others)}::smallint[])
      )`,
    ];
  }
  const conditions = labels.map((label) => `r."labels" @> ${add(labelObject(label))}::jsonb`);
  if (state !== undefined) conditions.push(`r."state" = ${add(REQUEST_STATES[state])}`);
  return [`p."request_id" IN (SELECT r."id" FROM "request" r WHERE ${conditions.join(' AND ')})`];
}

function labelObject(label: string): string {
  const colon = label.indexOf(':');
  return JSON.stringify({ [label.slice(0, colon)]: label.slice(colon + 1) });
}
