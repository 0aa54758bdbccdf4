import { Injectable, Logger } from '@nestjs/common';
import { Cron, Interval } from '@nestjs/schedule';
import { Configuration } from '../../config/index.js';
import { Reconciliation } from '../reconciliation.js';
import { TemporaryFiles } from '../temporary-files.js';
import { BlobCollector } from './blob-collector.js';
import { Expiry } from './expiry.js';
import { FleetLock, type FleetTask } from './fleet-lock.js';
import { Housekeeping } from './housekeeping.js';
import { SourcePruning } from './source-pruning.js';

const MINUTE = 60_000;

/** What runs by itself in every worker process; of a fleet, one process does each task at a time, unless it is about its own host. */
@Injectable()
export class Schedule {
  private readonly logger = new Logger(Schedule.name);

  constructor(
    private readonly configuration: Configuration,
    private readonly lock: FleetLock,
    private readonly reconciliation: Reconciliation,
    private readonly expiry: Expiry,
    private readonly housekeeping: Housekeeping,
    private readonly collector: BlobCollector,
    private readonly pruning: SourcePruning,
    private readonly temporaryFiles: TemporaryFiles,
  ) {}

  /** Often: a queue that has lost its data stands still until then. */
  @Interval(15_000)
  async reconcile(): Promise<void> {
    await this.perform('reconciliation', () => this.reconciliation.run());
  }

  @Interval(10 * MINUTE)
  async expire(): Promise<void> {
    await this.perform('expiry', async () => {
      const count = await this.expiry.run();
      if (count > 0) this.logger.log(`${count} requests have expired`);
    });
  }

  @Interval(15 * MINUTE)
  async tidy(): Promise<void> {
    await this.perform('housekeeping', () => this.housekeeping.run());
  }

  /** In every process: scratch lies on its host. What a process left behind that was killed goes within a minute or two. */
  @Interval(MINUTE)
  async removeScratch(): Promise<void> {
    if (this.configuration.role === 'api') return;
    try {
      await this.temporaryFiles.removeScratch();
    } catch (error) {
      this.logger.warn(`Scratch was not removed, and is tried again: ${String(error)}`);
    }
  }

  @Cron('17 3 * * *')
  async collect(): Promise<void> {
    await this.perform('collection', async () => {
      for (const report of await this.collector.run({ execute: true })) {
        if (report.deleted > 0) this.logger.log(`${report.deleted} blobs freed in store ${report.store}`);
      }
    });
  }

  /** Only where the operator wants it: sources are archived for ever otherwise. */
  @Cron('47 2 * * 0')
  async prune(): Promise<void> {
    const { pruneArchives, archivesDefaultAge } = this.configuration.worker;
    if (!pruneArchives) return;
    await this.perform('pruning', async () => {
      const olderThan = new Date(Date.now() - archivesDefaultAge);
      let count = 0;
      for await (const source of this.pruning.findAll(olderThan)) {
        if (await this.pruning.remove(source, olderThan)) count++;
      }
      if (count > 0) this.logger.log(`${count} archived sources were pruned`);
    });
  }

  private async perform(task: FleetTask, work: () => Promise<unknown>): Promise<void> {
    if (this.configuration.role === 'api') return;
    try {
      await this.lock.once(task, work);
    } catch (error) {
      this.logger.error(`The scheduled ${task} failed and is tried again next time: ${String(error)}`);
    }
  }
}
