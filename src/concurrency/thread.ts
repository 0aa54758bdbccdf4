import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadWork } from './thread-protocol.js';

/** The first file of a thread that `runInThread` uses. It imports nothing but the modules with the work. */
parentPort?.on('message', async (message: ThreadWork) => {
  const answer = await work(message);
  try {
    parentPort?.postMessage(answer, 'result' in answer ? wholeBuffers(answer.result) : []);
  } catch (error) {
    parentPort?.postMessage(failure(error));
  }
});

async function work({ module, exportName, argument }: ThreadWork): Promise<ThreadAnswer> {
  try {
    const exports: Record<string, unknown> = await import(module);
    const run = exports[exportName];
    if (typeof run !== 'function') throw new TypeError(`${exportName} is no function`);
    return { result: await run(argument) };
  } catch (error) {
    return failure(error);
  }
}

/**
 * What need not be copied: the buffers of the result itself, or of its properties one level down. A view of a part
 * (such as a small `Buffer`, which lies in a shared pool) is copied.
 */
function wholeBuffers(result: unknown): ArrayBuffer[] {
  const values = typeof result === 'object' && result !== null ? [result, ...Object.values(result)] : [];
  return [...new Set(values.map(wholeBuffer).filter((buffer) => buffer !== undefined))];
}

function wholeBuffer(value: unknown): ArrayBuffer | undefined {
  if (value instanceof ArrayBuffer) return value;
  if (!ArrayBuffer.isView(value) || !(value.buffer instanceof ArrayBuffer)) return undefined;
  return value.byteLength === value.buffer.byteLength ? value.buffer : undefined;
}

function failure(error: unknown): { failure: { errorName: string; message: string } } {
  const isError = error instanceof Error;
  return { failure: { errorName: isError ? error.name : 'Error', message: isError ? error.message : String(error) } };
}
