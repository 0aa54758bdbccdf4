/** What the queue delivers an id to. Returns when the work on it is done, for good or bad. */
export type JobHandler = (requestId: number, signal: AbortSignal) => Promise<JobOutcome>;

/**
 * `done`: the id is taken off the queue. `later`: it stays and is delivered again after `delay` milliseconds (another
 * worker still holds the request, or the attempt is worth repeating). `unable`: this worker cannot do it; it keeps its
 * place, others are offered it at once, and this one not again before `pause` milliseconds have passed.
 */
export type JobOutcome = { kind: 'done' } | { kind: 'later'; delay: number } | { kind: 'unable'; pause: number };

export interface QueueDepth {
  waiting: number;
  running: number;
}

/**
 * Delivers request ids, at least once, to one worker at a time as far as it can know. It holds no other state: the
 * claim on the request's row decides who works, so a double delivery does no harm.
 * Work begun before goes before new work; within that, lower numbers of `priority` first, then older ids.
 * Every adapter passes `job-queue.compliance.ts`.
 */
export abstract class JobQueue {
  /** Adds an id; adding one that is queued already changes nothing. Throws `MessageBrokerError` when it cannot. */
  abstract enqueue(requestId: number, options?: { priority?: number }): Promise<void>;
  /** Takes a waiting id off the queue; one that is being worked on is left to its worker. */
  abstract remove(requestId: number): Promise<void>;
  /** Begins to deliver, up to `concurrency` ids at a time. Called once, by a worker. */
  abstract start(handler: JobHandler, options: { concurrency: number }): Promise<void>;
  /**
   * Stops to deliver and waits for running handlers. When `handBack` fires (at once without it), their signals fire, and
   * the ids of those that do not end well go back to the queue. Called again it returns when the first call does.
   */
  abstract stop(handBack?: AbortSignal): Promise<void>;
  abstract depth(): Promise<QueueDepth>;
  /** Throws `MessageBrokerError` when no id can be added now. */
  abstract check(): Promise<void>;
  /** Nothing is delivered to any worker until `resume`; what is being worked on goes on, and ids may be added. */
  abstract pause(): Promise<void>;
  abstract resume(): Promise<void>;
  abstract isPaused(): Promise<boolean>;
}
