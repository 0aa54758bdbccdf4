import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PackageManagerName } from '../../config/index.js';
import { Metrics } from '../../observability/index.js';
import type { ArchivedSource, ArchiveOptions } from '../../source/index.js';

/** The parts of the work on a request that are timed; `history` is a part of `bundle`. */
export type Step = 'source' | 'packages' | 'licenses' | 'history' | 'bundle' | 'record';

/**
 * How an attempt at a request ended: `again` = interrupted, to be taken up again; `lost` = cancelled, or taken over by
 * another worker.
 */
export type AttemptResult = 'complete' | 'failed' | 'again' | 'lost';

/** Seconds: a stored source takes milliseconds, a large Go repository an hour. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

/** Counts and times what this process does as a worker. What cannot be measured is logged; the work never fails by it. */
@Injectable()
export class PipelineMetrics {
  private readonly logger = new Logger(PipelineMetrics.name);
  private readonly wait;
  private readonly steps;
  private readonly managers;
  private readonly attempts;
  private readonly sources;
  private readonly sourceBytes;
  private readonly bundles;

  constructor(
    private readonly metrics: Metrics,
    private readonly dataSource: DataSource,
  ) {
    this.wait = metrics.histogram({
      name: 'cachito_request_wait_seconds',
      help: 'Time from the creation of a request until its first attempt, of those that this process began first',
      buckets: BUCKETS,
    });
    this.steps = metrics.histogram({
      name: 'cachito_step_duration_seconds',
      help: 'Time that the steps of requests took in this process; result: success or error (interruptions too)',
      labelNames: ['step', 'result'],
      buckets: BUCKETS,
    });
    this.managers = metrics.histogram({
      name: 'cachito_package_manager_duration_seconds',
      help: 'Time that each package manager of a request took in this process, as part of the step packages',
      labelNames: ['package_manager', 'result'],
      buckets: BUCKETS,
    });
    this.attempts = metrics.counter({
      name: 'cachito_request_attempts_total',
      help:
        'Attempts at requests that ended in this process; result: complete, failed, again = interrupted and to be ' +
        'taken up again, lost = cancelled or taken over by another worker',
      labelNames: ['result'],
    });
    this.sources = metrics.counter({
      name: 'cachito_sources_total',
      help: 'Commits that requests at work in this process wanted; result: found = archived already, fetched = from git',
      labelNames: ['result'],
    });
    this.sourceBytes = metrics.counter({
      name: 'cachito_source_fetched_bytes_total',
      help: 'Bytes of the files of commits that this process fetched and archived; what git transfers is less',
    });
    this.bundles = metrics.counter({
      name: 'cachito_bundles_total',
      help: 'Bundles of requests at work in this process; result: reused = another request has the same, built',
      labelNames: ['result'],
    });
  }

  /** `running` is asked when the metrics are read. */
  showRunning(running: () => number): void {
    this.metrics.gauge({
      name: 'cachito_running_requests',
      help: 'Requests that this process works on now',
      collect() {
        this.set(running());
      },
    });
  }

  /** A request is begun for the first time. */
  async begun(id: number): Promise<void> {
    try {
      const [row]: { seconds: number | null }[] = await this.dataSource.query(
        `SELECT extract(epoch FROM "started" AT TIME ZONE 'utc' - "created")::float8 AS "seconds"
         FROM "request" WHERE "id" = $1`,
        [id],
      );
      // Clocks of several servers may disagree a little.
      if (typeof row?.seconds === 'number') this.wait.observe(Math.max(0, row.seconds));
    } catch (error) {
      this.logger.warn(`How long request ${id} has waited was not measured: ${String(error)}`);
    }
  }

  ended(result: AttemptResult): void {
    this.attempts.inc({ result });
  }

  /** Does a step and times it, also when it throws. */
  step<T>(step: Step, work: () => Promise<T>): Promise<T> {
    return timed(work, (result, seconds) => this.steps.observe({ step, result }, seconds));
  }

  /** The same for the part of one package manager. */
  packageManager<T>(name: PackageManagerName, work: () => Promise<T>): Promise<T> {
    return timed(work, (result, seconds) => this.managers.observe({ package_manager: name, result }, seconds));
  }

  /**
   * Has a source archived and counts it. There is progress only where something is fetched; a request that waits for
   * what another one fetches at the same time fetches nothing.
   */
  async source(
    options: ArchiveOptions,
    archive: (options: ArchiveOptions) => Promise<ArchivedSource>,
  ): Promise<ArchivedSource> {
    let isFetched = false;
    const progress: ArchiveOptions['progress'] = (report) => {
      isFetched = true;
      options.progress?.(report);
    };
    const source = await archive({ ...options, progress });
    this.sources.inc({ result: isFetched ? 'fetched' : 'found' });
    if (isFetched) this.sourceBytes.inc(source.size);
    return source;
  }

  /** A bundle is ready. It goes with the last request that has it, so it was there if another one has it. */
  async bundle(id: number, recipeSha256: string): Promise<void> {
    try {
      const others: unknown[] = await this.dataSource.query(
        'SELECT 1 FROM "request_bundle" WHERE "recipe_sha256" = $1 AND "request_id" <> $2 LIMIT 1',
        [recipeSha256, id],
      );
      this.bundles.inc({ result: others.length > 0 ? 'reused' : 'built' });
    } catch (error) {
      this.logger.warn(`Whether the bundle of request ${id} was built was not measured: ${String(error)}`);
    }
  }
}

async function timed<T>(
  work: () => Promise<T>,
  observe: (result: 'success' | 'error', seconds: number) => void,
): Promise<T> {
  const began = performance.now();
  let result: 'success' | 'error' = 'error';
  try {
    const outcome = await work();
    result = 'success';
    return outcome;
  } finally {
    observe(result, (performance.now() - began) / 1000);
  }
}
