import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The verbose view of a request, as far as tests look at it. */
export interface RequestView {
  id: number;
  state: string;
  state_reason: string;
  error_type?: string;
  error_origin?: string;
  state_history: { state: string; state_reason: string; updated: string }[];
  packages: { name: string; type: string; version: string; path?: string }[];
  [key: string]: unknown;
}

/**
 * The real service as a process of its own: the compiled program with an empty environment but for PATH and the given
 * variables, on a free port, with its own data directory.
 */
export class Service {
  private process: ChildProcess | undefined;
  private output = '';
  base = '';

  private constructor(
    readonly dataDirectory: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts it on a fresh data directory. */
  static async start(environment: NodeJS.ProcessEnv = {}): Promise<Service> {
    const service = new Service(await mkdtemp(join(tmpdir(), 'cachito-e2e-')), environment);
    // The embedded PostgreSQL of a test run by root runs as another user, who must be able to enter.
    await chmod(service.dataDirectory, 0o755);
    await service.restart();
    return service;
  }

  /** Starts it again on the same data. Resolves when it answers. */
  async restart(): Promise<void> {
    this.output = '';
    const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, 'dist/src/main.js')], {
      cwd: tmpdir(),
      env: {
        PATH: process.env.PATH,
        // Certificates that this machine trusts besides Node's own.
        ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
        PORT: '0',
        CACHITO_DATA_DIR: this.dataDirectory,
        CACHITO_ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
        CACHITO_LOG_FORMAT: 'json',
        // What a test leaves hanging does not keep it from its end.
        CACHITO_DRAIN_TIMEOUT: '0',
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.base = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        if (this.environment.CACHITO_ROLE === 'worker' && this.output.includes('this worker takes requests')) resolve('');
        const address = /Listens on\s+(http:\/\/\S+)\//.exec(this.output);
        if (address) resolve(address[1]);
      });
      child.once('close', (status, signal) => reject(new Error(`ended with ${status ?? signal}:\n${this.output}`)));
    });
  }

  /** Everything that has come of what it printed since its last start: later than the answers that it gave meanwhile. */
  get log(): string {
    return this.output;
  }

  /** Waits for this many lines with a text in the log. The limit is that of the test. */
  async logged(text: string, count = 1): Promise<string[]> {
    for (;;) {
      const lines = this.output.split('\n').slice(0, -1).filter((line) => line.includes(text));
      if (lines.length >= count) return lines;
      await setTimeout(5);
    }
  }

  get pid(): number {
    return this.process?.pid ?? 0;
  }

  /** Waits for its end: the status, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    const child = this.process;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? child?.signalCode ?? null;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Ends it in an orderly way and removes its data. */
  async close(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.dataDirectory, { recursive: true, force: true });
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.base}${path}`, { ...init, signal: AbortSignal.timeout(240_000) });
  }

  post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch('/api/v1/requests', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Posts a request that must be accepted. */
  async create(body: unknown): Promise<RequestView> {
    const response = await this.post(body);
    if (response.status !== 201) throw new Error(`POST answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as RequestView;
  }

  async show(id: number): Promise<RequestView> {
    return (await (await this.fetch(`/api/v1/requests/${id}`)).json()) as RequestView;
  }

  /** Waits for a final state. */
  async finish(id: number): Promise<RequestView> {
    for (const end = Date.now() + 240_000; Date.now() < end; ) {
      const response = await this.fetch(`/api/v1/requests/${id}?wait=30`);
      const view = (await response.json()) as RequestView;
      // A database that is restarted: clients call again.
      if (response.status === 503) await setTimeout(100);
      else if (view.state !== 'in_progress') return view;
    }
    throw new Error(`request ${id} did not end:\n${this.output}`);
  }

  /** Posts a request and waits until it is complete. */
  async complete(body: unknown): Promise<RequestView> {
    const view = await this.finish((await this.create(body)).id);
    if (view.state !== 'complete') throw new Error(`request ${view.id}: ${view.state}, ${view.state_reason}`);
    return view;
  }

  async download(id: number, headers: Record<string, string> = {}): Promise<{ response: Response; bytes: Buffer }> {
    const response = await this.fetch(`/api/v1/requests/${id}/download`, { headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  }
}
