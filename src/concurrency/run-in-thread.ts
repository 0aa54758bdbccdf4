import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadWork } from './thread-protocol.js';

export interface ThreadOptions {
  signal: AbortSignal;
  /** MiB of heap; 1024 unless told. Buffers lie outside of the heap and do not count. */
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
 * Throws `ThreadError`, or the signal's reason when that fires first. The thread has ended when this returns.
 */
export async function runInThread<Result>(
  module: URL,
  exportName: string,
  argument: unknown,
  options: ThreadOptions,
): Promise<Result> {
  options.signal.throwIfAborted();
  const work: ThreadWork = { module: compiled(module).href, exportName, argument };
  const worker = new Worker(compiled(new URL('./thread.js', import.meta.url)), {
    workerData: work,
    transferList: [...(options.transfer ?? [])],
    resourceLimits: { maxOldGenerationSizeMb: options.memoryLimit ?? 1024 },
  });
  const { answer, dispose } = firstOutcome(worker, options);
  try {
    const outcome = await answer;
    if ('failure' in outcome) throw new ThreadError(outcome.failure.errorName, outcome.failure.message);
    return outcome.result as Result;
  } finally {
    dispose();
    await worker.terminate();
  }
}

function firstOutcome(worker: Worker, { signal, timeout }: ThreadOptions) {
  let dispose = (): void => undefined;
  const answer = new Promise<ThreadAnswer>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('messageerror', (error) => reject(new ThreadError('Crash', String(error))));
    worker.on('error', (error) => reject(crash(error)));
    worker.once('exit', () => reject(new ThreadError('Crash', 'The thread ended without an answer')));
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = timeout === undefined ? undefined : setTimeout(() => reject(timedOut(timeout)), timeout);
    dispose = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  return { answer, dispose };
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
