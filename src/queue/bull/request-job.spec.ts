import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rankOf, type RequestJob } from './request-job.js';

const JOBS: fc.Arbitrary<RequestJob> = fc.record({
  requestId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  priority: fc.integer({ min: -(2 ** 19), max: 2 ** 19 - 1 }),
  begun: fc.boolean(),
});

describe('rankOf', () => {
  it('is in the order of the queue: begun work, then priorities, then ids', () => {
    fc.assert(
      fc.property(JOBS, JOBS, (one, other) => {
        const order =
          Number(other.begun) - Number(one.begun) ||
          one.priority - other.priority ||
          one.requestId - other.requestId;
        expect(Math.sign(rankOf(one) - rankOf(other))).toBe(Math.sign(order));
      }),
    );
  });

  it('is a whole number that Bull takes for one and Redis compares exactly, whatever the priority', () => {
    fc.assert(
      fc.property(JOBS, fc.double({ noNaN: true }), (job, priority) => {
        const rank = rankOf({ ...job, priority });
        expect(Number.isSafeInteger(rank) && rank >= 1 && rank < 2 ** 52).toBe(true);
      }),
    );
  });
});
