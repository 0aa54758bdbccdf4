import { describe, expect, it } from '@jest/globals';
import { isTransientStatus, parseRetryAfter, Retries, TransientFailure } from './retries.js';

const FAST = { attempts: 4, firstDelay: 1, maxDelay: 2, maxRetryAfter: 50 };
const forever = new AbortController().signal;

describe('Retries', () => {
  it('repeats transient failures until one attempt succeeds', async () => {
    let tries = 0;
    const result = await new Retries(FAST).run('host', forever, async () => {
      tries += 1;
      if (tries < 3) throw new TransientFailure(new Error('later'));
      return 'done';
    });
    expect([result, tries]).toEqual(['done', 3]);
  });

  it('gives the real error after the last attempt, and others at once', async () => {
    let tries = 0;
    const fail = (error: Error) => async (): Promise<never> => {
      tries += 1;
      throw error;
    };
    await expect(new Retries(FAST).run('host', forever, fail(new TransientFailure(new Error('down'))))).rejects.toThrow('down');
    expect(tries).toBe(4);
    await expect(new Retries(FAST).run('host', forever, fail(new Error('wrong')))).rejects.toThrow('wrong');
    expect(tries).toBe(5);
    await expect(new Retries(FAST).run('host', forever, fail(new TransientFailure(new Error('down'))), 2)).rejects.toThrow('down');
    expect(tries).toBe(7);
  });

  it('holds off everyone who asks a host that said when, up to a limit', async () => {
    const retries = new Retries(FAST);
    const times: number[] = [];
    const begun = Date.now();
    const ask = (): Promise<void> =>
      retries.run('host', forever, async () => {
        times.push(Date.now() - begun);
        if (times.length === 1) throw new TransientFailure(new Error('throttled'), 3_600_000);
      });
    await ask();
    expect(times).toHaveLength(2);
    expect(times[1]).toBeGreaterThanOrEqual(45);
  });

  it('stops waiting at the signal', async () => {
    const abort = new AbortController();
    const retries = new Retries({ ...FAST, firstDelay: 60_000, maxDelay: 60_000 });
    const run = retries.run('host', abort.signal, async () => {
      setTimeout(() => abort.abort(), 5);
      throw new TransientFailure(new Error('later'));
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('reads Retry-After', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(parseRetryAfter('120', now)).toBe(120_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    for (const value of [undefined, '', 'soon', '-5', '99999999999999999999']) expect(parseRetryAfter(value, now)).toBeUndefined();
  });

  it('knows which statuses may pass', () => {
    expect([408, 429, 500, 502, 503, 504].every(isTransientStatus)).toBe(true);
    expect([200, 301, 401, 403, 404, 410].some(isTransientStatus)).toBe(false);
  });
});
