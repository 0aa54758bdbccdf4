import { Worker } from 'node:worker_threads';

/** Milliseconds that a thread waits for more work: loading its modules takes longer than most of that work. */
const PATIENCE = 30_000;
const MAX_IDLE = 2;

interface IdleThread {
  thread: Worker;
  timer: NodeJS.Timeout;
}

const idle: IdleThread[] = [];
const memoryLimits = new WeakMap<Worker, number>();

/** A thread that runs `file`, with so many MiB of heap: an idle one, or a new one. */
export function takeThread(file: URL, memoryLimit: number): Worker {
  const at = idle.findLastIndex(({ thread }) => memoryLimits.get(thread) === memoryLimit);
  if (at >= 0) {
    const [{ thread, timer }] = idle.splice(at, 1);
    clearTimeout(timer);
    thread.ref();
    return thread;
  }
  const thread = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: memoryLimit } });
  memoryLimits.set(thread, memoryLimit);
  // Whatever happens to it while nobody listens is noticed when it is taken again, or never.
  thread.on('error', () => undefined);
  thread.on('exit', () => forget(thread));
  return thread;
}

/** Keeps a thread that has answered, for a while. It does not keep the process alive. */
export function parkThread(thread: Worker): void {
  if (idle.length >= MAX_IDLE) return void endThread(thread);
  thread.unref();
  const timer = setTimeout(() => void endThread(thread), PATIENCE);
  timer.unref();
  idle.push({ thread, timer });
}

export async function endThread(thread: Worker): Promise<void> {
  forget(thread);
  await thread.terminate();
}

function forget(thread: Worker): void {
  const at = idle.findIndex((each) => each.thread === thread);
  if (at < 0) return;
  const [{ timer }] = idle.splice(at, 1);
  clearTimeout(timer);
}
