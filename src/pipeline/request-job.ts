import { setMaxListeners } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Configuration } from '../config/index.js';
import { Notifications } from '../database/index.js';
import type { JobOutcome } from '../queue/index.js';
import {
  type ClaimedRequest,
  ClaimLost,
  LEASE,
  REQUEST_CHANNEL,
  type RequestLog,
  RequestLogs,
  RequestStates,
  RequestWork,
} from '../requests/index.js';
import { DeadlinePassed, ShuttingDown, TooManyCrashes } from './abort-reasons.js';
import { HeartBeat } from './heart-beat.js';
import { PipelineMetrics } from './metrics/pipeline-metrics.js';
import { pauseUntilNextAttempt } from './next-attempt.js';
import { ProgressReporter } from './progress-reporter.js';
import { RequestSteps } from './request-steps.js';
import { TemporaryFiles } from './temporary-files.js';
import { WorkerRegistry } from './worker-registry.js';
import { WorkerShortage } from './worker-shortage.js';

/**
 * After so many deaths of its workers a request is given up. Work begun before goes first, so where workers die for other
 * reasons, one every few seconds, an innocent request meets five of them now and then; ten, hardly ever.
 */
const MAX_CRASHES = 10;

const DONE: JobOutcome = { kind: 'done' };

/** The job of one request: claims it, has the steps done, sees to its end. One at a time per delivery. */
@Injectable()
export class RequestJob {
  private readonly logger = new Logger(RequestJob.name);
  private readonly shortage: WorkerShortage;
  private running = 0;

  constructor(
    private readonly configuration: Configuration,
    private readonly work: RequestWork,
    private readonly steps: RequestSteps,
    private readonly logs: RequestLogs,
    private readonly notifications: Notifications,
    private readonly temporaryFiles: TemporaryFiles,
    private readonly metrics: PipelineMetrics,
    dataSource: DataSource,
    registry: WorkerRegistry,
    states: RequestStates,
  ) {
    this.shortage = new WorkerShortage(dataSource, registry, states, logs);
    metrics.showRunning(() => this.running);
  }

  /** How many requests this process works on now. */
  get runningCount(): number {
    return this.running;
  }

  /** Works on a delivered request. Never throws. `owner` names this process; `shutdown` fires when it has to stop. */
  async handle(id: number, owner: string, shutdown: AbortSignal): Promise<JobOutcome> {
    try {
      const claim = await this.work.claim(id, owner, this.configuration.worker.packageManagers);
      if (claim === 'gone') return DONE;
      if (claim === 'busy') return { kind: 'later', delay: LEASE.heartBeat };
      if (claim === 'unable') return { kind: 'unable', pause: await this.shortage.pause(id) };
      return await this.attempt(claim, shutdown);
    } catch (error) {
      this.logger.error(`Request ${id} could not be worked on and is tried again: ${describe(error)}`);
      return { kind: 'later', delay: LEASE.heartBeat };
    }
  }

  private async attempt(claim: ClaimedRequest, shutdown: AbortSignal): Promise<JobOutcome> {
    const log = this.logs.open(claim.id);
    this.running++;
    try {
      log.log('info', `Attempt ${claim.attempt} begins`);
      if (claim.attempt === 1) await this.metrics.begun(claim.id);
      const error = await this.run(claim, log, shutdown);
      return error === undefined ? DONE : await this.settle(claim, log, error);
    } finally {
      this.running--;
      await log.close();
      if (this.running === 0) await this.tidy();
    }
  }

  private async tidy(): Promise<void> {
    try {
      await this.temporaryFiles.removeLeftovers();
    } catch (error) {
      this.logger.warn(`Temporary files were not removed: ${describe(error)}`);
    }
  }

  /** Does the steps under a heart-beat and a deadline. Returns why they did not end well. */
  private async run(claim: ClaimedRequest, log: RequestLog, shutdown: AbortSignal): Promise<unknown> {
    if (claim.crashes >= MAX_CRASHES) return new TooManyCrashes(claim.crashes);
    const abort = new AbortController();
    // Everything that goes on at a time for this request listens to it.
    setMaxListeners(0, abort.signal);
    const heartBeat = new HeartBeat(this.work, claim, (reason) => abort.abort(reason));
    const unsubscribe = this.notifications.subscribe(REQUEST_CHANNEL, (message) => {
      if (isStateOf(message, claim.id)) heartBeat.beat();
    });
    const timeout = this.configuration.worker.requestTimeout;
    const deadline = setTimeout(() => abort.abort(new DeadlinePassed(timeout)), timeout);
    const stop = () => abort.abort(new ShuttingDown());
    shutdown.addEventListener('abort', stop);
    if (shutdown.aborted) stop();
    const progress = new ProgressReporter(this.work, claim, log);
    try {
      const result = await this.steps.run(claim, { signal: abort.signal, log, progress });
      abort.signal.throwIfAborted();
      // From here on the row lock of the last transaction guards the claim.
      await Promise.all([heartBeat.stop(), progress.stop()]);
      log.log('info', 'Recording the packages and completing the request');
      await this.metrics.step('record', () => this.work.complete(claim, result));
      log.log('info', 'The request is complete');
      this.metrics.ended('complete');
      return undefined;
    } catch (error) {
      return abort.signal.aborted ? abort.signal.reason : error;
    } finally {
      clearTimeout(deadline);
      shutdown.removeEventListener('abort', stop);
      unsubscribe();
      await Promise.all([heartBeat.stop(), progress.stop()]);
    }
  }

  /** Decides what becomes of an attempt that did not end well. */
  private async settle(claim: ClaimedRequest, log: RequestLog, error: unknown): Promise<JobOutcome> {
    if (error instanceof ClaimLost) {
      log.log('warn', `Attempt ${claim.attempt} ends: the request was cancelled or taken over by another worker`);
      this.metrics.ended('lost');
      return { kind: 'later', delay: 0 };
    }
    const pause = pauseUntilNextAttempt(error, claim.attempt);
    if (pause !== undefined) {
      log.log('warn', `Attempt ${claim.attempt} is interrupted; the request will be taken up again`);
      if (!(error instanceof ShuttingDown)) this.logger.warn(`Request ${claim.id} is tried again: ${describe(error)}`);
      this.metrics.ended('again');
      await this.work.release(claim);
      return { kind: 'later', delay: pause };
    }
    this.logger.warn(`Request ${claim.id} failed: ${describe(error)}`);
    try {
      await this.work.fail(claim, error);
      this.metrics.ended('failed');
      log.log('error', `The request failed: ${error instanceof Error ? error.message : 'unknown error'}`);
      return DONE;
    } catch (failure) {
      this.metrics.ended(failure instanceof ClaimLost ? 'lost' : 'again');
      if (failure instanceof ClaimLost) return { kind: 'later', delay: 0 };
      throw failure;
    }
  }
}

function isStateOf(message: object, id: number): boolean {
  return 'id' in message && message.id === id && 'kind' in message && message.kind === 'state';
}

/** For the service log, which is redacted as a whole. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
