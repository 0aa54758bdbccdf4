import { describe, expect, it } from '@jest/globals';
import { Batches } from './batches.js';

describe('Batches', () => {
  it('does together what comes while it is busy, at most so many at a time', async () => {
    const sizes: number[] = [];
    let first: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (first = resolve));
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const batches = new Batches<number, number>(async (items) => {
      sizes.push(items.length);
      first();
      await gate;
      return items.map((item) => item * 2);
    }, 10);
    const one = batches.add(1);
    await begun;
    const many = Promise.all(Array.from({ length: 25 }, (_, at) => batches.add(at)));
    go();
    expect(await one).toBe(2);
    expect(await many).toEqual(Array.from({ length: 25 }, (_, at) => at * 2));
    expect(sizes).toEqual([1, 10, 10, 5]);
    expect(await batches.add(7)).toBe(14);
  });

  it('fails only the caller whose item is bad', async () => {
    const batches = new Batches<number, number>(async (items) => {
      if (items.includes(3)) throw new Error('three');
      return items;
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((item) => batches.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});
