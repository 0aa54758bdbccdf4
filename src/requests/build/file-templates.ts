import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import type { EntityManager } from 'typeorm';
import type { BuildMode } from '../../packages/index.js';

const gzipAsync = promisify<string, { level: number }, Buffer>(gzip);
const gunzipAsync = promisify<Buffer, Buffer>(gunzip);

/**
 * Text of a configuration file with the places that are filled in each time it is served: the public address of this
 * service (`https://host/base`, `//host/base` without its scheme, `https:` and `host/base` one by one, or `host` alone),
 * and where the unpacked bundle lies.
 */
export type ServedTemplate = readonly (string | ServedPlaceholder)[];

type ServedPlaceholder =
  | { fill: 'public-url' }
  | { fill: 'public-location' }
  | { fill: 'public-scheme' }
  | { fill: 'public-host' }
  | { fill: 'public-authority' }
  | { fill: 'bundle-directory'; relative: string };

/** A configuration file as a request keeps it until it fails or becomes stale: it may hold credentials. */
export interface ServedFile {
  /** Relative to the unpacked bundle. */
  path: string;
  mode: BuildMode;
  template: ServedTemplate;
}

/** What the places are filled with. */
export interface ServedValues {
  /** Without a slash at its end. */
  publicUrl: string;
  /** Absolute; undefined = addresses relative to the file. */
  bundleDirectory: string | undefined;
}

export function fillTemplate(template: ServedTemplate, { publicUrl, bundleDirectory }: ServedValues): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.fill === 'public-url') return publicUrl;
      const slashes = publicUrl.indexOf('//');
      if (part.fill === 'public-location') return publicUrl.slice(slashes);
      if (part.fill === 'public-scheme') return publicUrl.slice(0, slashes);
      if (part.fill === 'public-host') return publicUrl.slice(slashes + 2);
      if (part.fill === 'public-authority') return new URL(publicUrl).host;
      return bundleDirectory === undefined ? part.relative : `//${encodePath(bundleDirectory)}/`;
    })
    .join('');
}

/** As in a `file:` URL, without a slash at its end. */
function encodePath(directory: string): string {
  return directory.replace(/\/+$/, '').split('/').map(encodeURIComponent).join('/');
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
