import type { EntityManager } from 'typeorm';
import type { BuildMode } from '../../packages/index.js';
import { fillTemplate, type ServedTemplate, type ServedValues } from './served-template.js';

/** An environment variable as a request keeps it until it fails or becomes stale: it may hold credentials. */
export interface ServedVariable {
  name: string;
  kind: 'path' | 'literal';
  mode: BuildMode;
  /** Only for those who ask for this client. */
  client?: 'uv';
  /** Only where the service is reached by plain http. */
  plainHttpOnly?: true;
  template: ServedTemplate;
}

/** For whom variables are. */
export interface VariableChoice {
  mode: BuildMode;
  /** A program that needs variables besides the usual ones. */
  client?: 'uv';
}

/** Name → value and kind, by name. */
export type ShownVariables = Map<string, { value: string; kind: string }>;

/** Replaces the templates of a request, in the caller's transaction; of several for the same the last one counts. */
export async function saveVariableTemplates(
  manager: EntityManager,
  requestId: number,
  variables: readonly ServedVariable[],
): Promise<void> {
  await removeVariableTemplates(manager, requestId);
  const last = new Map(variables.map((each) => [JSON.stringify([each.mode, each.client, each.name]), each]));
  const kept = [...last.values()];
  if (kept.length === 0) return;
  await manager.query(
    `INSERT INTO "request_variable_template"
       ("request_id", "mode", "client", "name", "kind", "plain_http_only", "template")
     SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::json[])`,
    [
      requestId,
      kept.map(({ mode }) => mode),
      kept.map(({ client }) => client ?? ''),
      kept.map(({ name }) => name),
      kept.map(({ kind }) => kind),
      kept.map(({ plainHttpOnly }) => plainHttpOnly ?? false),
      kept.map(({ template }) => JSON.stringify(template)),
    ],
  );
}

export async function removeVariableTemplates(manager: EntityManager, requestId: number): Promise<void> {
  await manager.query(`DELETE FROM "request_variable_template" WHERE "request_id" = $1`, [requestId]);
}

/**
 * The variables of requests as they are shown; requests without any are missing. One query, however many requests.
 * What an administrator or a worker has set stands over a template of the same name.
 */
export async function readVariables(
  manager: EntityManager,
  requestIds: readonly number[],
  { mode, client }: VariableChoice,
  values: ServedValues,
): Promise<Map<number, ShownVariables>> {
  const rows: VariableRow[] = await manager.query(SELECT_VARIABLES, [requestIds, mode, client ?? '']);
  const isPlainHttp = values.publicUrl.startsWith('http:');
  const shown = new Map<number, ShownVariables>();
  for (const { request_id: id, name, kind, value, template, plain_http_only: plainHttpOnly } of rows) {
    if (plainHttpOnly && !isPlainHttp) continue;
    const own = shown.get(id) ?? new Map();
    shown.set(id, own.set(name, { value: template === null ? value : fillTemplate(template, values), kind }));
  }
  return shown;
}

interface VariableRow {
  request_id: number;
  name: string;
  kind: string;
  value: string;
  template: ServedTemplate | null;
  plain_http_only: boolean;
}

/** Of several of one name the last one counts. */
const SELECT_VARIABLES = `
  SELECT "request_id", "name", "kind", "value", "template", "plain_http_only" FROM (
    SELECT l."request_id", v."name", v."kind", v."value", NULL::json AS "template", false AS "plain_http_only",
      2 AS "rank", v."id"
    FROM "request_environment_variable" l JOIN "environment_variable" v ON v."id" = l."environment_variable_id"
    WHERE l."request_id" = ANY($1::integer[]) AND l."mode" = $2
    UNION ALL
    SELECT "request_id", "name", "kind", '', "template", "plain_http_only", CASE "client" WHEN '' THEN 0 ELSE 1 END, 0
    FROM "request_variable_template"
    WHERE "request_id" = ANY($1::integer[]) AND "mode" = $2 AND "client" IN ('', $3)
  ) AS "all"
  ORDER BY "name" COLLATE "C", "rank", "id"`;
