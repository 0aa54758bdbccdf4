import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Configuration } from '../../config/index.js';
import { Catalogue } from '../../dependencies/index.js';
import { RequestRegistries } from '../../registries/index.js';
import { removeExpiredKeys, REQUEST_STATES } from '../../requests/index.js';
import { TemporaryFiles } from '../temporary-files.js';
import { WorkerRegistry } from '../worker-registry.js';

/** Removes what has served its time and what crashed processes left behind. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly configuration: Configuration,
    private readonly dataSource: DataSource,
    private readonly catalogue: Catalogue,
    private readonly temporaryFiles: TemporaryFiles,
    private readonly workers: WorkerRegistry,
    private readonly registries: RequestRegistries,
  ) {}

  async run(): Promise<void> {
    await removeExpiredKeys(this.dataSource.manager);
    await this.removeOldEvidence();
    await this.registries.removeLeftovers();
    await this.workers.forgetDead();
    await this.temporaryFiles.removeLeftovers();
  }

  /** Packages and dependencies of requests that have been stale for longer than evidence is kept. */
  private async removeOldEvidence(): Promise<void> {
    const { evidenceRetention } = this.configuration.worker;
    if (evidenceRetention === undefined) return;
    await this.dataSource.query(
      `DELETE FROM "request_package" p USING "request" r, "request_state" s
       WHERE p."request_id" = r."id" AND s."id" = r."request_state_id" AND r."state" = ${REQUEST_STATES.stale}
         AND s."updated" < (now() AT TIME ZONE 'utc') - $1::float8 * interval '1 millisecond'`,
      [evidenceRetention],
    );
    await this.catalogue.removeUnused();
  }
}
