import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { testConfiguration } from '../config/testing.js';
import { Drain } from './drain.js';

function drainWithin(drainTimeout: number): Drain {
  return new Drain(testConfiguration({ worker: { ...testConfiguration().worker, drainTimeout } }));
}

describe('Drain', () => {
  it('is over at once when nobody has begun it', () => {
    expect(drainWithin(3_600_000).over.aborted).toBe(true);
  });

  it('is over when its time is', async () => {
    const drain = drainWithin(10);
    drain.begin();
    expect(drain.over.aborted).toBe(false);
    await once(drain.over, 'abort');
  });

  it('is over when there is a hurry', () => {
    const drain = drainWithin(3_600_000);
    drain.begin();
    drain.begin();
    expect(drain.over.aborted).toBe(false);
    drain.hurry();
    expect(drain.over.aborted).toBe(true);
  });
});
