/** When a worker fails to say when its job is to be delivered again: milliseconds. */
export const DELAY_AFTER_FAULT = 10_000;

/**
 * Thrown to Bull, it moves a job from its worker back into the queue, in one step: as a failed attempt of which there
 * may be any number. Bull itself never decides to repeat a job.
 */
export class Handover extends Error {
  /** Kept in Redis, where it is shown to administrators: nothing of this host. */
  override readonly stack = undefined;

  constructor(private readonly delay: number) {
    super(`Handed back, to be delivered after ${Math.ceil(delay)} ms`);
  }

  /** What Bull asks for after each attempt. */
  static delayOf(this: void, _attempts: number, error: Error): number {
    return Math.ceil(error instanceof Handover ? error.delay : DELAY_AFTER_FAULT);
  }
}
