import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { go, installedGoVersion } from './go-command.js';
import { freePort } from './nginx.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TOOLS = join(ROOT, 'node_modules/.cache/cachito-test-tools');
const VERSION = '1.8.0';
const PROGRAM = 'versitygw';

/** Milliseconds that a build may take on a busy machine; on a quiet one with two cores it takes about one minute. */
export const S3_SERVER_BUILD_TIMEOUT = 15 * 60_000;

export interface TestS3Server {
  bucket: string;
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Where it keeps its objects: a file each, below a folder for the bucket. */
  directory: string;
  /** SIGKILL: its connections break. */
  kill(): Promise<void>;
  /** On the same port, with what it had. */
  start(): Promise<void>;
  /** Keeps its connections and answers nothing. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

/**
 * A real S3 server (Versity S3 Gateway) on a free port of loopback, with an empty bucket in a temporary directory.
 * Needs `go`, once.
 */
export async function startS3Server(): Promise<TestS3Server> {
  const program = await s3Server();
  const data = await mkdtemp(join(tmpdir(), 'cachito-s3-'));
  const bucket = 'cachito';
  await mkdir(join(data, bucket));
  const address = `127.0.0.1:${await freePort()}`;
  const key = { accessKeyId: 'cachito-test', secretAccessKey: 'secret-of-the-test' };
  const endpoint = `http://${address}`;
  const run = async (): Promise<ChildProcess> => {
    // The data must lie on a file system with extended attributes, else the server does not start.
    const options = ['--quiet', '--keep-alive', '--port', address, 'posix', data];
    const env = { ROOT_ACCESS_KEY: key.accessKeyId, ROOT_SECRET_KEY: key.secretAccessKey };
    const server = spawn(program, options, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    await answering(server, endpoint);
    return server;
  };
  let server = await run();
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    bucket,
    endpoint,
    ...key,
    directory: data,
    kill,
    start: async () => {
      server = await run();
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    close: async () => {
      await kill();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The server's program: built once from the public Go module proxy, verified by the checksum database, and kept. */
async function s3Server(): Promise<string> {
  const directory = join(TOOLS, `${PROGRAM}-${VERSION}-go-${await installedGoVersion()}`);
  const program = join(directory, PROGRAM);
  if (await exists(program)) return program;
  await mkdir(TOOLS, { recursive: true });
  const temporary = await mkdtemp(join(TOOLS, 'installing-'));
  try {
    const env = { GOBIN: temporary, CGO_ENABLED: '0' };
    const source = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;
    await go(['install', '-trimpath', '-ldflags=-s -w', source], { directory: temporary, env });
    await rename(temporary, directory);
  } catch (error) {
    // Another test may have been faster.
    if (!(await exists(program))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return program;
}

async function answering(server: ChildProcess, endpoint: string): Promise<void> {
  while (server.exitCode === null && server.signalCode === null) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return;
    await pause(50);
  }
  throw new Error('The S3 server has ended');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
