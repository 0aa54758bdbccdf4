import { Worker } from 'node:worker_threads';
import { SubprocessCallError } from '../../../errors/index.js';
import { DamagedRepositoryError } from '../git-client.js';
import { type WorkerAnswer, type WorkerCalls, WorkerError, type WorkerSettings } from './protocol.js';

/** A worker thread for one repository. Calls are answered one after the other; `close` ends it whatever it does. */
export class WorkerSession {
  private readonly worker: Worker;
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.fail(this.signal.reason);
  private waiting: { resolve: (value: unknown) => void; reject: (reason: unknown) => void } | undefined;
  private failure: { reason: unknown } | undefined;

  constructor(
    settings: WorkerSettings,
    private readonly signal: AbortSignal,
  ) {
    signal.throwIfAborted();
    this.worker = new Worker(workerFile(), { workerData: settings, stdin: false });
    this.worker.on('message', (answer: WorkerAnswer) => this.settle(answer));
    this.worker.on('error', (error) =>
      this.fail(new DamagedRepositoryError(`The git worker failed: ${String(error)}`)),
    );
    this.worker.on('exit', () => this.fail(new DamagedRepositoryError('The git worker ended')));
    this.timer = setTimeout(() => this.fail(timedOut(settings.timeout)), settings.timeout);
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /**
   * Throws `WorkerError` for what the worker reports, the signal's reason, `SubprocessCallError` after the time limit.
   */
  async call<Name extends keyof WorkerCalls>(
    call: Name,
    argument: WorkerCalls[Name]['argument'],
  ): Promise<WorkerCalls[Name]['result']> {
    const answer = await new Promise<unknown>((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure.reason);
      this.waiting = { resolve, reject };
      this.worker.postMessage({ call, argument });
    });
    return answer as WorkerCalls[Name]['result'];
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
    await this.worker.terminate();
  }

  private settle(answer: WorkerAnswer): void {
    const { waiting } = this;
    this.waiting = undefined;
    if ('result' in answer) waiting?.resolve(answer.result);
    else waiting?.reject(new WorkerError(answer.failure));
  }

  private fail(reason: unknown): void {
    this.failure ??= { reason };
    this.waiting?.reject(this.failure.reason);
    this.waiting = undefined;
    void this.worker.terminate();
  }
}

/** Threads run compiled code only: where TypeScript is loaded directly (tests), it is the one of the last build. */
function workerFile(): URL {
  const here = import.meta.url;
  return new URL('./worker.js', here.endsWith('.ts') ? here.replace(/\/src\/(?=source\/)/, '/dist/src/') : here);
}

function timedOut(timeout: number): SubprocessCallError {
  return new SubprocessCallError(
    `Fetching with isomorphic-git took longer than ${Math.round(timeout / 1000)} seconds and was stopped.`,
  );
}
