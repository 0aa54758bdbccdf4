import { setMaxListeners } from 'node:events';

/**
 * Works on all items, at most `limit` at a time, and returns the results in their order. The first failure fires the
 * signal of the others and is what is thrown, once all of them have ended; `signal` stops everything with its reason.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  signal.throwIfAborted();
  const abort = new AbortController();
  // Each of the works listens to it.
  setMaxListeners(0, abort.signal);
  const onAbort = (): void => abort.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) {
      abort.signal.throwIfAborted();
      results[at] = await work(item, abort.signal);
    }
  };
  const failures: unknown[] = [];
  const run = () =>
    worker().catch((error: unknown) => {
      failures.push(error);
      abort.abort(error);
    });
  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return results;
}
