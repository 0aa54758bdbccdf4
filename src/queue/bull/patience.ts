import { setTimeout as wait } from 'node:timers/promises';
import type { Queue } from 'bull';

/** What waits for Redis and is not answered. */
export class NoAnswer extends Error {
  /** As the system's own errors have it. */
  readonly code = 'ETIMEDOUT';
}

/** The result of the work, or `NoAnswer` after `limit` milliseconds; the work itself goes on. */
export async function inTime<Result>(work: Promise<Result>, limit: number): Promise<Result> {
  const timer = new AbortController();
  const end = wait(limit, undefined, { signal: timer.signal }).then(() => {
    throw new NoAnswer(`No answer within ${limit} ms`);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    timer.abort();
  }
}

/** Waits until Redis is connected, as long as `mayWait` says. What is asked while it is not would pile up. */
export async function connected(client: Queue['client'], mayWait: () => boolean): Promise<boolean> {
  while (client.status !== 'ready' && mayWait()) await wait(20);
  return client.status === 'ready';
}
