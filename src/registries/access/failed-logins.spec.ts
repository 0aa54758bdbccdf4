import { describe, expect, it } from '@jest/globals';
import { FailedLogins } from './failed-logins.js';

const NOW = 1_000_000;

/** Adds failures; the answer to the last one. */
function fail(logins: FailedLogins, address: string, times: number, now = NOW): number | undefined {
  let answer: number | undefined;
  for (let each = 0; each < times; each += 1) answer = logins.add(address, now);
  return answer;
}

describe('FailedLogins', () => {
  it('lets a hundred pass in a minute, then says how long to wait', () => {
    const logins = new FailedLogins();
    expect(fail(logins, '192.0.2.1', 100)).toBeUndefined();
    expect(logins.add('192.0.2.1', NOW + 1_000)).toBe(59);
    expect(logins.add('192.0.2.1', NOW + 59_999)).toBe(1);
    expect(logins.add('192.0.2.1', NOW + 60_000)).toBeUndefined();
  });

  it.each([
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.1', '::ffff:192.0.2.1', true],
    ['2001:db8::1', '2001:db8:0:0:ffff::1', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['', 'nonsense', false],
  ])('takes %s and %s for the same client: %s', (one, other, same) => {
    const logins = new FailedLogins();
    fail(logins, one, 101);
    expect(logins.add(other, NOW) !== undefined).toBe(same);
  });

  it('forgets those that came first when there are too many', () => {
    const logins = new FailedLogins();
    fail(logins, '192.0.2.1', 101);
    for (let each = 0; each < 10_000; each += 1) logins.add(`10.0.${each >> 8}.${each & 255}`, NOW);
    expect(logins.add('192.0.2.1', NOW)).toBeUndefined();
  });
});
