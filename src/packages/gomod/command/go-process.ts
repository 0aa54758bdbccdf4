import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { SubprocessCallError } from '../../../errors/index.js';
import { MemoryWatch } from './memory-watch.js';
import { Tail } from './tail.js';

/** How much of the end of the error output is kept. Bytes. */
const MAX_ERROR_OUTPUT = 64 * 1024;

export interface GoProcessOptions {
  /** How the command is called in messages. */
  name: string;
  /** Absolute path of `go`. */
  binary: string;
  args: readonly string[];
  directory: string;
  environment: Record<string, string>;
  /** Milliseconds. */
  timeout: number;
  /** Of the command with its children. Bytes. */
  maxMemory: number;
  signal: AbortSignal;
}

/** How a command ended: by itself, or because it took more memory than it may. */
export interface GoExit {
  /** Undefined when it was killed. */
  code: number | undefined;
  /** The end of the error output. */
  stderr: string;
  tooMuchMemory: boolean;
}

/**
 * A running go command: an argument vector, a whole environment, no shell, no input. It leads a process group of its own,
 * which is killed when the time is over, the signal fires, or it takes too much memory.
 */
export class GoProcess {
  private readonly child: ReturnType<typeof start>;
  private readonly exit: Promise<number | undefined>;
  private readonly timer: NodeJS.Timeout;
  private readonly memory: MemoryWatch;
  private readonly stderr = new Tail(MAX_ERROR_OUTPUT);
  private readonly onAbort = (): void => this.kill();
  private ending: 'time' | 'memory' | undefined;

  constructor(private readonly options: GoProcessOptions) {
    options.signal.throwIfAborted();
    this.child = start(options);
    this.exit = new Promise((resolve, reject) => {
      this.child.once('error', (cause) => reject(new SubprocessCallError(`${options.name} cannot be started.`, { cause })));
      this.child.once('close', (code) => resolve(code ?? undefined));
    });
    // Whoever waits for the end hears of it; until then it is no unhandled one.
    this.exit.catch(() => undefined);
    this.child.stderr.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    this.child.stderr.on('error', () => undefined);
    this.timer = setTimeout(() => this.kill('time'), options.timeout);
    this.memory = new MemoryWatch(this.child.pid, options.maxMemory, () => this.kill('memory'));
    options.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** What it prints. It waits when nobody reads, and does not end before all is read. */
  get stdout(): Readable {
    return this.child.stdout;
  }

  /**
   * Waits for the end. Throws `SubprocessCallError` when it could not be started or the time was over, the signal's
   * reason when that fired.
   */
  async end(): Promise<GoExit> {
    try {
      const code = await this.exit;
      this.options.signal.throwIfAborted();
      if (this.ending === 'time') throw this.timedOut();
      return { code, stderr: this.stderr.text(), tooMuchMemory: this.ending === 'memory' };
    } finally {
      clearTimeout(this.timer);
      this.memory.stop();
      this.options.signal.removeEventListener('abort', this.onAbort);
    }
  }

  /** Kills the process and everything it started, and waits for its end. */
  async stop(): Promise<void> {
    this.kill();
    await this.end().catch(() => undefined);
  }

  private kill(reason?: 'time' | 'memory'): void {
    const { pid, exitCode, signalCode, stdout, stderr } = this.child;
    if (pid !== undefined && exitCode === null && signalCode === null) {
      this.ending ??= reason;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    // The end is noticed when nothing more can be printed: neither what nobody reads nor a stray child delays it.
    stdout.destroy();
    stderr.destroy();
  }

  private timedOut(): SubprocessCallError {
    const { name, timeout } = this.options;
    return new SubprocessCallError(`${name} took longer than ${Math.round(timeout / 1000)} seconds and was stopped.`);
  }
}

function start({ binary, args, directory, environment }: GoProcessOptions) {
  return spawn(binary, args, { cwd: directory, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}
