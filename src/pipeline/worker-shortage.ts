import type { DataSource } from 'typeorm';
import type { PackageManagerName } from '../config/index.js';
import { ClaimLost, LEASE, type RequestLogs, type RequestStates, REQUEST_STATES } from '../requests/index.js';
import { missingAbilities } from './worker-abilities.js';
import type { WorkerRegistry } from './worker-registry.js';

/** A request that has waited for so long in vain says what it waits for. */
const SILENT_FOR = 20_000;
/** The longest pause until this worker looks at it again. */
const LONGEST_PAUSE = 30_000;
/** The part of the time it has waited that it is left alone for. */
const PAUSE_SHARE = 1 / 4;

/** Requests that this worker cannot do: when to look again, and what to tell those who wait for them. */
export class WorkerShortage {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registry: Pick<WorkerRegistry, 'list'>,
    private readonly states: Pick<RequestStates, 'change'>,
    private readonly logs: Pick<RequestLogs, 'open'>,
  ) {}

  /**
   * Milliseconds after which this worker should look at the request again; others are offered it at once. Seldom while
   * another live worker can do it; else longer and longer, and the request tells which package manager it waits for.
   */
  async pause(id: number): Promise<number> {
    const [row]: WaitingRow[] = await this.dataSource.query(READ, [id]);
    if (row === undefined) return LEASE.heartBeat;
    const missing = missingAbilities(await this.registry.list(), row.managers);
    if (missing.length === 0) return LONGEST_PAUSE;
    if (row.waited >= SILENT_FOR) await this.tell(id, row, missing);
    return Math.min(Math.max(row.waited * PAUSE_SHARE, LEASE.heartBeat), LONGEST_PAUSE);
  }

  private async tell(id: number, row: WaitingRow, missing: readonly PackageManagerName[]): Promise<void> {
    const reason = `Waiting for a worker that can process ${missing.join(' and ')}`;
    if (row.reason === reason) return;
    try {
      // With the attempt: a worker that has just claimed it has the last word.
      await this.states.change(id, { state: 'in_progress', reason }, { attempt: row.attempt });
    } catch (error) {
      if (error instanceof ClaimLost) return;
      throw error;
    }
    const log = this.logs.open(id);
    log.log('warn', `${reason}; no worker that is running now can`);
    await log.close();
  }
}

interface WaitingRow {
  attempt: number;
  reason: string;
  managers: PackageManagerName[];
  /** Milliseconds since it was created. */
  waited: number;
}

const READ = `
  SELECT r."attempt", s."state_reason" AS "reason",
    extract(epoch FROM (clock_timestamp() AT TIME ZONE 'utc') - r."created")::float8 * 1000 AS "waited",
    ARRAY(SELECT m."name" FROM "request_pkg_manager" l JOIN "package_manager" m ON m."id" = l."package_manager_id"
      WHERE l."request_id" = r."id" ORDER BY m."id") AS "managers"
  FROM "request" r JOIN "request_state" s ON s."id" = r."request_state_id"
  WHERE r."id" = $1 AND r."state" = ${REQUEST_STATES.in_progress}`;
