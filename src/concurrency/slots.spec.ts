import { describe, expect, it } from '@jest/globals';
import { Slots } from './index.js';

describe('Slots', () => {
  const { signal } = new AbortController();

  it('are held by so many at a time and handed over in order', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const [first, second] = [await slots.take(signal), await slots.take(signal)];
    const third = slots.take(signal).then((release) => (order.push(3), release));
    const fourth = slots.take(signal).then((release) => (order.push(4), release));
    expect(order).toEqual([]);
    first();
    // Giving back twice frees no second place.
    first();
    const release = await third;
    expect(order).toEqual([3]);
    second();
    (await fourth)();
    release();
    expect(order).toEqual([3, 4]);
    await Promise.all([slots.take(signal), slots.take(signal)]);
  });

  it('are not kept for those who left', async () => {
    const slots = new Slots(1);
    const release = await slots.take(signal);
    const abort = new AbortController();
    const left = slots.take(abort.signal);
    abort.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await expect(slots.take(abort.signal)).rejects.toThrow('left');
    release();
    await slots.take(signal);
  });
});
