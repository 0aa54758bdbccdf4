import { CachitoError } from '../errors/index.js';
import { LEASE } from '../requests/index.js';
import { ShuttingDown } from './abort-reasons.js';
import { isDoubtful, isTransient } from './transient.js';

/** Longest pause between two attempts, milliseconds. */
const MAX_PAUSE = 30_000;
/** With the pauses between them, a quarter of an hour: administrators have been called by then. */
const MAX_ATTEMPTS_WITHOUT_SPACE = 30;
/** By then it is the request that the database cannot do. */
const MAX_ATTEMPTS_IN_DOUBT = 5;

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);
/** What `git`, `go` and our own stores say of it. */
const FULL_MESSAGES = /no space left|disk quota exceeded|disk of the service is full/i;

/**
 * Whether another attempt at a request may end better than this one, and when: milliseconds until then, or undefined
 * when the request has failed. Trouble with the database or the queue passes; a disk that is full may be given space, and
 * a database that is busy time.
 *
 * @param attempt number of the attempt that has ended so
 */
export function pauseUntilNextAttempt(error: unknown, attempt: number): number | undefined {
  if (error instanceof ShuttingDown) return 0;
  if (isTransient(error)) return LEASE.heartBeat;
  if (attempt >= attemptsAt(error)) return undefined;
  return Math.min(LEASE.heartBeat * 2 ** (attempt - 1), MAX_PAUSE);
}

/** How many attempts in all may end so. */
function attemptsAt(error: unknown): number {
  if (isDoubtful(error)) return MAX_ATTEMPTS_IN_DOUBT;
  return isFullDisk(error) ? MAX_ATTEMPTS_WITHOUT_SPACE : 1;
}

/** Whether an error, or what caused it, is a want of space on this host's disks or in the stores. */
function isFullDisk(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && FULL_CODES.has(at.code)) return true;
    if (at instanceof CachitoError && at.origin === 'server' && FULL_MESSAGES.test(at.message)) return true;
  }
  return false;
}
