import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Athens } from '../athens/index.js';
import { Configuration, type PackageManagerName } from '../config/index.js';
import { PACKAGE_MANAGERS } from '../packages/index.js';
import { WorkerRegistry } from '../pipeline/index.js';
import { JobQueue } from '../queue/index.js';
import { ArchiveStore, BundleStore } from '../store/index.js';
import { inTime, READ_ONLY, reasonOf } from './reasons.js';
import type { PartStatus, StatusReport } from './status.dto.js';
import { UpstreamsStatus } from './upstreams-status.js';
import { isOffered, workerPart } from './workers-status.js';

const STORE = 'store';
const ATHENS = 'athens';

/** Looks whether the parts of the service work. Reasons name no address: those may hold passwords. */
@Injectable()
export class StatusService {
  private readonly logger = new Logger(StatusService.name);

  constructor(
    private readonly configuration: Configuration,
    private readonly dataSource: DataSource,
    private readonly queue: JobQueue,
    private readonly archiveStore: ArchiveStore,
    private readonly bundleStore: BundleStore,
    private readonly workers: WorkerRegistry,
    private readonly athens: Athens,
    private readonly upstreams: UpstreamsStatus,
  ) {}

  async report(): Promise<StatusReport> {
    const [parts, workers, athens, upstreams] = await Promise.all([
      this.parts(),
      this.listWorkers(),
      this.athensStatus(),
      this.upstreams.list(),
    ]);
    const works = parts.every(({ ok }) => ok);
    const canProcess = (name: PackageManagerName): boolean =>
      works &&
      PACKAGE_MANAGERS.has(name) &&
      isOffered(name, workers) &&
      (name !== 'gomod' || athens?.ok !== false);
    const enabled = this.configuration.requests.enabledPackageManagers;
    return {
      can_process: Object.fromEntries(enabled.map((name) => [name, canProcess(name)])),
      services: [...storeAs('nexus', parts), ...(athens ? [athens] : storeAs(ATHENS, parts)), ...parts],
      upstreams,
      workers: workers.map(workerPart),
    };
  }

  /** The first problem, in words; undefined when there is none. A single dead worker is none. */
  async problem(): Promise<string | undefined> {
    return (await this.unreadyReason()) ?? (await this.athensProblem()) ?? (await this.workerProblem());
  }

  /** Why this process should get no calls now; undefined when it may. Other servers are no reason. */
  async unreadyReason(): Promise<string | undefined> {
    const broken = (await this.parts()).find(({ ok }) => !ok);
    return broken === undefined ? undefined : unavailable(broken);
  }

  /** Throws when the table of requests cannot be read. */
  async checkRequests(): Promise<void> {
    await this.dataSource.query('SELECT 1 FROM "request" LIMIT 1');
  }

  private parts(): Promise<PartStatus[]> {
    return Promise.all([
      this.check('database', () => this.checkDatabase()),
      this.check('rabbitmq', () => this.queue.check()),
      this.check(STORE, () => Promise.all([this.archiveStore.check(), this.bundleStore.check()])),
    ]);
  }

  /** A standby, or a server whose disk is full, may answer and take nothing. */
  private async checkDatabase(): Promise<void> {
    const [row]: { read_only: string }[] = await this.dataSource.query(
      `SELECT current_setting('transaction_read_only') AS "read_only"`,
    );
    if (row?.read_only === 'on') throw Object.assign(new Error('The database only reads'), { code: READ_ONLY });
  }

  /** Undefined when none is configured. */
  private async athensStatus(): Promise<PartStatus | undefined> {
    if (!this.athens.isConfigured) return undefined;
    const reason = await this.athens.problem();
    return reason === undefined ? { name: ATHENS, ok: true } : { name: ATHENS, ok: false, reason };
  }

  private async athensProblem(): Promise<string | undefined> {
    const status = await this.athensStatus();
    return status === undefined || status.ok ? undefined : unavailable(status);
  }

  private async workerProblem(): Promise<string | undefined> {
    const workers = await this.listWorkers();
    return workers.some(({ ok }) => ok) ? undefined : 'no workers are available';
  }

  private async listWorkers(): ReturnType<WorkerRegistry['list']> {
    try {
      return await inTime(this.workers.list());
    } catch (error) {
      this.logger.warn(`The workers cannot be listed: ${String(error)}`);
      return [];
    }
  }

  private async check(name: string, attempt: () => Promise<unknown>): Promise<PartStatus> {
    try {
      await inTime(attempt());
      return { name, ok: true };
    } catch (error) {
      this.logger.warn(`The ${name} does not work: ${String(error)}`);
      return { name, ok: false, reason: reasonOf(error) };
    }
  }
}

/**
 * The store, under a name that old clients look for: Nexus kept artifacts and Athens kept Go modules; here both lie in
 * the store.
 */
function storeAs(name: string, parts: readonly PartStatus[]): PartStatus[] {
  return parts.filter((part) => part.name === STORE).map((store) => ({ ...store, name }));
}

function unavailable({ name, reason }: PartStatus): string {
  return `${name} unavailable: ${reason}`;
}
