import { inTurns } from '../../../concurrency/index.js';
import type { DependencyGraph } from './dependency-graph.js';

/**
 * Where the graph is entered, so that everything in it is reached: `own`, those that nobody requires, and of each cycle
 * that nothing else leads to, all members. In the order of places.
 */
export async function entrances({ requires, own }: DependencyGraph): Promise<number[]> {
  const found = new Set(own);
  const reached = new Set<number>();
  const finished: number[] = [];
  const requiredBy = requires.map(() => new Set<number>());
  await inTurns(requires.entries(), ([from, targets]) => targets.forEach((to) => requiredBy[to].add(from)));
  await inTurns(finishOrder(requires), (place) => void finished.push(place));
  await inTurns(restOf(reached, own), (place) => addReachable(place, requires, reached));
  // From the last one finished on, a place that is not reached yet lies where nothing leads to (Kosaraju).
  await inTurns(restOf(reached, finished.reverse()), (place) => {
    addReachable(place, requiredBy, found);
    addReachable(place, requires, reached);
  });
  return [...found].sort((one, other) => one - other);
}

type Neighbours = readonly ReadonlySet<number>[];

/** Those that are not reached when it is their turn. */
function* restOf(reached: ReadonlySet<number>, places: Iterable<number>): Generator<number> {
  for (const place of places) if (!reached.has(place)) yield place;
}

/** Adds a place and all that can be reached from it without passing one that is there already. */
function addReachable(start: number, neighbours: Neighbours, into: Set<number>): void {
  into.add(start);
  const todo = [start];
  for (let place = todo.pop(); place !== undefined; place = todo.pop()) {
    for (const next of neighbours[place]) {
      if (into.has(next)) continue;
      into.add(next);
      todo.push(next);
    }
  }
}

/** Places in the order in which a depth-first search has seen all behind them. */
function* finishOrder(neighbours: Neighbours): Generator<number> {
  const seen = new Set<number>();
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const path = [{ place: start, rest: neighbours[start].values() }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { value: next, done } = top.rest.next();
      if (done === true) {
        yield top.place;
        path.pop();
      } else if (!seen.has(next)) {
        seen.add(next);
        path.push({ place: next, rest: neighbours[next].values() });
      }
    }
  }
}
