/**
 * What this worker cannot do, and until when it need not be asked again. It forgets by itself, so it holds no more than
 * what waits in the queue.
 */
export class Refusals {
  /** Times of `performance.now()`. */
  private readonly ends = new Map<number, number>();

  /** `pause` in milliseconds. */
  add(requestId: number, pause: number): void {
    this.ends.set(requestId, performance.now() + pause);
  }

  /** Ids that this worker is not to be asked for now. */
  current(): number[] {
    const now = performance.now();
    for (const [id, end] of this.ends) if (end <= now) this.ends.delete(id);
    return [...this.ends.keys()];
  }

  /** Milliseconds until this worker is to be asked for it; 0 = now. */
  remaining(requestId: number): number {
    return Math.max(0, (this.ends.get(requestId) ?? 0) - performance.now());
  }

  get size(): number {
    return this.ends.size;
  }
}
