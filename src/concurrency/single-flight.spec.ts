import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from './index.js';

const forever = new AbortController().signal;

describe('SingleFlight', () => {
  it('lets all who come while the work goes on share it', async () => {
    const flights = new SingleFlight<number>();
    let begun = 0;
    const work = async (): Promise<number> => ++begun;
    const results = await Promise.all([1, 2, 3].map(() => flights.run('key', forever, work)));
    expect(results).toEqual([1, 1, 1]);
    expect(await flights.run('key', forever, work)).toBe(2);
    expect(await flights.run('other', forever, work)).toBe(3);
  });

  it('lets nobody join what has failed, even while others have not heard of it', async () => {
    const flights = new SingleFlight<string>();
    const retried = async (): Promise<string> => {
      try {
        return await flights.run('key', forever, () => Promise.reject(new Error('down')));
      } catch {
        return flights.run('key', forever, async () => 'up');
      }
    };
    expect(await Promise.all([retried(), retried(), retried()])).toEqual(['up', 'up', 'up']);
  });

  it('goes on for those who stay, and ends when the last one has left', async () => {
    const flights = new SingleFlight<string>();
    const [first, second] = [new AbortController(), new AbortController()];
    let ended: unknown;
    const work = (signal: AbortSignal): Promise<string> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject((ended = signal.reason))));
    const results = [first, second].map(({ signal }) => flights.run('key', signal, work));
    first.abort(new Error('first'));
    await expect(results[0]).rejects.toThrow('first');
    expect(ended).toBeUndefined();
    second.abort(new Error('second'));
    await expect(results[1]).rejects.toThrow('second');
    expect(ended).toMatchObject({ message: 'second' });
  });
});
