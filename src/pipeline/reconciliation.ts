import { Injectable } from '@nestjs/common';
import { JobQueue } from '../queue/index.js';
import { RequestWork } from '../requests/index.js';

/** Ids per pass: a long queue is gone through over several passes. */
const PER_PASS = 1000;

/**
 * Puts requests back on the queue whose entry was lost: the process died between insert and enqueue, or the queue lost
 * its data. For those that are queued already nothing changes.
 */
@Injectable()
export class Reconciliation {
  private after = 0;

  constructor(
    private readonly work: RequestWork,
    private readonly queue: JobQueue,
  ) {}

  /** One pass. Returns how many ids were offered to the queue. */
  async run(): Promise<number> {
    const ids = await this.work.unclaimed(this.after, PER_PASS);
    for (const id of ids) await this.queue.enqueue(id);
    this.after = ids.length < PER_PASS ? 0 : ids[ids.length - 1];
    return ids.length;
  }
}
