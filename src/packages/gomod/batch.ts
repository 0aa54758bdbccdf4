/** Work that goes on side by side, up to a number at a time. */
export class Batch {
  private readonly running = new Set<Promise<void>>();
  private failure: { error: unknown } | undefined;

  constructor(private readonly size: number) {}

  /** Resolves when there is room for more. Throws what an earlier one has thrown. */
  async add(work: Promise<void>): Promise<void> {
    const guarded: Promise<void> = work
      .catch((error: unknown) => void (this.failure ??= { error }))
      .finally(() => this.running.delete(guarded));
    this.running.add(guarded);
    while (this.running.size >= this.size) await Promise.race(this.running);
    if (this.failure !== undefined) await this.end();
  }

  /** Resolves when all have ended. */
  async end(): Promise<void> {
    await Promise.all(this.running);
    if (this.failure !== undefined) throw this.failure.error;
  }
}
