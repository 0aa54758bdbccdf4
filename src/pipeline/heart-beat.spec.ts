import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type Claim, ClaimLost, LEASE, type RequestWork } from '../requests/index.js';
import { HeartBeat } from './heart-beat.js';

Logger.overrideLogger(false);

const CLAIM: Claim = { id: 7, owner: 'worker', attempt: 1 };

describe('HeartBeat', () => {
  let lost: unknown[];
  let renew: jest.Mock<RequestWork['renew']>;
  let heartBeat: HeartBeat;

  beforeEach(() => {
    jest.useFakeTimers();
    lost = [];
    renew = jest.fn<RequestWork['renew']>().mockResolvedValue(true);
    heartBeat = new HeartBeat({ renew }, CLAIM, (reason) => lost.push(reason));
  });
  afterEach(async () => {
    await heartBeat.stop();
    jest.useRealTimers();
  });

  it('renews well within the lease', async () => {
    await jest.advanceTimersByTimeAsync(10 * LEASE.duration);
    expect(renew.mock.calls.length).toBeGreaterThanOrEqual(20);
    expect(lost).toEqual([]);
  });

  it('tells at once when another worker has the request', async () => {
    renew.mockResolvedValue(false);
    heartBeat.beat();
    await jest.advanceTimersByTimeAsync(0);
    expect(lost).toEqual([expect.any(ClaimLost)]);
  });

  it('outlives a database that is away for longer than the lease', async () => {
    renew.mockRejectedValue(new Error('away'));
    await jest.advanceTimersByTimeAsync(6 * LEASE.duration);
    expect(lost).toEqual([]);
    renew.mockResolvedValue(true);
    await jest.advanceTimersByTimeAsync(20 * LEASE.duration);
    expect(lost).toEqual([]);
  });

  it('gives up when the database stays away', async () => {
    renew.mockRejectedValue(new Error('away'));
    await jest.advanceTimersByTimeAsync(15 * LEASE.duration);
    expect(lost[0]).toBeInstanceOf(ClaimLost);
  });

  it('asks no more after its end', async () => {
    await heartBeat.stop();
    await jest.advanceTimersByTimeAsync(10 * LEASE.duration);
    heartBeat.beat();
    expect(renew).not.toHaveBeenCalled();
  });
});
