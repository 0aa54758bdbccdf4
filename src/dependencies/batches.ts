interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Does the same thing for many callers at once: what is asked while one batch is under way goes together into the next.
 * So a statement per item becomes a statement per batch, and no caller waits for a timer.
 */
export class Batches<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private running = false;

  /**
   * @param work returns the results in the order of the items; must be safe to repeat, because a batch that fails is
   *   done again item by item, so that one bad item fails its own caller only
   */
  constructor(
    private readonly work: (items: Item[]) => Promise<Result[]>,
    private readonly maxBatch = 1000,
  ) {}

  /** The item's own result, once its batch is done. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.running) this.start();
    });
  }

  private start(): void {
    this.running = true;
    // Whoever else asks in this turn of the event loop comes along.
    setImmediate(() => void this.runAll());
  }

  private async runAll(): Promise<void> {
    while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, this.maxBatch));
    this.running = false;
  }

  private async settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, at) => resolve(results[at]));
    } catch (error) {
      if (batch.length === 1) batch[0].reject(error);
      else await Promise.all(batch.map((each) => this.settle([each])));
    }
  }
}
