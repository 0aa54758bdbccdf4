import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Fleet } from './fleet.js';

const DAY = 24 * 60 * 60 * 1000;
const PROGRAM = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

/** Rows that only work in progress has, by what they are. Nothing of it must be left when all is done. */
export async function orphanRows(fleet: Fleet): Promise<Record<string, number>> {
  const count = async (what: string, sql: string): Promise<[string, number]> => {
    const [{ count: found }] = await fleet.query<{ count: number }>(`SELECT count(*)::int AS "count" FROM ${sql}`);
    return [what, found];
  };
  return Object.fromEntries([
    await count('jobs', '"job"'),
    await count('leases', '"request" WHERE "lease_owner" IS NOT NULL OR "lease_expires" IS NOT NULL'),
    await count('progress', '"request_progress"'),
    await count('request without bundle', `"request" r WHERE NOT EXISTS (SELECT FROM "request_bundle" b WHERE b."request_id" = r."id")`),
    await count('bundles without request', `"bundle" b WHERE NOT EXISTS (SELECT FROM "request_bundle" r WHERE r."recipe_sha256" = b."recipe_sha256")`),
    await count('dependency sets without package', `"dependency_set" s WHERE NOT EXISTS (SELECT FROM "request_package" p WHERE p."dependency_set_id" = s."id")`),
    await count('states without request', `"request_state" s WHERE NOT EXISTS (SELECT FROM "request" r WHERE r."id" = s."request_id")`),
    ['jobs in Redis', await jobsInRedis(fleet)],
  ]);
}

/** Jobs in whatever state: each has a hash of its own. */
async function jobsInRedis({ redis }: Fleet): Promise<number> {
  if (redis === undefined) return 0;
  const keys = (await redis.command('--scan', '--pattern', 'cachito:*')).split('\n').filter(Boolean);
  const types = await Promise.all(keys.map(async (key) => [key, await redis.command('TYPE', key)]));
  return types.filter(([, type]) => type === 'hash').length;
}

/** The lock file of a mirror whose holder was killed: at most one for each, and the next user takes it over. */
const LOCK_OF_A_MIRROR = /^[0-9a-f]{64}\.lock$/;
/** Beside a mirror that was being written when its worker was killed: the next user throws that mirror away whole. */
const MARK_OF_A_BROKEN_MIRROR = '.fetching';

/** Unfinished files of the whole fleet: scratch, half-written blobs, what git was receiving, git's locks. */
export async function unfinishedFiles(fleet: Fleet): Promise<string[]> {
  const stores = storesOf(fleet).map((directory) => join(directory, 'tmp'));
  const scratch = fleet.workerDirectories.map((directory) => join(directory, 'temporary'));
  const names = await Promise.all([...stores, ...scratch].map((directory) => below(directory)));
  const mirrors = await Promise.all(fleet.workerDirectories.map((directory) => below(join(directory, 'mirrors'))));
  const uploads = (await fleet.s3?.unfinishedUploads()) ?? [];
  return [...uploads, ...names.flat(), ...mirrors.flatMap(unfinishedIn)];
}

function unfinishedIn(mirrors: readonly string[]): string[] {
  const isBroken = (file: string): boolean => mirrors.includes(`${file.split('/')[0]}${MARK_OF_A_BROKEN_MIRROR}`);
  return mirrors.filter((file) => /tmp_|\.lock$/.test(file) && !LOCK_OF_A_MIRROR.test(file) && !isBroken(file));
}

/** Dead processes leave something; the living remove it, a while after. */
export async function unfinishedFilesInTheEnd(fleet: Fleet): Promise<string[]> {
  for (const end = Date.now() + 150_000; Date.now() < end; await wait(200)) {
    if ((await unfinishedFiles(fleet)).length === 0) return [];
  }
  return unfinishedFiles(fleet);
}

/**
 * Blobs that nothing refers to, freed by the command when their grace period is over: numbers before and after. A bucket
 * tells its own times, so in there all is young, and nothing is freed.
 */
export async function collectBlobs(fleet: Fleet): Promise<{ before: number; after: number }> {
  await Promise.all(storesOf(fleet).map(makeOld));
  const before = await collect(fleet, '--execute');
  return { before, after: await collect(fleet) };
}

async function collect(fleet: Fleet, ...options: string[]): Promise<number> {
  const env = { PATH: process.env.PATH, CACHITO_ROLE: 'api', ...fleet.variables };
  const { stdout } = await execa(process.execPath, [PROGRAM, 'collect-blobs', ...options], { env, extendEnv: false });
  return [...stdout.matchAll(/nothing refers to (\d+)/g)].reduce((sum, [, found]) => sum + Number(found), 0);
}

function storesOf(fleet: Fleet): string[] {
  const { CACHITO_SOURCES_DIR: sources, CACHITO_BUNDLES_DIR: bundles } = fleet.variables;
  return [sources, bundles].filter((directory) => directory !== undefined);
}

async function makeOld(directory: string): Promise<void> {
  const then = new Date(Date.now() - 2 * DAY);
  for (const file of await below(directory)) await utimes(join(directory, file), then, then);
}

async function below(directory: string): Promise<string[]> {
  return readdir(directory, { recursive: true }).catch(() => []);
}
