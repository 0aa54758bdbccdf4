import type { DataSource } from 'typeorm';
import { timestampSql } from '../../http/index.js';
import type { LogTail } from '../logs/log-tail.js';
import { isFinal, stateName } from '../request-state.js';
import type { StateView } from '../views/request-view.js';

/** An event of `GET /requests/{id}/events`. */
export interface FeedEvent {
  event: 'state' | 'progress' | 'log';
  data: object;
}

interface StateRow {
  id: number;
  state: number;
  state_reason: string;
  updated: string;
}

interface ProgressRow {
  step: string;
  package_manager: string | null;
  done: string;
  total: string;
  unit: string;
  updated: string;
}

const SELECT_STATES = `
  SELECT "id", "state", "state_reason", ${timestampSql('"updated"')} AS "updated"
  FROM "request_state" WHERE "request_id" = $1 AND "id" > $2 ORDER BY "id" LIMIT 1000`;
const SELECT_NEWEST = `
  SELECT s."id", s."state", s."state_reason", ${timestampSql('s."updated"')} AS "updated"
  FROM "request_state" s JOIN "request" r ON r."request_state_id" = s."id" WHERE r."id" = $1`;
const SELECT_PROGRESS = `
  SELECT "step", "package_manager", "done", "total", "unit", ${timestampSql('"updated"')} AS "updated"
  FROM "request_progress" WHERE "request_id" = $1`;

/** What happens to one request, as events: reads rows and log again whenever it is asked to. */
export class EventFeed {
  private newest: StateRow | undefined;
  private progressUpdated: string | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly id: number,
    private readonly tail: LogTail | undefined,
  ) {}

  /** The present state and progress; undefined when there is no such request. */
  async present(): Promise<FeedEvent[] | undefined> {
    const rows: StateRow[] = await this.dataSource.query(SELECT_NEWEST, [this.id]);
    const newest = rows[0];
    if (newest === undefined) return undefined;
    // Everything after what the first client gets is news for all; a later one may hear a thing twice, but misses none.
    if (this.newest === undefined) {
      this.newest = newest;
      await this.tail?.read();
    }
    const progress = isFinal(stateName(newest.state)) ? undefined : await this.readProgress();
    this.progressUpdated ??= progress?.updated;
    return [stateEvent(newest), ...(progress === undefined ? [] : [progressEvent(progress)])];
  }

  /** What is new since the last call. */
  async news(): Promise<FeedEvent[]> {
    const states: StateRow[] = await this.dataSource.query(SELECT_STATES, [this.id, this.newest?.id ?? 0]);
    this.newest = states.at(-1) ?? this.newest;
    // Read after the states: a worker writes its last lines before it ends the request.
    const log = await this.logEvents();
    const final = states.filter(({ state }) => isFinal(stateName(state)));
    const phases = states.filter((row) => !final.includes(row));
    const progress = final.length > 0 ? undefined : await this.readProgress();
    const isNew = progress !== undefined && progress.updated !== this.progressUpdated;
    this.progressUpdated = progress?.updated ?? this.progressUpdated;
    return [...phases.map(stateEvent), ...(isNew ? [progressEvent(progress)] : []), ...log, ...final.map(stateEvent)];
  }

  /** New lines of the log. */
  async logEvents(): Promise<FeedEvent[]> {
    const lines = (await this.tail?.read()) ?? [];
    return lines.map((data) => ({ event: 'log', data }));
  }

  /** Nothing more will come but `stale`. */
  get ended(): boolean {
    return this.newest !== undefined && isFinal(stateName(this.newest.state));
  }

  private async readProgress(): Promise<ProgressRow | undefined> {
    const rows: ProgressRow[] = await this.dataSource.query(SELECT_PROGRESS, [this.id]);
    return rows[0];
  }
}

function stateEvent(row: StateRow): FeedEvent {
  const data: StateView = { state: stateName(row.state), state_reason: row.state_reason, updated: row.updated };
  return { event: 'state', data };
}

function progressEvent(row: ProgressRow): FeedEvent {
  const { step, package_manager, done, total, unit } = row;
  const manager = package_manager === null ? {} : { package_manager };
  return { event: 'progress', data: { step, ...manager, done: Number(done), total: Number(total), unit } };
}
