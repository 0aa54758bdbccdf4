import { describe, expect, it } from '@jest/globals';
import { sortedInTurns } from './sorted-in-turns.js';

describe('sortedInTurns', () => {
  it.each([0, 1, 2, 512, 513, 1024, 5000])('sorts %d items as toSorted does, equal ones included', async (count) => {
    const items = Array.from({ length: count }, (_, place) => ({ place, key: (place * 7919) % 101 }));
    const byKey = (a: { key: number }, b: { key: number }): number => a.key - b.key;
    expect(await sortedInTurns(items, byKey)).toEqual(items.toSorted(byKey));
  });

  it('lets others have their turn', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await sortedInTurns(Array.from({ length: 200_000 }, (_, place) => (place * 7919) % 100_003), (a, b) => a - b);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });
});
