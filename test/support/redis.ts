import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from './nginx.js';

export interface TestRedis {
  /** With the password, if there is one. */
  url: string;
  port: number;
  /** A command, by `redis-cli`. Returns what it prints. */
  command(...words: string[]): Promise<string>;
  /** SIGKILL: whatever is not on disk is gone. */
  kill(): Promise<void>;
  /** On the same port, with what is on disk. */
  start(): Promise<void>;
  /** Keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

/** A real Redis (`redis-server` and `redis-cli`) on a free port of loopback. It keeps its data in memory only, unless `persistent`. */
export async function startRedis(options: { password?: string; persistent?: boolean } = {}): Promise<TestRedis> {
  const directory = await mkdtemp(join(tmpdir(), 'cachito-redis-'));
  const { password } = options;
  const port = await freePort();
  const storage = ['--save', '', '--appendonly', options.persistent ? 'yes' : 'no', '--appendfsync', 'always'];
  const secret = password === undefined ? [] : ['--requirepass', password];
  const run = (): Promise<ChildProcess> =>
    startServer(['--bind', '127.0.0.1', '--port', String(port), '--dir', directory, ...storage, ...secret]);
  let server = await run();
  const end = (): boolean => server.kill('SIGKILL');
  process.once('exit', end);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    port,
    command: async (...words) => {
      const env = password === undefined ? {} : { REDISCLI_AUTH: password };
      return (await execa('redis-cli', ['-p', String(port), ...words], { env })).stdout;
    },
    kill,
    start: async () => {
      server = await run();
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    close: async () => {
      await kill();
      process.off('exit', end);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function startServer(options: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    lines.push(line);
    if (line.includes('Ready to accept connections')) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`redis-server has ended: ${lines.join('\n')}`);
}
