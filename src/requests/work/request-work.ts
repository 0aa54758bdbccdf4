import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type PackageManagerName, VERSION } from '../../config/index.js';
import { Notifications } from '../../database/index.js';
import {
  Catalogue,
  countDependencies,
  type ReportedEdge,
  type ReportedPackage,
  type SavedPackage,
} from '../../dependencies/index.js';
import { describeError } from '../../errors/index.js';
import { redactSecrets } from '../../observability/index.js';
import type { BuildMode, BuildRequirement, Flag, PackageConfig, Replacement } from '../../packages/index.js';
import { saveBuildRequirements } from '../build/build-requirements.js';
import { EnvironmentVariables } from '../build/environment-variables.js';
import { saveTemplates, type ServedFile } from '../build/file-templates.js';
import { saveVariableTemplates, type ServedVariable } from '../build/served-variables.js';
import { REQUEST_CHANNEL, type RequestNotification } from '../notifications.js';
import { REASONS, REQUEST_STATES } from '../request-state.js';
import { RequestStates } from '../states/request-states.js';
import { UNKNOWN_HOST } from '../visibility/hosts.js';
import type { Claim, ClaimedRequest, Refusal, WorkProgress } from './claimed-request.js';
import { packageConfigs, replacementsOf } from './stored-inputs.js';

/** How long a claim holds without being renewed, and how often its holder should renew it. */
export const LEASE = { duration: 10_000, heartBeat: 3_000 } as const;

/** What the work on a request has found out. */
export interface WorkResult {
  packages: readonly ReportedPackage[];
  edges: readonly ReportedEdge[];
  /** Variables for builds through the registry, and for those offline. */
  environment: Readonly<Record<BuildMode, Readonly<Record<string, { value: string; kind: 'path' | 'literal' }>>>>;
  /** Further ones, which are filled in each time they are served. */
  variables: readonly ServedVariable[];
  files: readonly ServedFile[];
  /** What the archived source distributions of Python need to be built. */
  buildRequirements: readonly BuildRequirement[];
  /** Id of the archived source. */
  sourceId: number;
  /** Of the bundle; the evidence knows it when the bundle is gone. */
  bundleSha256: string;
  /** Joins the transaction of completion: what other rooms keep of a finished request. */
  within: (manager: EntityManager) => Promise<void>;
}

/**
 * The work on requests as their rows see it: who may work, until when, how far it is, how it ended. Every write says
 * `WHERE attempt = n`, so a worker that lost its claim can do no harm.
 */
@Injectable()
export class RequestWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly states: RequestStates,
    private readonly catalogue: Catalogue,
    private readonly environmentVariables: EnvironmentVariables,
    private readonly notifications: Notifications,
  ) {}

  /** Claims a request for `owner`, who can do the package managers `abilities`. */
  async claim(id: number, owner: string, abilities: readonly PackageManagerName[]): Promise<Refusal | ClaimedRequest> {
    return this.dataSource.transaction(async (manager) => {
      const locked: { state: number; leased: boolean }[] = await manager.query(LOCK, [id]);
      if (locked.length === 0 || locked[0].state !== REQUEST_STATES.in_progress) return 'gone';
      if (locked[0].leased) return 'busy';
      const [row]: ClaimRow[] = await manager.query(READ, [id]);
      if (!row.managers.every((name) => abilities.includes(name))) return 'unable';
      const [updated]: [{ attempt: number; crashes: number }[], number] = await manager.query(CLAIM, [
        id,
        owner,
        LEASE.duration,
      ]);
      return claimedRequest(id, owner, row, updated[0]);
    });
  }

  /** Prolongs a claim; false when it was lost. */
  async renew(claim: Claim): Promise<boolean> {
    const [, count]: [unknown, number] = await this.dataSource.query(
      `UPDATE "request" SET "lease_expires" = clock_timestamp() + $4 * interval '1 millisecond'
       WHERE "id" = $1 AND "attempt" = $2 AND "lease_owner" = $3 AND "state" = ${REQUEST_STATES.in_progress}`,
      [claim.id, claim.attempt, claim.owner, LEASE.duration],
    );
    return count === 1;
  }

  /** Gives a claim back, unfinished, so that another worker can take it at once. */
  async release(claim: Claim): Promise<void> {
    await this.dataSource.query(
      `UPDATE "request" SET "lease_owner" = NULL, "lease_expires" = NULL
       WHERE "id" = $1 AND "attempt" = $2 AND "lease_owner" = $3`,
      [claim.id, claim.attempt, claim.owner],
    );
  }

  /**
   * Records hosts that something of the request is fetched from, its repository's among them: before it is fetched where
   * they are known by then. They stay recorded, and decide who sees the request.
   */
  async recordHosts(claim: Claim, hosts: readonly string[]): Promise<void> {
    await this.dataSource.query(RECORD_HOSTS, [claim.id, claim.attempt, hosts, UNKNOWN_HOST]);
  }

  /** Begins a phase: shown as `state_reason`, one row in the history. Throws `ClaimLost`. */
  async phase(claim: Claim, text: string): Promise<void> {
    const reason = redactSecrets(text);
    await this.states.change(claim.id, { state: 'in_progress', reason }, { attempt: claim.attempt });
  }

  /** Overwrites the progress row, if the claim still holds, and tells all processes. */
  async progress(claim: Claim, progress: WorkProgress, text: string): Promise<void> {
    await this.dataSource.query(WRITE_PROGRESS, [
      claim.id,
      claim.attempt,
      progress.step,
      progress.packageManager ?? null,
      progress.done,
      progress.total,
      progress.unit,
      redactSecrets(text),
    ]);
    const notification: RequestNotification = { id: claim.id, kind: 'progress' };
    await this.notifications.publish(REQUEST_CHANNEL, notification);
  }

  /** Saves everything and completes the request, in one transaction. Throws `ClaimLost`, `InvalidRequestData`. */
  async complete(claim: Claim, result: WorkResult): Promise<void> {
    const dependenciesCount = await countDependencies(result.packages);
    await this.states.change(
      claim.id,
      {
        state: 'complete',
        reason: REASONS.complete,
        packagesCount: result.packages.length,
        dependenciesCount,
        environmentVariables: { ...result.environment.registry },
      },
      {
        attempt: claim.attempt,
        within: async (manager) => {
          const saved = await this.catalogue.save(manager, result.packages, result.edges);
          await savePackages(manager, claim.id, saved);
          await this.environmentVariables.add(manager, claim.id, result.environment.offline, 'offline');
          await saveVariableTemplates(manager, claim.id, result.variables);
          await saveTemplates(manager, claim.id, result.files);
          await saveBuildRequirements(manager, claim.id, result.buildRequirements);
          await manager.query(RECORD_RESULT, [claim.id, result.sourceId, result.bundleSha256, VERSION]);
          await result.within(manager);
        },
      },
    );
  }

  /** Fails the request with the error's type, origin and message, without secrets. Throws `ClaimLost`. */
  async fail(claim: Claim, error: unknown): Promise<void> {
    const { errorType, origin, message } = describeError(error);
    const reason = redactSecrets(message);
    await this.states.change(
      claim.id,
      { state: 'failed', reason, error: { origin, errorType } },
      { attempt: claim.attempt },
    );
  }

  /** Requests in progress that nobody holds, by id ascending: those whose delivery may have been lost. */
  async unclaimed(after: number, limit: number): Promise<number[]> {
    const rows: { id: number }[] = await this.dataSource.query(
      `SELECT "id" FROM "request"
       WHERE "state" = ${REQUEST_STATES.in_progress} AND "id" > $1
         AND ("lease_expires" IS NULL OR "lease_expires" < clock_timestamp())
       ORDER BY "id" LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => row.id);
  }

  /** Of those among `ids` that are in progress, which attempt is the latest: nobody else may work on them any more. */
  async currentAttempts(ids: readonly number[]): Promise<Map<number, number>> {
    const rows: { id: number; attempt: number }[] = await this.dataSource.query(
      `SELECT "id", "attempt" FROM "request"
       WHERE "id" = ANY ($1::integer[]) AND "state" = ${REQUEST_STATES.in_progress}`,
      [ids],
    );
    return new Map(rows.map(({ id, attempt }) => [id, attempt]));
  }
}

const RECORD_HOSTS = `
  UPDATE "request" SET "source_hosts" =
    ARRAY(SELECT DISTINCT unnest(array_remove("source_hosts", $4) || $3::text[]) ORDER BY 1)
  WHERE "id" = $1 AND "attempt" = $2 AND "state" = ${REQUEST_STATES.in_progress} AND NOT "source_hosts" @> $3::text[]`;

const RECORD_RESULT = `
  UPDATE "request" SET "source_id" = $2, "bundle_sha256" = $3, "cachito_version" = $4 WHERE "id" = $1`;

const LOCK = `
  SELECT "state", coalesce("lease_expires" >= clock_timestamp(), false) AS "leased"
  FROM "request" WHERE "id" = $1 FOR UPDATE`;

interface ClaimRow {
  repo: string;
  ref: string;
  packages: Record<string, unknown>;
  dependency_replacements: Record<string, string>[];
  offline: boolean;
  refresh_tags: boolean;
  managers: PackageManagerName[];
  flags: Flag[];
}

const READ = `
  SELECT r."repo", r."ref", r."packages", r."dependency_replacements", r."offline", r."refresh_tags",
    ARRAY(SELECT m."name" FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
      WHERE l."request_id" = r."id" ORDER BY m."id") AS "managers",
    ARRAY(SELECT f."name" FROM "request_flag" l JOIN "flag" f ON f."id" = l."flag_id"
      WHERE l."request_id" = r."id" ORDER BY f."name") AS "flags"
  FROM "request" r WHERE r."id" = $1`;

/** An owner that is still there has left without a word. */
const CLAIM = `
  UPDATE "request" SET "attempt" = "attempt" + 1, "crashes" = "crashes" + ("lease_owner" IS NOT NULL)::integer,
    "lease_owner" = $2, "lease_expires" = clock_timestamp() + $3 * interval '1 millisecond',
    "started" = coalesce("started", clock_timestamp())
  WHERE "id" = $1 RETURNING "attempt", "crashes"`;

const WRITE_PROGRESS = `
  INSERT INTO "request_progress" ("request_id", "step", "package_manager", "done", "total", "unit", "text")
  SELECT "id", $3::text, $4::text, $5::bigint, $6::bigint, $7::text, $8::text FROM "request"
  WHERE "id" = $1 AND "attempt" = $2 AND "state" = ${REQUEST_STATES.in_progress} FOR UPDATE
  ON CONFLICT ("request_id") DO UPDATE SET "step" = excluded."step", "package_manager" = excluded."package_manager",
    "done" = excluded."done", "total" = excluded."total", "unit" = excluded."unit", "text" = excluded."text",
    "updated" = clock_timestamp() AT TIME ZONE 'utc'`;

function claimedRequest(
  id: number,
  owner: string,
  row: ClaimRow,
  { attempt, crashes }: { attempt: number; crashes: number },
): ClaimedRequest {
  return {
    id,
    owner,
    attempt,
    crashes,
    repo: row.repo,
    ref: row.ref,
    packageManagers: row.managers,
    packages: packageConfigs(row.packages) satisfies Partial<Record<PackageManagerName, readonly PackageConfig[]>>,
    flags: new Set(row.flags),
    replacements: replacementsOf(row.dependency_replacements) satisfies Replacement[],
    offline: row.offline,
    refreshTags: row.refresh_tags,
  };
}

async function savePackages(manager: EntityManager, id: number, saved: readonly SavedPackage[]): Promise<void> {
  await manager.query(
    `INSERT INTO "request_package" ("request_id", "position", "component_id", "path", "dependency_set_id")
     SELECT $1, k."place" - 1, k."component_id", k."path", k."set_id"
     FROM unnest($2::bigint[], $3::text[], $4::bigint[]) WITH ORDINALITY
       AS k("component_id", "path", "set_id", "place")`,
    [
      id,
      saved.map((each) => each.componentId),
      saved.map((each) => each.path),
      saved.map((each) => each.dependencySetId),
    ],
  );
}
