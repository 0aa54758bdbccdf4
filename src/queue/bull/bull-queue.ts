import { Logger } from '@nestjs/common';
import type { Job, JobCounts, Queue } from 'bull';
import { MessageBrokerError } from '../../errors/index.js';
import { redactSecrets } from '../../observability/index.js';
import { type JobHandler, type JobOutcome, JobQueue, type QueueDepth } from '../job-queue.js';
import { Refusals } from '../refusals.js';
import { DELAY_AFTER_FAULT, Handover } from './handover.js';
import { connected, inTime, NoAnswer } from './patience.js';
import type { RedisConnections } from './redis-connections.js';
import { isRequestJob, jobIdOf, optionsOf, type RequestJob } from './request-job.js';

/** How long Redis may take to answer, milliseconds. */
const PATIENCE = 4_000;

const CHECK_KEY = 'cachito:check';

/** When a worker cannot do a job, others are offered it after so many milliseconds. */
const HAND_ON = 50;
/** How often, about, a job is handed on before it rests. */
const OFFERS = 8;
/** How long it rests, milliseconds, and how much longer for each job that this worker cannot do. */
const REST = 3_000;
const REST_PER_JOB = 10;

interface Delivery {
  abort: AbortController;
  settled: Promise<JobOutcome>;
}

/**
 * The queue in Redis, by Bull, for any number of processes. While Redis is away it logs, waits and goes on. Redis may
 * lose everything: what is on no queue any more is added again from the database (`Reconciliation`).
 */
export class BullQueue extends JobQueue {
  private readonly log = new Logger('Queue');
  private readonly running = new Set<Delivery>();
  private readonly refusals = new Refusals();
  private handler: JobHandler | undefined;
  private stopping: Promise<void> | undefined;
  private problem: string | undefined;

  /** `bull` was opened with `bullOptions` and these connections; whoever opened them closes both. */
  constructor(
    private readonly bull: Queue<RequestJob>,
    private readonly connections: RedisConnections,
    private readonly patience = PATIENCE,
  ) {
    super();
    bull.on('error', (error: unknown) => this.complain(error));
    bull.on('stalled', ({ id }: Job) => this.log.warn(`Job ${id} is delivered again: its worker gave no sign of life`));
    bull.client.on('ready', () => {
      if (this.problem !== undefined) this.log.log('Redis is connected again');
      this.problem = undefined;
    });
  }

  override async enqueue(requestId: number, { priority = 0 }: { priority?: number } = {}): Promise<void> {
    const job: RequestJob = { requestId, priority, begun: false };
    await this.ask(async () => {
      const begun = await this.bull.getJob(jobIdOf({ requestId, begun: true }));
      if (begun === null) await this.bull.add(job, optionsOf(job));
    });
  }

  override async remove(requestId: number): Promise<void> {
    await this.ask(async () => {
      for (const begun of [true, false]) {
        const job = await this.bull.getJob(jobIdOf({ requestId, begun }));
        if (job !== null && !(await job.isActive())) await removeUnlessTaken(job);
      }
    });
  }

  override async depth(): Promise<QueueDepth> {
    // Paused is what waits while an administrator has stopped the queue; Bull's types lack it.
    const counts: JobCounts & { paused?: number } = await this.ask(() => this.bull.getJobCounts());
    return { waiting: counts.waiting + counts.delayed + (counts.paused ?? 0), running: counts.active };
  }

  /** A Redis that is full, or a replica, answers questions and takes nothing. */
  override async check(): Promise<void> {
    await this.ask(() => this.bull.client.set(CHECK_KEY, '', 'PX', 1_000));
  }

  override async pause(): Promise<void> {
    await this.ask(() => this.bull.pause());
  }

  override isPaused(): Promise<boolean> {
    return this.ask(() => this.bull.isPaused());
  }

  override async resume(): Promise<void> {
    await this.ask(() => this.bull.resume());
  }

  override async start(handler: JobHandler, { concurrency }: { concurrency: number }): Promise<void> {
    if (this.handler !== undefined || this.stopping !== undefined) throw new Error('The queue was started before');
    this.handler = handler;
    void this.consume(handler, concurrency);
  }

  override stop(handBack = AbortSignal.abort()): Promise<void> {
    this.stopping ??= this.end(handBack);
    return this.stopping;
  }

  private async end(handBack: AbortSignal): Promise<void> {
    if (this.handler === undefined) return;
    const handedBack = this.bull.pause(true);
    // It is looked at when the handlers have ended.
    handedBack.catch(() => undefined);
    const deliveries = [...this.running];
    const tell = (): void => {
      for (const { abort } of deliveries) abort.abort(new Error('The worker stops'));
    };
    if (handBack.aborted) tell();
    else handBack.addEventListener('abort', tell, { once: true });
    await Promise.all(deliveries.map(({ settled }) => settled));
    handBack.removeEventListener('abort', tell);
    try {
      await inTime(handedBack, this.patience);
    } catch (error) {
      this.log.warn(`Not everything was handed back; it is delivered again when its lock is over: ${textOf(error)}`);
      // Or what waits for Redis would keep the process from its end.
      this.connections.close();
    }
  }

  private async consume(handler: JobHandler, concurrency: number): Promise<void> {
    // Bull is not ready for a Redis that is away when it begins.
    if (!(await connected(this.bull.client, () => this.stopping === undefined))) return;
    try {
      await this.bull.process(concurrency, (job) => this.deliver(job, handler));
    } catch (error) {
      this.complain(error);
    }
  }

  private async deliver(job: Job<RequestJob>, handler: JobHandler): Promise<void> {
    if (!isRequestJob(job.data)) return this.clear(job);
    this.passOn(job.data.requestId);
    const abort = new AbortController();
    if (this.stopping !== undefined) abort.abort(new Error('The worker stops'));
    const delivery = { abort, settled: this.outcomeOf(job.data.requestId, handler, abort.signal) };
    this.running.add(delivery);
    const outcome = await delivery.settled;
    this.running.delete(delivery);
    if (outcome.kind === 'later') await this.handBack(job, outcome.delay);
    if (outcome.kind === 'unable') this.refuse(job.data.requestId, outcome.pause);
  }

  /**
   * Redis serves those who wait in turn, so a job that is handed on comes by other idle workers before it comes back,
   * but not surely by all of them. Now and then it rests: those who can do it may be busy.
   */
  private passOn(requestId: number): void {
    const remaining = this.refusals.remaining(requestId);
    if (remaining === 0) return;
    const rests = Math.random() * OFFERS < 1;
    throw new Handover(Math.min(remaining, rests ? REST + REST_PER_JOB * this.refusals.size : HAND_ON));
  }

  private refuse(requestId: number, pause: number): never {
    this.refusals.add(requestId, pause);
    throw new Handover(HAND_ON);
  }

  /** The next job is added before this one ends: at no time is there none. */
  private async handBack({ data }: Job<RequestJob>, delay: number): Promise<void> {
    if (data.begun) throw new Handover(delay);
    const next = { ...data, begun: true };
    await this.bull.add(next, optionsOf(next, delay));
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

  /** Removed, or Redis emptied, between two steps of a delivery: what is left would keep the id from the queue. */
  private async clear(job: Job<RequestJob>): Promise<void> {
    await job.releaseLock();
    await job.remove();
  }

  private async ask<Result>(question: () => Promise<Result>): Promise<Result> {
    const end = performance.now() + this.patience;
    try {
      const isConnected = await connected(this.bull.client, () => performance.now() < end);
      if (!isConnected) throw new NoAnswer(this.problem ?? 'Redis is not connected');
      return await inTime(question(), this.patience);
    } catch (error) {
      throw new MessageBrokerError('The queue cannot be reached. Try again later.', { cause: bare(error) });
    }
  }

  /** Once per outage: there is an attempt to connect every second. That connections end at the end is no problem. */
  private complain(error: unknown): void {
    const text = textOf(error);
    if (text === this.problem || this.stopping !== undefined) return;
    this.problem = text;
    this.log.error(`The queue in Redis has a problem, trying again: ${text}`);
  }
}

async function removeUnlessTaken(job: Job): Promise<void> {
  try {
    await job.remove();
  } catch (error) {
    // A worker was faster.
    if (!(error instanceof Error) || !error.message.startsWith('Could not remove job')) throw error;
  }
}

/** Errors of the client hold the command with all that was said, which may be a password. */
function bare(error: unknown): Error {
  return Object.assign(new Error(textOf(error)), codeOf(error));
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return redactSecrets(text || (codeOf(error).code ?? 'unknown error'));
}

function codeOf(error: unknown): { code?: string } {
  return error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
}
