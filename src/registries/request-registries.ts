import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource, type EntityManager } from 'typeorm';
import type { PackageManagerName } from '../config/index.js';
import type { PipRepository, RegistryEntry } from '../packages/index.js';
import { REQUEST_STATE_CHANGED, REQUEST_STATES, type RequestStateChanged } from '../requests/index.js';
import { formatRegistryName, formatRepositoryName, REGISTRY_BASE } from './registry-name.js';
import { removeUnusedSets, saveRegistrySet } from './registry-sets.js';

/** How a build gets into the registry of its request. */
export interface RegistryAccess {
  username: string;
  /** A secret, stored here as a digest only. */
  password: string;
  /** Below the public base of the service, with a slash at its end. */
  path: string;
  /** The same for the parts of pip's registry. */
  repositoryPaths: Readonly<Record<PipRepository, string>>;
}

/**
 * The locked registries of requests: each serves the dependencies of one request for one package manager, nothing else,
 * to one user, until the request is stale.
 */
@Injectable()
export class RequestRegistries {
  private readonly logger = new Logger(RequestRegistries.name);

  constructor(private readonly dataSource: DataSource) {}

  /** New credentials for a registry that is about to be sealed. Stores nothing. */
  issue(requestId: number, packageManager: PackageManagerName): RegistryAccess {
    const username = formatRegistryName({ packageManager, requestId });
    return {
      username,
      password: randomBytes(16).toString('hex'),
      path: `${REGISTRY_BASE}/${username}/`,
      repositoryPaths: {
        hosted: `${REGISTRY_BASE}/${formatRepositoryName('hosted', requestId)}/`,
        raw: `${REGISTRY_BASE}/${formatRepositoryName('raw', requestId)}/`,
      },
    };
  }

  /**
   * Opens the registry with exactly these entries, within the transaction that completes the request. Content and
   * credentials of an earlier attempt end.
   */
  async seal(
    manager: EntityManager,
    requestId: number,
    packageManager: PackageManagerName,
    access: Pick<RegistryAccess, 'password'>,
    entries: readonly RegistryEntry[],
  ): Promise<void> {
    const setId = await saveRegistrySet(manager, entries);
    await manager.query(
      `INSERT INTO "request_registry" ("request_id", "package_manager", "set_id", "password_sha256")
       VALUES ($1, $2, $3, $4)
       ON CONFLICT ("request_id", "package_manager") DO UPDATE
         SET "set_id" = excluded."set_id", "password_sha256" = excluded."password_sha256"`,
      [requestId, packageManager, setId, createHash('sha256').update(access.password).digest('hex')],
    );
  }

  /** A request that failed or became stale loses its registries. Never throws: housekeeping takes what is left here. */
  @OnEvent(REQUEST_STATE_CHANGED)
  async onStateChanged(event: RequestStateChanged): Promise<void> {
    if (event.to !== 'failed' && event.to !== 'stale') return;
    try {
      await this.dataSource.query('DELETE FROM "request_registry" WHERE "request_id" = $1', [event.id]);
    } catch (error) {
      this.logger.warn(`The registries of request ${event.id} could not be removed: ${String(error)}`);
    }
  }

  /** For housekeeping: registries of requests that failed or are stale, and content that no registry serves. */
  async removeLeftovers(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM "request_registry" g USING "request" r
       WHERE r."id" = g."request_id" AND r."state" IN ($1, $2)`,
      [REQUEST_STATES.failed, REQUEST_STATES.stale],
    );
    while ((await this.dataSource.transaction(removeUnusedSets)) > 0);
  }
}
