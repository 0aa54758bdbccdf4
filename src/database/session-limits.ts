import type { Configuration } from '../config/index.js';

/** How long PostgreSQL lets a session of ours go on, milliseconds. */
export interface SessionLimits {
  /** One statement. */
  statement: number;
  /** Waiting for a lock that another session holds; also for another one's uncommitted row of the same key. */
  lock: number;
  /** A transaction whose client says nothing: a process that hangs must not hold rows for ever. */
  idleInTransaction: number;
}

const API_LIMITS: SessionLimits = { statement: 60_000, lock: 10_000, idleInTransaction: 60_000 };
/** Workers insert the packages of large requests at once, and wait for others that insert the same ones. */
const WORKER_LIMITS: SessionLimits = { statement: 600_000, lock: 60_000, idleInTransaction: 60_000 };

/** For work that takes as long as it takes: migrations, and waiting for those of another process. */
export const NO_LIMITS: SessionLimits = { statement: 0, lock: 0, idleInTransaction: 0 };

/**
 * For a host that vanished without a word: the server would hold its locks for hours (it asks after two, by default).
 * Seconds.
 */
const KEEP_ALIVE = { idle: 30, interval: 10, count: 3 };

/** The limits of a process; one that serves and works at once has one pool for both, and so those of a worker. */
export function limitsOf(role: Configuration['role']): SessionLimits {
  return role === 'api' ? API_LIMITS : WORKER_LIMITS;
}

/**
 * What a session says first. By statements, not by start parameters: poolers in front of PostgreSQL refuse those.
 * Times are in UTC.
 */
export function beginSession({ statement, lock, idleInTransaction }: SessionLimits): string {
  return [
    `SET TIME ZONE 'UTC'`,
    `SET statement_timeout = ${statement}`,
    `SET lock_timeout = ${lock}`,
    `SET idle_in_transaction_session_timeout = ${idleInTransaction}`,
    `SET tcp_keepalives_idle = ${KEEP_ALIVE.idle}`,
    `SET tcp_keepalives_interval = ${KEEP_ALIVE.interval}`,
    `SET tcp_keepalives_count = ${KEEP_ALIVE.count}`,
  ].join('; ');
}
