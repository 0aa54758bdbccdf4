import { CachitoError, DatabaseError, MessageBrokerError } from '../errors/index.js';
import { StoreUnavailable } from '../store/index.js';

/**
 * SQLSTATE classes and codes that a later attempt can overcome: connection trouble, a server that stops or starts,
 * lack of resources, locks, deadlocks and conflicts between transactions.
 */
const SQLSTATES = /^(?:08...|53...|57P0[1-5]|40001|40003|40P01|55P03)$/;
/**
 * PostgreSQL, or we, took too long: somebody was busy, or the request asks too much. And what follows in a transaction
 * that has failed, which does not tell why.
 */
const DOUBTFUL = /^(?:57014|25P03|25P02)$/;
const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** What the driver says without a code. */
const MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;
/** What TypeORM says of a transaction whose connection broke between two statements. */
const RELEASED = /^QueryRunner(?:Provider)?AlreadyReleasedError$/;

/**
 * Whether the service's own database, queue or store was out of reach, so that the work should be tried again rather than
 * reported as failed. Trouble with other hosts arrives as `CachitoError` and is none of this.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError || error instanceof MessageBrokerError) return true;
  if (error instanceof StoreUnavailable) return true;
  if (error instanceof CachitoError && error.cause instanceof StoreUnavailable) return true;
  if (error instanceof CachitoError || !(error instanceof Error)) return false;
  const code = codeOf(error);
  if (SQLSTATES.test(code) || SYSTEM_CODES.has(code)) return true;
  if (MESSAGES.test(error.message) || RELEASED.test(error.name)) return true;
  if ('driverError' in error && error.driverError !== error && isTransient(error.driverError)) return true;
  return error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isTransient);
}

/** Whether the database gave up in a way that a later attempt may overcome, or may meet again. */
export function isDoubtful(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (DOUBTFUL.test(codeOf(error))) return true;
  return 'driverError' in error && error.driverError !== error && isDoubtful(error.driverError);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
