import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withHostLock } from './host-lock.js';

describe('withHostLock', () => {
  let directory: string;
  let file: string;
  const { signal } = new AbortController();
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
    file = join(directory, 'x.lock');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('lets in one at a time, in order, and leaves nothing behind', async () => {
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        withHostLock(file, signal, async () => {
          inside += 1;
          expect(inside).toBe(1);
          await sleep(1);
          order.push(at);
          inside -= 1;
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(await readdir(directory)).toEqual([]);
  });

  it('goes on after a failure', async () => {
    await expect(withHostLock(file, signal, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    await expect(withHostLock(file, signal, async () => 'next')).resolves.toBe('next');
  });

  it('stops waiting at the signal', async () => {
    const abort = new AbortController();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const holding = withHostLock(file, signal, () => released);
    const waiting = withHostLock(file, abort.signal, async () => 'never');
    abort.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    release();
    await holding;
  });

  it('waits for a living holder in another process', async () => {
    await writeFile(file, JSON.stringify({ pid: process.pid, begun: 'x', namespace: 'elsewhere', token: 't' }));
    const abort = new AbortController();
    const waiting = withHostLock(file, abort.signal, async () => 'never');
    setTimeout(() => abort.abort(new Error('cancelled')), 200);
    await expect(waiting).rejects.toThrow('cancelled');
  });

  const LONG_AGO = new Date(Date.now() - 3_600_000);
  it.each([
    ['of another container, silent for long', JSON.stringify({ pid: 1, begun: '1', namespace: 'elsewhere', token: 't' })],
    ['cut off when it was written, long ago', '{"pid'],
    ['empty, long ago', ''],
  ])('takes over a lock %s', async (_name, text) => {
    await writeFile(file, text);
    await utimes(file, LONG_AGO, LONG_AGO);
    await writeFile(`${file}.takeover`, '');
    await utimes(`${file}.takeover`, LONG_AGO, LONG_AGO);
    const results = await Promise.all(Array.from({ length: 5 }, (_, at) => withHostLock(file, signal, async () => at)));
    expect(results).toEqual([0, 1, 2, 3, 4]);
    expect(await readdir(directory)).toEqual([]);
  });
});
