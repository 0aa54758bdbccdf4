import type { Worker } from 'node:worker_threads';
import { endThread, parkThread, takeThread } from './idle-threads.js';
import type { ThreadAnswer, ThreadWork } from './thread-protocol.js';

export interface ThreadOptions {
  signal: AbortSignal;
  /**
   * MiB of heap; 1024 unless told. Buffers lie outside of the heap and do not count. It is a last resort: Node.js ends
   * the thread between two steps of the program, so one built-in function that needs tens of MiB more (`JSON.parse` of a
   * huge text) ends the whole process, or takes for ever (nodejs/node#47224). What comes in is limited before.
   */
  memoryLimit?: number;
  /** Milliseconds; no limit unless told. */
  timeout?: number;
  /** Buffers of the argument that are handed over instead of copied. */
  transfer?: readonly ArrayBuffer[];
}

/** What went wrong in a thread. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError';

  constructor(
    /**
     * The name of the error that the work threw; `OutOfMemory`, `TimeoutError` when it took too long, `Crash` when the
     * thread ended without an answer.
     */
    readonly errorName: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * What the function `exportName` of a module returns for an argument, computed in a thread of its own, so that neither
 * its time nor its memory burdens this one. Argument and result are structured clones; whole `ArrayBuffer`s in the
 * result, or one level down in it, are moved. `module` is given as seen from the caller:
 * `new URL('./work.js', import.meta.url)`; its file may be any that imports nothing heavy.
 *
 * Throws `ThreadError`, or the signal's reason when that fires first. A thread that gave no answer has ended when this
 * returns; one that did waits a while for more.
 */
export async function runInThread<Result>(
  module: URL,
  exportName: string,
  argument: unknown,
  options: ThreadOptions,
): Promise<Result> {
  options.signal.throwIfAborted();
  const work: ThreadWork = { module: compiled(module).href, exportName, argument };
  const thread = takeThread(compiled(new URL('./thread.js', import.meta.url)), options.memoryLimit ?? 1024);
  const outcome = await answerOf(thread, work, options).catch(async (error: unknown) => {
    await endThread(thread);
    throw error;
  });
  parkThread(thread);
  if ('failure' in outcome) throw new ThreadError(outcome.failure.errorName, outcome.failure.message);
  return outcome.result as Result;
}

async function answerOf(thread: Worker, work: ThreadWork, options: ThreadOptions): Promise<ThreadAnswer> {
  const { signal, timeout, transfer = [] } = options;
  const settled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      const on = (event: string, listener: (value: unknown) => void): void => {
        thread.on(event, listener);
        settled.signal.addEventListener('abort', () => thread.off(event, listener));
      };
      on('message', (answer) => resolve(answer as ThreadAnswer));
      on('messageerror', (error) => reject(new ThreadError('Crash', String(error))));
      on('error', (error) => reject(crash(error)));
      on('exit', () => reject(new ThreadError('Crash', 'The thread ended without an answer')));
      signal.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
      if (timeout !== undefined) timer = setTimeout(() => reject(timedOut(timeout)), timeout);
      thread.postMessage(work, [...transfer]);
    });
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
}

/** An error that nobody caught in the thread, or that ended it. */
function crash(error: unknown): ThreadError {
  const { code, message } = Object(error);
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new ThreadError('OutOfMemory', 'The work needed more memory than it is allowed to use');
  }
  return new ThreadError('Crash', String(message ?? error));
}

function timedOut(timeout: number): ThreadError {
  return new ThreadError('TimeoutError', `The work took longer than ${timeout / 1000} seconds`);
}

/** Threads run compiled code only: where TypeScript is loaded directly (tests), it is the one of the last build. */
function compiled(file: URL): URL {
  const here = import.meta.url;
  const sources = new URL('../', here).href;
  if (!here.endsWith('.ts') || !file.href.startsWith(sources) || !/\.[jt]s$/.test(file.href)) return file;
  const inside = file.href.slice(sources.length).replace(/\.ts$/, '.js');
  return new URL(`../dist/src/${inside}`, sources);
}
