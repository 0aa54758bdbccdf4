import { execa } from 'execa';
import type { Readable, Writable } from 'node:stream';
import { SubprocessCallError } from '../../../errors/index.js';

/** Most of what git may say on its error output; a remote can make it talk. */
const MAX_ERROR_OUTPUT = 256 * 1024;
/** Most that `runGit` returns. Bytes. */
const MAX_OUTPUT = 1024 * 1024;

export interface GitProcessOptions {
  signal: AbortSignal;
  /** Milliseconds. */
  timeout: number;
  environment: Record<string, string>;
  input?: string;
}

/** git ended with an error; `stderr` is for classification and the service's log, not for clients. */
export class GitFailure extends Error {
  constructor(
    readonly command: string,
    readonly exitCode: number | undefined,
    readonly stderr: string,
  ) {
    super(
      `git ${command} failed${exitCode === undefined ? '' : ` with exit code ${exitCode}`}: ` +
        `${stderr.trim().slice(-500)}`,
    );
  }
}

/**
 * A running git command: an argument vector, a whole environment, no shell. It leads a process group of its own, and
 * when the time is over or the signal fires, the group is killed: git's helpers (`git-remote-http`, `ssh`) would live
 * on.
 */
export class GitProcess {
  private readonly child: ReturnType<typeof spawnGit>;
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = (): void => this.kill();
  private expired = false;

  constructor(
    directory: string,
    private readonly args: readonly string[],
    private readonly options: GitProcessOptions,
  ) {
    options.signal.throwIfAborted();
    this.child = spawnGit(['-C', directory, ...args], options);
    // Else execa lets unread output run away before anyone listens.
    this.child.stdout.pause();
    this.timer = setTimeout(() => {
      this.expired = true;
      this.kill();
    }, options.timeout);
    options.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  get stdin(): Writable {
    return this.child.stdin;
  }

  get stdout(): Readable {
    return this.child.stdout;
  }

  /**
   * Waits for the end. Throws `GitFailure` on a bad exit, `SubprocessCallError` when the time was over, the signal's
   * reason when that fired.
   */
  async end(): Promise<void> {
    try {
      const result = await this.child;
      this.options.signal.throwIfAborted();
      if (this.expired) throw timedOut(this.args[0], this.options.timeout);
      if (result.failed) throw new GitFailure(this.args[0] ?? '', result.exitCode, result.stderr);
    } finally {
      clearTimeout(this.timer);
      this.options.signal.removeEventListener('abort', this.onAbort);
    }
  }

  /**
   * What was read of its output, once it has ended well. Errors as `end`, before those of the reading: a git that failed
   * ends its output early.
   */
  async result<T>(reading: Promise<T>): Promise<T> {
    try {
      const value = await reading;
      await this.end();
      return value;
    } catch (failure) {
      await this.end();
      throw failure;
    } finally {
      await this.stop();
    }
  }

  /** Kills the process and everything it started, and waits for its end. */
  async stop(): Promise<void> {
    this.kill();
    await this.end().catch(() => undefined);
  }

  private kill(): void {
    const { pid, exitCode } = this.child;
    if (pid === undefined || (exitCode !== null && exitCode !== undefined)) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
    this.child.stdout.destroy();
  }
}

/** Runs git to its end and returns what it printed, at most 1 MiB. Errors as `GitProcess.end`. */
export async function runGit(directory: string, args: readonly string[], options: GitProcessOptions): Promise<string> {
  const git = new GitProcess(directory, args, options);
  const chunks: Buffer[] = [];
  let size = 0;
  git.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_OUTPUT) chunks.push(chunk);
  });
  git.stdout.on('error', () => undefined).resume();
  await git.end();
  return Buffer.concat(chunks).toString('utf8').trimEnd();
}

function spawnGit(args: readonly string[], { environment, input }: GitProcessOptions) {
  return execa('git', args, {
    env: environment,
    extendEnv: false,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: { stdout: false, stderr: true },
    maxBuffer: { stderr: MAX_ERROR_OUTPUT },
    ...(input === undefined ? {} : { input }),
  });
}

function timedOut(command: string | undefined, timeout: number): SubprocessCallError {
  return new SubprocessCallError(
    `git ${command} took longer than ${Math.round(timeout / 1000)} seconds and was stopped.`,
  );
}
