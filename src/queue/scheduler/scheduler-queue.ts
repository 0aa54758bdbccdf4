import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { MessageBrokerError } from '../../errors/index.js';
import { redactSecrets } from '../../observability/index.js';
import { type JobHandler, type JobOutcome, JobQueue, type QueueDepth } from '../job-queue.js';
import { Refusals } from '../refusals.js';
import { type ClaimedJob, JobTable } from './job-table.js';
import { Signal } from './signal.js';

/** Milliseconds. */
export interface SchedulerTimes {
  /** After this long without a sign of life, a worker's id goes to another one. */
  lease: number;
  /** A fraction of the lease, so that two heart-beats may fail. */
  heartbeat: number;
  /** How often to look for ids that other processes have added, or that have become due. */
  poll: number;
}

const SCHEDULER_TIMES: SchedulerTimes = { lease: 10_000, heartbeat: 3_000, poll: 500 };

/** When a handler throws, against its contract, its id is delivered again after this long. */
const DELAY_AFTER_FAULT = 10_000;

interface Delivery {
  abort: AbortController;
  settled: Promise<void>;
}

/**
 * The queue in the database, for any number of processes: rows are claimed by `FOR UPDATE SKIP LOCKED` and leased; the
 * lease of a worker that died runs out. While the database is away it logs, waits and goes on; when it is back, leases
 * that ran out meanwhile count for one lease more, because those who hold them could not renew them.
 */
export class SchedulerQueue extends JobQueue {
  private readonly log = new Logger('Queue');
  private readonly table: JobTable;
  private readonly running = new Map<number, Delivery>();
  private readonly refusals = new Refusals();
  private readonly wake = new Signal();
  private handler: JobHandler | undefined;
  private concurrency = 0;
  private loop: Promise<void> = Promise.resolve();
  private heart: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;
  private failing = false;
  /** When leases that have run out say something again, a time of `performance.now()`. */
  private leasesCountFrom = 0;

  constructor(
    dataSource: DataSource,
    private readonly times: SchedulerTimes = SCHEDULER_TIMES,
  ) {
    super();
    this.table = new JobTable(dataSource, `${hostname()}:${process.pid}:${randomUUID()}`, times.lease);
  }

  override async enqueue(requestId: number, options: { priority?: number } = {}): Promise<void> {
    await orBrokerError(this.table.add(requestId, options.priority ?? 0));
    this.wake.raise();
  }

  override remove(requestId: number): Promise<void> {
    return orBrokerError(this.table.removeFree(requestId));
  }

  override depth(): Promise<QueueDepth> {
    return orBrokerError(this.table.depth());
  }

  override async check(): Promise<void> {
    await this.depth();
  }

  override pause(): Promise<void> {
    return orBrokerError(this.table.pause());
  }

  override isPaused(): Promise<boolean> {
    return orBrokerError(this.table.isPaused());
  }

  override async resume(): Promise<void> {
    await orBrokerError(this.table.resume());
    this.wake.raise();
  }

  override async start(handler: JobHandler, options: { concurrency: number }): Promise<void> {
    if (this.handler !== undefined || this.stopping !== undefined) throw new Error('The queue was started before');
    this.handler = handler;
    this.concurrency = options.concurrency;
    this.heart = setInterval(() => {
      this.beating ??= this.beat().finally(() => (this.beating = undefined));
    }, this.times.heartbeat);
    this.loop = this.run(handler);
  }

  override stop(handBack = AbortSignal.abort()): Promise<void> {
    this.stopping ??= this.end(handBack);
    return this.stopping;
  }

  private async end(handBack: AbortSignal): Promise<void> {
    this.wake.raise();
    const tell = (): void => {
      for (const { abort } of this.running.values()) abort.abort(new Error('The worker stops'));
    };
    if (handBack.aborted) tell();
    else handBack.addEventListener('abort', tell, { once: true });
    await this.loop;
    // The heart beats on until the last handler has let go.
    await Promise.all([...this.running.values()].map(({ settled }) => settled));
    handBack.removeEventListener('abort', tell);
    clearInterval(this.heart);
    await this.beating;
  }

  private async run(handler: JobHandler): Promise<void> {
    while (this.stopping === undefined) {
      const free = this.concurrency - this.running.size;
      const claimed = free > 0 ? await this.claim(free) : [];
      for (const job of claimed) this.deliver(job, handler);
      if (claimed.length === 0) await this.wake.wait(this.times.poll);
    }
  }

  private async claim(limit: number): Promise<ClaimedJob[]> {
    try {
      const except = [...this.running.keys(), ...this.refusals.current()];
      const leasesCount = !this.failing && performance.now() >= this.leasesCountFrom;
      const claimed = await this.table.claim(limit, except, leasesCount);
      if (this.failing) {
        this.log.log('The queue works again');
        this.leasesCountFrom = performance.now() + this.times.lease;
      }
      this.failing = false;
      return claimed;
    } catch (error) {
      // Once per outage: the next look is only half a second away.
      if (!this.failing) this.log.error(`The queue cannot be read, trying again: ${textOf(error)}`);
      this.failing = true;
      return [];
    }
  }

  private deliver(job: ClaimedJob, handler: JobHandler): void {
    const abort = new AbortController();
    if (this.stopping !== undefined) abort.abort(new Error('The worker stops'));
    const settled = this.handle(job, handler, abort.signal).finally(() => {
      this.running.delete(job.requestId);
      this.wake.raise();
    });
    this.running.set(job.requestId, { abort, settled });
  }

  private async handle(job: ClaimedJob, handler: JobHandler, signal: AbortSignal): Promise<void> {
    const { requestId } = job;
    const outcome = await this.outcomeOf(requestId, handler, signal);
    try {
      if (outcome.kind === 'done') await this.table.finish(requestId);
      else if (outcome.kind === 'later') await this.table.handBack(requestId, outcome.delay);
      else {
        this.refusals.add(requestId, outcome.pause);
        await this.table.putBack(job);
      }
    } catch (error) {
      this.log.error(
        `Request ${requestId} could not be ${outcome.kind === 'done' ? 'taken off' : 'given back to'} the queue; ` +
          `it is delivered again when its lease runs out: ${textOf(error)}`,
      );
    }
  }

  private async outcomeOf(requestId: number, handler: JobHandler, signal: AbortSignal): Promise<JobOutcome> {
    // What comes while the queue stops goes back as it came.
    if (signal.aborted) return { kind: 'unable', pause: 0 };
    try {
      return await handler(requestId, signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'later', delay: 0 };
      this.log.error(`The work on request ${requestId} broke off: ${textOf(error)}`);
      return { kind: 'later', delay: DELAY_AFTER_FAULT };
    }
  }

  /** A handler whose lease went to another worker (after a long outage) is told to stop. Never rejects. */
  private async beat(): Promise<void> {
    const ids = [...this.running.keys()];
    if (ids.length === 0) return;
    try {
      const ours = await this.table.renew(ids);
      for (const id of ids.filter((candidate) => !ours.has(candidate))) {
        this.running.get(id)?.abort.abort(new Error('The lease went to another worker'));
      }
    } catch (error) {
      this.log.warn(`The leases of ${ids.length} requests could not be renewed, trying again: ${textOf(error)}`);
    }
  }
}

async function orBrokerError<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw new MessageBrokerError('The queue cannot be reached. Try again later.', { cause: error });
  }
}

function textOf(error: unknown): string {
  return redactSecrets(error instanceof Error ? error.message : String(error));
}
