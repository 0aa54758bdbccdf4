import { inTurns } from './turns.js';

/** Items that are sorted at a stroke. */
const RUN = 512;

/** A sorted copy (equal items keep their order), made piece by piece: others have their turn in between. */
export async function sortedInTurns<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  let runs: Item[][] = [];
  for (let at = 0; at < items.length; at += RUN) runs.push(items.slice(at, at + RUN));
  await inTurns(runs, (run) => run.sort(compare));
  while (runs.length > 1) {
    const joined: Item[][] = [];
    for (let at = 0; at < runs.length; at += 2) joined.push(await mergedInTurns(runs[at], runs[at + 1] ?? [], compare));
    runs = joined;
  }
  return runs[0] ?? [];
}

async function mergedInTurns<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Promise<Item[]> {
  const all: Item[] = [];
  await inTurns(merged(left, right, compare), (item) => all.push(item));
  return all;
}

function* merged<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Generator<Item> {
  let at = 0;
  for (const item of right) {
    while (at < left.length && compare(left[at], item) <= 0) yield left[at++];
    yield item;
  }
  yield* left.slice(at);
}
