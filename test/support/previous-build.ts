import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A program of this project as it was. */
export interface PreviousBuild {
  commit: string;
  /** Names of the files of its migrations. */
  migrations: string[];
  /** What is to be started. */
  main: string;
}

/** The last version before workers told what they can do; to be replaced by the first release. */
const PREVIOUS = '8ca44ed102620803328acd8f8e5ba9b3bbadb2ce';

/** The version that an upgrade comes from (or what `CACHITO_TEST_PREVIOUS` names); or why it is not to be had here. */
export function findPreviousCommit(): { commit: string } | { obstacle: string } {
  try {
    return { commit: gitSays('rev-parse', '--verify', `${process.env.CACHITO_TEST_PREVIOUS || PREVIOUS}^{commit}`) };
  } catch {
    return { obstacle: 'the clone is shallow, or no clone: it lacks the previous version' };
  }
}

/**
 * Builds a commit once for all checkouts, with the libraries that its lock file names. Not below `node_modules`: of what
 * lies there the compiler leaves out files that are only imported.
 */
export async function buildCommit(commit: string): Promise<PreviousBuild> {
  const directory = join(tmpdir(), `cachito-test-build-${commit}`);
  // Its libraries may be those of a checkout that is gone.
  if (!existsSync(join(directory, 'node_modules'))) {
    await rm(directory, { recursive: true, force: true });
    await build(commit, directory);
  }
  const files = gitSays('ls-tree', '--name-only', commit, 'migrations/').split('\n');
  const migrations = files.filter((file) => /\/\d+-[\w-]+\.ts$/.test(file)).sort();
  return { commit, migrations, main: join(directory, 'dist/src/main.js') };
}

async function build(commit: string, directory: string): Promise<void> {
  const making = await mkdtemp(`${directory}.`);
  try {
    await execa('git', ['clone', '--quiet', '--no-checkout', ROOT, making]);
    await execa('git', ['-C', making, 'checkout', '--quiet', commit]);
    const [theirs, ours] = await Promise.all([making, ROOT].map((of) => readFile(join(of, 'package-lock.json'), 'utf8')));
    if (theirs === ours) await symlink(join(ROOT, 'node_modules'), join(making, 'node_modules'));
    else await execa('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: making });
    // Types were checked in its day, or not: a commit between two others may have been a step only.
    await execa(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'], { cwd: making });
    await rename(making, directory);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function gitSays(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/** A process of some build in the role that its environment names. */
export class BuiltProcess {
  private output = '';
  base = '';

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Resolves when it answers, or takes requests. */
  static async start(main: string, environment: NodeJS.ProcessEnv): Promise<BuiltProcess> {
    const env = { PATH: process.env.PATH, PORT: '0', CACHITO_LOG_FORMAT: 'json', ...environment };
    const child = spawn(process.execPath, ['--enable-source-maps', main], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new BuiltProcess(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', () => {
        const address = /Listens on\s+(http:\/\/\S+)\//.exec(started.output);
        if (address) started.base = address[1];
        if (address || started.output.includes('this worker takes requests')) resolve();
      });
      child.once('close', (status, signal) => reject(new Error(`ended with ${status ?? signal}:\n${started.output}`)));
    });
    return started;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get log(): string {
    return this.output;
  }

  /** SIGTERM; returns its exit status or the signal that ended it. */
  async stop(): Promise<number | string | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    return this.child.exitCode ?? this.child.signalCode;
  }
}
