import { setImmediate } from 'node:timers/promises';

/** Milliseconds that work may keep everybody else waiting. */
const TURN = 10;

/**
 * When others were last let in, `performance.now()`. All work of the process shares it: many short pieces of work, one
 * after the other, are one long piece to those who wait.
 */
let begun = 0;

async function letOthersIn(): Promise<void> {
  await setImmediate();
  begun = performance.now();
}

/** Passes items on one by one, and lets the rest of the process have its turn every few milliseconds. */
export async function* takingTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) {
    yield item;
    if (performance.now() - begun >= TURN) await letOthersIn();
  }
}

/** Does the work item by item, and lets others have their turn in between. */
export async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  for (const item of items) {
    work(item);
    if (performance.now() - begun >= TURN) await letOthersIn();
  }
}
