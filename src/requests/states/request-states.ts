import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, type EntityManager } from 'typeorm';
import { Notifications } from '../../database/index.js';
import { REQUEST_STATE_CHANGED, type RequestStateChanged } from '../events.js';
import { REQUEST_CHANNEL, type RequestNotification } from '../notifications.js';
import { REQUEST_STATES, type RequestStateName, stateName } from '../request-state.js';
import { removeTemplates } from '../build/file-templates.js';
import { removeVariableTemplates } from '../build/served-variables.js';
import { EnvironmentVariables } from '../build/environment-variables.js';
import {
  checkTransition,
  ClaimLost,
  RequestNotFound,
  type RequestFacts,
  type StateChange,
  type StateChanged,
  type StateChangeOptions,
} from './state-change.js';

interface LockedRequest {
  state: RequestStateName;
  reason: string;
}

/**
 * The only way to change the state of a request. A change locks the row, so two at once happen one after
 * the other. After the commit, this process hears `REQUEST_STATE_CHANGED` and every process a notification; what they
 * do about it never undoes the change.
 */
@Injectable()
export class RequestStates {
  private readonly logger = new Logger(RequestStates.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly environmentVariables: EnvironmentVariables,
    private readonly events: EventEmitter2,
    private readonly notifications: Notifications,
  ) {}

  /**
   * Moves a request to a state. The same state and reason as now change nothing in the history, but facts are written
   * and the side effects run again, so that a caller may repeat a call whose answer was lost.
   * Throws `RequestNotFound`, `ClaimLost`, `ValidationError` (a step that the table forbids).
   */
  async change(id: number, change: StateChange, options: StateChangeOptions = {}): Promise<StateChanged> {
    const changed = await this.dataSource.transaction(async (manager) => {
      const present = await this.lock(manager, id, options.attempt);
      const repeated = present.state === change.state && present.reason === change.reason;
      if (!repeated) {
        checkTransition(present.state, change.state);
        await appendState(manager, id, change.state, change.reason);
      }
      if (change.state === 'failed' && change.error !== undefined) {
        await replaceError(manager, id, change.error, change.reason);
      }
      await this.writeFacts(manager, id, change);
      await options.within?.(manager);
      return { from: present.state, to: change.state, repeated };
    });
    await this.announce({ id, from: changed.from, to: change.state, reason: change.reason });
    return changed;
  }

  /** Writes facts without a change of state. Throws `RequestNotFound`, `ClaimLost`. */
  async record(id: number, facts: Omit<RequestFacts, 'error'>, options: StateChangeOptions = {}): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.lock(manager, id, options.attempt);
      await this.writeFacts(manager, id, facts);
      await options.within?.(manager);
    });
  }

  /** The first state of a request that is being inserted in the transaction of `manager`. */
  async begin(manager: EntityManager, id: number, reason: string): Promise<void> {
    await appendState(manager, id, 'in_progress', reason);
  }

  /** Tells everybody of a change that was committed. Never throws. */
  async announce(event: RequestStateChanged): Promise<void> {
    try {
      await this.events.emitAsync(REQUEST_STATE_CHANGED, event);
    } catch (error) {
      this.logger.error(`A side effect of the state ${event.to} of request ${event.id} failed: ${String(error)}`);
    }
    const notification: RequestNotification = { id: event.id, kind: 'state' };
    await this.notifications.publish(REQUEST_CHANNEL, notification);
  }

  private async lock(manager: EntityManager, id: number, attempt: number | undefined): Promise<LockedRequest> {
    const rows: { state: number; attempt: number }[] = await manager.query(
      `SELECT "state", "attempt" FROM "request" WHERE "id" = $1 FOR UPDATE`,
      [id],
    );
    const row = rows[0];
    if (row === undefined) throw new RequestNotFound(id);
    const state = stateName(row.state);
    if (attempt !== undefined && (row.attempt !== attempt || state !== 'in_progress')) throw new ClaimLost(id);
    // Read after the lock was granted: another change may have been committed while this one waited.
    const reasons: { state_reason: string }[] = await manager.query(
      `SELECT s."state_reason" FROM "request_state" s JOIN "request" r ON r."request_state_id" = s."id"
       WHERE r."id" = $1`,
      [id],
    );
    return { state, reason: reasons[0]?.state_reason ?? '' };
  }

  private async writeFacts(manager: EntityManager, id: number, facts: RequestFacts): Promise<void> {
    const { packagesCount, dependenciesCount, environmentVariables } = facts;
    if (packagesCount !== undefined || dependenciesCount !== undefined) {
      await manager.query(
        `UPDATE "request" SET "packages_count" = coalesce($2::integer, "packages_count"),
           "dependencies_count" = coalesce($3::integer, "dependencies_count") WHERE "id" = $1`,
        [id, packagesCount ?? null, dependenciesCount ?? null],
      );
    }
    if (environmentVariables !== undefined) await this.environmentVariables.add(manager, id, environmentVariables);
  }
}

/**
 * Appends to the history. Within a request, times never run backwards, even if the clock does. The lease ends with the
 * work, and so does the progress row.
 */
async function appendState(manager: EntityManager, id: number, state: RequestStateName, reason: string): Promise<void> {
  const number = REQUEST_STATES[state];
  await manager.query(
    `WITH "appended" AS (
       INSERT INTO "request_state" ("request_id", "state", "state_reason", "updated")
       SELECT $1::integer, $2::smallint, $3::text, greatest(clock_timestamp() AT TIME ZONE 'utc',
         (SELECT max("updated") FROM "request_state" WHERE "request_id" = $1::integer))
       RETURNING "id"
     )
     UPDATE "request" SET "request_state_id" = (SELECT "id" FROM "appended"), "state" = $2::smallint
     WHERE "id" = $1::integer`,
    [id, number, reason],
  );
  if (state === 'in_progress') return;
  await manager.query(`UPDATE "request" SET "lease_owner" = NULL, "lease_expires" = NULL WHERE "id" = $1`, [id]);
  await manager.query(`DELETE FROM "request_progress" WHERE "request_id" = $1`, [id]);
  if (state === 'complete') return;
  // Its files and variables hold credentials that are void from now on.
  await removeTemplates(manager, id);
  await removeVariableTemplates(manager, id);
}

async function replaceError(
  manager: EntityManager,
  id: number,
  error: NonNullable<RequestFacts['error']>,
  message: string,
): Promise<void> {
  await manager.query(
    `INSERT INTO "request_error" ("request_id", "origin", "error_type", "message") VALUES ($1, $2, $3, $4)
     ON CONFLICT ("request_id") DO UPDATE SET "origin" = excluded."origin", "error_type" = excluded."error_type",
       "message" = excluded."message", "occurred" = clock_timestamp() AT TIME ZONE 'utc'`,
    [id, error.origin, error.errorType, message],
  );
}
