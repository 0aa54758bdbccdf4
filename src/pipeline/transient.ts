import { CachitoError, codeOf, DatabaseError, isDatabaseOutage, MessageBrokerError } from '../errors/index.js';
import { StoreUnavailable } from '../store/index.js';

/** SQLSTATE of locks, deadlocks and conflicts between transactions, which a later attempt can overcome. */
const CONFLICTS = /^(?:40001|40003|40P01|55P03)$/;
/**
 * PostgreSQL, or we, took too long: somebody was busy, or the request asks too much. And what follows in a transaction
 * that has failed, which does not tell why.
 */
const DOUBTFUL = /^(?:57014|25P03|25P02)$/;

/**
 * Whether the service's own database, queue or store was out of reach, so that the work should be tried again rather than
 * reported as failed. Trouble with other hosts arrives as `CachitoError` and is none of this.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseError || error instanceof MessageBrokerError) return true;
  if (error instanceof StoreUnavailable) return true;
  if (error instanceof CachitoError && error.cause instanceof StoreUnavailable) return true;
  if (error instanceof CachitoError || !(error instanceof Error)) return false;
  if (isDatabaseOutage(error) || CONFLICTS.test(codeOf(error))) return true;
  if ('driverError' in error && error.driverError !== error && isTransient(error.driverError)) return true;
  return error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isTransient);
}

/** Whether the database gave up in a way that a later attempt may overcome, or may meet again. */
export function isDoubtful(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (DOUBTFUL.test(codeOf(error))) return true;
  return 'driverError' in error && error.driverError !== error && isDoubtful(error.driverError);
}
