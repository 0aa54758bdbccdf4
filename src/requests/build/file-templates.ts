import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import type { BuildMode } from '../../packages/index.js';
import type { ServedTemplate } from './served-template.js';

const gzipAsync = promisify<string, { level: number }, Buffer>(gzip);
const gunzipAsync = promisify<Buffer, Buffer>(gunzip);

/** A configuration file as a request keeps it until it fails or becomes stale: it may hold credentials. */
export interface ServedFile {
  /** Relative to the unpacked bundle. */
  path: string;
  mode: BuildMode;
  template: ServedTemplate;
}

/** Replaces the files of a request, in the caller's transaction. */
export async function saveTemplates(
  manager: EntityManager,
  requestId: number,
  files: readonly ServedFile[],
): Promise<void> {
  await removeTemplates(manager, requestId);
  for (const { mode, path, template } of files) {
    await manager.query(
      `INSERT INTO "request_configuration_file" ("request_id", "mode", "path", "template") VALUES ($1, $2, $3, $4)`,
      [requestId, mode, path, await gzipAsync(JSON.stringify(template), { level: constants.Z_BEST_SPEED })],
    );
  }
}

export async function removeTemplates(manager: EntityManager, requestId: number): Promise<void> {
  await manager.query(`DELETE FROM "request_configuration_file" WHERE "request_id" = $1`, [requestId]);
}

export async function readTemplates(
  manager: EntityManager,
  requestId: number,
  mode: BuildMode,
): Promise<{ path: string; template: ServedTemplate }[]> {
  const rows: { path: string; template: Buffer }[] = await manager.query(
    `SELECT "path", "template" FROM "request_configuration_file" WHERE "request_id" = $1 AND "mode" = $2`,
    [requestId, mode],
  );
  return Promise.all(
    rows.map(async ({ path, template }) => ({ path, template: JSON.parse((await gunzipAsync(template)).toString()) })),
  );
}
