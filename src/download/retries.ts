import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown by an attempt that may succeed when it is repeated; `error` is what the caller gets if it never does. */
export class TransientFailure extends Error {
  constructor(
    readonly error: Error,
    /** Milliseconds that the server asked to wait (`Retry-After`). */
    readonly retryAfter?: number,
  ) {
    super(error.message, { cause: error });
  }
}

export interface RetryOptions {
  attempts: number;
  /** Milliseconds before the second attempt; doubled each time, then shortened by up to a half at random. */
  firstDelay: number;
  maxDelay: number;
  /** Longest `Retry-After` that is obeyed; a longer one is cut. */
  maxRetryAfter: number;
}

const DEFAULTS: RetryOptions = { attempts: 5, firstDelay: 500, maxDelay: 15_000, maxRetryAfter: 60_000 };

/**
 * Repeats what failed for the moment, with jittered exponential back-off. A `Retry-After` holds for everyone who asks
 * the same host, so that one throttled host is left in peace while others go on.
 */
export class Retries {
  private readonly options: RetryOptions;
  /** Host → when it may be asked again, milliseconds since 1970. */
  private readonly pauses = new Map<string, number>();

  constructor(options: Partial<RetryOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
  }

  /**
   * The result of the first attempt that does not throw `TransientFailure`; throws its `error` after the last one.
   * `attempts` is how many there are at most, instead of the usual number.
   */
  async run<T>(
    host: string,
    signal: AbortSignal,
    attempt: () => Promise<T>,
    attempts: number = this.options.attempts,
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      await this.untilAllowed(host, signal);
      try {
        return await attempt();
      } catch (failure) {
        if (!(failure instanceof TransientFailure)) throw failure;
        if (tries >= attempts) throw failure.error;
        if (failure.retryAfter !== undefined) this.holdOff(host, failure.retryAfter);
        await pause(this.delay(tries), signal);
      }
    }
  }

  private delay(tries: number): number {
    const full = Math.min(this.options.maxDelay, this.options.firstDelay * 2 ** (tries - 1));
    return full * (0.5 + Math.random() / 2);
  }

  private holdOff(host: string, milliseconds: number): void {
    const until = Date.now() + Math.min(milliseconds, this.options.maxRetryAfter);
    this.pauses.set(host, Math.max(until, this.pauses.get(host) ?? 0));
  }

  private async untilAllowed(host: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const wait = (this.pauses.get(host) ?? 0) - Date.now();
    if (wait > 0) await pause(wait, signal);
    else this.pauses.delete(host);
  }
}

/** Waits; throws the signal's own reason when that fires. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Whether an HTTP status says that the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110 §10.2.3). Undefined when absent or unreadable.
 */
export function parseRetryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /\d GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
