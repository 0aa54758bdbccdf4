/** Wakes the one loop that waits on it. Raised while nobody waits, it is remembered for the next wait. */
export class Signal {
  private raised = false;
  private resume: (() => void) | undefined;

  raise(): void {
    this.raised = true;
    this.resume?.();
  }

  /** Returns when raised, or after `limit` milliseconds. */
  async wait(limit: number): Promise<void> {
    if (!this.raised) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit);
        this.resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.resume = undefined;
    }
    this.raised = false;
  }
}
