import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runInThread, ThreadError, type ThreadOptions } from './index.js';

const WORK = new URL('./__fixtures__/thread-work.mjs', import.meta.url);
const signal = new AbortController().signal;

function run<Result = unknown>(name: string, argument?: unknown, options: Partial<ThreadOptions> = {}) {
  return runInThread<Result>(WORK, name, argument, { signal, ...options });
}

describe('runInThread', () => {
  it('returns what a function returns, at once or later, from another thread', async () => {
    expect(await run('double', 21)).toBe(42);
    const answer = await run<{ value: unknown; threadId: number }>('later', { nested: [1] });
    expect(answer.value).toEqual({ nested: [1] });
    expect(answer.threadId).not.toBe(threadId);
  });

  it('uses a thread again that has answered, and none that has not', async () => {
    const id = async (): Promise<number> => (await run<{ threadId: number }>('later', 1)).threadId;
    const first = await id();
    expect(await id()).toBe(first);
    await expect(run('fails', 'once')).rejects.toThrow('once');
    expect(await id()).toBe(first);
    await expect(run('neverSettles', undefined, { timeout: 50 })).rejects.toThrow(ThreadError);
    expect(await id()).not.toBe(first);
    const ids = await Promise.all([id(), id(), id(), id()]);
    expect(new Set(ids).size).toBe(4);
  });

  it('moves buffers both ways, and copies a part of one', async () => {
    const { whole, part } = await run<{ whole: Uint8Array; part: Uint8Array }>('bytes', 1 << 20);
    expect(whole).toHaveLength(1 << 20);
    expect(Buffer.from(part).toString()).toBe('abc');

    const buffer = new ArrayBuffer(1000);
    expect(await run('size', buffer, { transfer: [buffer] })).toBe(1000);
    expect(buffer.byteLength).toBe(0);
  });

  it('keeps maps with keys that are special in objects', async () => {
    expect(await run('aMap')).toEqual(new Map([['__proto__', 1]]));
  });

  it.each<[string, unknown, Partial<ThreadOptions>, string, RegExp]>([
    ['fails', 'too large', {}, 'RangeError', /^too large$/],
    ['rejects', undefined, {}, 'Error', /^text$/],
    ['notClonable', undefined, {}, 'DataCloneError', /could not be cloned/],
    ['noFunction', undefined, {}, 'TypeError', /noFunction is no function/],
    ['missing', undefined, {}, 'TypeError', /missing is no function/],
    ['exits', undefined, {}, 'Crash', /without an answer/],
    ['throwsOutside', undefined, {}, 'Crash', /outside/],
    ['neverSettles', undefined, { timeout: 50 }, 'TimeoutError', /longer than 0.05 seconds/],
    ['fillsMemory', undefined, { memoryLimit: 32 }, 'OutOfMemory', /memory/],
  ])('reports %s', async (name, argument, options, errorName, message) => {
    const error = await run(name, argument, options).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ThreadError);
    expect(error).toMatchObject({ errorName, message: expect.stringMatching(message) });
  });

  it('reports a module that is not there', async () => {
    await expect(runInThread(new URL('./none.mjs', WORK), 'double', 1, { signal })).rejects.toThrow(ThreadError);
  });

  describe('when aborted', () => {
    let directory: string;
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'cachito-thread-'));
    });
    afterAll(() => rm(directory, { recursive: true }));

    it('ends work that never returns, with the reason', async () => {
      const abort = new AbortController();
      const file = join(directory, 'running');
      const watching = new AbortController();
      const appears = appearance(file, watching.signal);
      const result = run('spins', file, { signal: abort.signal });
      await Promise.race([appears, result]).finally(() => watching.abort());
      abort.abort(new Error('enough'));
      await expect(result).rejects.toThrow('enough');
    });

    it('does not begin', async () => {
      await expect(run('double', 1, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    });
  });
});

async function appearance(file: string, signal: AbortSignal): Promise<void> {
  for await (const { filename } of watch(dirname(file), { signal })) if (filename === basename(file)) return;
}
