import type { JobOptions } from 'bull';

/** What a job in Redis says. */
export interface RequestJob {
  requestId: number;
  priority: number;
  /** Whether a worker has had it before. */
  begun: boolean;
}

/**
 * Bull cannot change the rank of a job. So work that was begun is a job of its own, and a request has one of two.
 * Bull refuses a second job with the same id.
 */
export function jobIdOf({ requestId, begun }: Pick<RequestJob, 'requestId' | 'begun'>): string {
  return begun ? `${requestId}-begun` : String(requestId);
}

/** `delay` in milliseconds. */
export function optionsOf(job: RequestJob, delay = 0): JobOptions {
  return {
    jobId: jobIdOf(job),
    priority: rankOf(job),
    delay: Math.ceil(delay),
    // Each attempt but the last is one that was handed back, see `Handover`.
    attempts: Number.MAX_SAFE_INTEGER,
    backoff: { type: 'handover' },
    stackTraceLimit: 1,
    // An id that is kept could not be queued again.
    removeOnComplete: true,
    removeOnFail: true,
  };
}

/** A job of which something else is left than what was added: see `BullQueue.clear`. */
export function isRequestJob(data: Partial<RequestJob>): data is RequestJob {
  return data.requestId !== undefined;
}

const IDS = 2 ** 31;
const PRIORITIES = 2 ** 20;

/**
 * The place in the queue, lowest first: begun work before new work, then by priority, then by id. A whole number from 1
 * (0 is none to Bull) to 2^52, which Redis compares exactly. Ids are those of PostgreSQL's `integer`; priorities beyond
 * ±2^19 count as that.
 */
export function rankOf({ requestId, priority, begun }: RequestJob): number {
  const level = Math.min(Math.max(Math.round(priority) + PRIORITIES / 2, 0), PRIORITIES - 1);
  return ((begun ? 0 : PRIORITIES) + level) * IDS + requestId;
}
