import { setImmediate } from 'node:timers/promises';

/** Milliseconds that work may keep everybody else waiting. */
const TURN = 10;

/** Passes items on one by one, and lets the rest of the process have its turn every few milliseconds. */
export async function* takingTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let begun = performance.now();
  for (const item of items) {
    yield item;
    if (performance.now() - begun < TURN) continue;
    await setImmediate();
    begun = performance.now();
  }
}

/** Does the work item by item, and lets others have their turn in between. */
export async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let begun = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - begun < TURN) continue;
    await setImmediate();
    begun = performance.now();
  }
}
