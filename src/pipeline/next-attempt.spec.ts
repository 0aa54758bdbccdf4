import { describe, expect, it } from '@jest/globals';
import { DatabaseError, FileAccessError, GoModError, InvalidFileFormat, NetworkError } from '../errors/index.js';
import { ShuttingDown } from './abort-reasons.js';
import { pauseUntilNextAttempt } from './next-attempt.js';

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });

describe('pauseUntilNextAttempt', () => {
  it.each<[string, unknown, number | undefined]>([
    ['a worker that stops', new ShuttingDown(), 0],
    ['a database that is away', new DatabaseError('x'), 3_000],
    ['a write to a full disk', full, 3_000],
    ['a store without space', new FileAccessError('The store has no space left: free some', { cause: full }), 3_000],
    ['a store without space, however it is said', new FileAccessError('x', { cause: full }), 3_000],
    ['git without space', new FileAccessError('The disk of the service is full. Tell its administrators.'), 3_000],
    ['go without space', new GoModError('go list failed: mkdir /app/x: no space left on device'), 3_000],
    ['a database that takes too long', Object.assign(new Error('canceling statement'), { code: '57014' }), 3_000],
    ['a missing file', new FileAccessError('The blob 00 is missing'), undefined],
    ['a file of the repository that speaks of space', new InvalidFileFormat('no space left'), undefined],
    ['trouble with another host', new NetworkError('x'), undefined],
    ['a mistake in the code', new TypeError('x is undefined'), undefined],
    ['no error at all', 'no space left', undefined],
  ])('%s', (_, error, expected) => {
    expect(pauseUntilNextAttempt(error, 1)).toBe(expected);
  });

  it('gives a database that takes too long five attempts', () => {
    const error = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
    const pauses = [1, 2, 3, 4, 5].map((attempt) => pauseUntilNextAttempt(error, attempt));
    expect(pauses).toEqual([3_000, 6_000, 12_000, 24_000, undefined]);
  });

  it('gives a full disk ever longer, about a quarter of an hour in all', () => {
    const pauses: number[] = [];
    for (let attempt = 1; ; attempt++) {
      const pause = pauseUntilNextAttempt(full, attempt);
      if (pause === undefined) break;
      pauses.push(pause);
    }
    expect(pauses.slice(0, 6)).toEqual([3_000, 6_000, 12_000, 24_000, 30_000, 30_000]);
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeGreaterThan(12 * 60_000);
    expect(pauses.reduce((sum, pause) => sum + pause)).toBeLessThan(20 * 60_000);
  });
});
