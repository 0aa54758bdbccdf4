import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Configuration, VERSION } from '../config/index.js';
import { JobQueue } from '../queue/index.js';
import { Drain } from './drain.js';
import { Reconciliation } from './reconciliation.js';
import { RequestJob } from './request-job.js';
import { TemporaryFiles } from './temporary-files.js';
import { WORKER_HEART_BEAT, WorkerRegistry } from './worker-registry.js';

/** This process as a worker (roles `all` and `worker`): takes ids from the queue from its start to its shutdown. */
@Injectable()
export class Worker implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(Worker.name);
  /** Names this process in leases and in `/status`; never the same again after a restart. */
  private readonly name = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private started = false;

  constructor(
    private readonly configuration: Configuration,
    private readonly queue: JobQueue,
    private readonly job: RequestJob,
    private readonly registry: WorkerRegistry,
    private readonly reconciliation: Reconciliation,
    private readonly temporaryFiles: TemporaryFiles,
    private readonly drain: Drain,
  ) {}

  /** Whether requests are delivered to this process: from its start until it is told to end. */
  get takesRequests(): boolean {
    return this.started;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.configuration.role === 'api') return;
    // A store that is away now is no reason not to start.
    await this.temporaryFiles
      .removeLeftovers()
      .catch((error: unknown) => this.logger.warn(`Leftovers were not removed: ${String(error)}`));
    await this.tell();
    this.timer = setInterval(() => this.beat(), WORKER_HEART_BEAT);
    // The queue may be away; what is missing there is added by the schedule.
    await this.reconciliation.run().catch((error: unknown) => this.logger.warn(`Nothing was queued again: ${String(error)}`));
    this.started = true;
    await this.queue.start((id, signal) => this.job.handle(id, this.name, signal), {
      concurrency: this.configuration.worker.concurrency,
    });
  }

  /** Stops the delivery. What has not ended when the drain is over is handed back: another worker takes over at once. */
  async beforeApplicationShutdown(): Promise<void> {
    const { started } = this;
    this.started = false;
    if (started) await this.queue.stop(this.drain.over);
    clearInterval(this.timer);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer === undefined) return;
    await this.beating;
    await this.registry
      .leave(this.name)
      .catch((error: unknown) => this.logger.warn(`Not signed off: ${String(error)}`));
  }

  private beat(): void {
    this.beating ??= this.tell()
      .catch((error: unknown) => this.logger.warn(`The heart-beat failed: ${String(error)}`))
      .finally(() => (this.beating = undefined));
  }

  private tell(): Promise<void> {
    const { concurrency, packageManagers } = this.configuration.worker;
    return this.registry.beat(this.name, concurrency, this.job.runningCount, { packageManagers, version: VERSION });
  }
}
