/** Bytes per second that a body must bring on average once its head start is over. */
export const SLOWEST_RATE = 16 * 1024;

/**
 * How long a server may take, as one signal with the caller's own. It may be silent for `silence` milliseconds, and
 * everything together may take as long, plus one second for each 16 KiB of the body that have come: the largest honest
 * download ends, and a server that trickles is given up. Time runs from the moment that a request is sent: waiting for a
 * free connection is no fault of the server, and connecting has a limit of its own. Cleared when the body is done.
 */
export class TimeLimit {
  expired = false;
  private readonly controller = new AbortController();
  private begun = 0;
  private lastByte = 0;
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly onAbort = (): void => this.controller.abort(this.outer?.reason);

  constructor(
    private readonly silence: number,
    /** Whether bytes buy time: not for a body without a limit of its size, which need not end. */
    private readonly isExtended: boolean,
    private readonly outer: AbortSignal | undefined,
  ) {
    if (outer?.aborted === true) this.onAbort();
    else outer?.addEventListener('abort', this.onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The request goes out, for the first time or after a redirect. */
  begin(): void {
    this.pause();
    this.begun = performance.now();
    this.lastByte = this.begun;
    this.arm();
  }

  received(bytes: number): void {
    this.bytes += bytes;
    this.lastByte = performance.now();
  }

  /** Nothing runs until the next `begin`. */
  pause(): void {
    clearTimeout(this.timer);
  }

  clear(): void {
    this.pause();
    this.outer?.removeEventListener('abort', this.onAbort);
  }

  /** Bytes only move the end; the timer looks again when it fires. */
  private arm(): void {
    const extension = this.isExtended ? (this.bytes / SLOWEST_RATE) * 1000 : 0;
    const end = Math.min(this.lastByte, this.begun + extension) + this.silence;
    const left = end - performance.now();
    if (left <= 0) return this.expire();
    // The longest time that a timer can wait.
    this.timer = setTimeout(() => this.arm(), Math.min(left, 2 ** 31 - 1));
    this.timer.unref();
  }

  private expire(): void {
    this.expired = true;
    this.controller.abort();
  }
}
