import { Injectable } from '@nestjs/common';
import { BlobCollector, type CollectionOptions, type CollectionReport } from './blob-collector.js';
import { Expiry } from './expiry.js';
import { FleetLock } from './fleet-lock.js';
import { Housekeeping } from './housekeeping.js';
import { type PrunableSource, SourcePruning } from './source-pruning.js';

export interface PruneOptions {
  /** Sources that were last asked for before. */
  olderThan: Date;
  /** Looks at so many sources at most; undefined = all. */
  limit?: number;
  /** Remove; otherwise only look. */
  execute: boolean;
  signal?: AbortSignal;
}

/**
 * What administrators have done out of turn, by command or by call. Of a fleet, one process does each of these at a time,
 * also when it is time for it by itself: all return undefined at once while another one is at it.
 */
@Injectable()
export class Maintenance {
  constructor(
    private readonly lock: FleetLock,
    private readonly expiry: Expiry,
    private readonly housekeeping: Housekeeping,
    private readonly collector: BlobCollector,
    private readonly pruning: SourcePruning,
  ) {}

  /** Marks old requests as stale; returns how many. */
  expire(): Promise<number | undefined> {
    return this.lock.once('expiry', () => this.expiry.run());
  }

  /** Removes what has served its time and what crashed processes left behind. */
  tidy(): Promise<boolean | undefined> {
    return this.lock.once('housekeeping', async () => {
      await this.housekeeping.run();
      return true;
    });
  }

  /** Removes archived sources that nobody asked for in a long time, telling each; returns how many. */
  prune(options: PruneOptions, onSource: (source: PrunableSource) => void): Promise<number | undefined> {
    return this.lock.once('pruning', async () => {
      const { olderThan, limit, execute, signal } = options;
      let considered = 0;
      let count = 0;
      for await (const source of this.pruning.findAll(olderThan)) {
        signal?.throwIfAborted();
        if (considered++ === limit) break;
        if (execute && !(await this.pruning.remove(source, olderThan))) continue;
        onSource(source);
        count++;
      }
      return count;
    });
  }

  /** Frees blobs that nothing refers to. */
  collect(options: CollectionOptions): Promise<CollectionReport[] | undefined> {
    return this.lock.once('collection', () => this.collector.run(options));
  }
}
