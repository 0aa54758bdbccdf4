import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CommitSpec, GitRepository } from './git-repository.js';

export { type CommitSpec, type FileSpec, git, GitRepository } from './git-repository.js';

export interface GitServerOptions {
  /** Ask for these by HTTP basic authentication. */
  credentials?: { username: string; password: string };
  host?: string;
}

/**
 * What to do with a request instead of serving it: answer something else, wait first, or never answer. Undefined =
 * serve it.
 */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer }
  | { delay: number }
  | 'hang'
  | 'reset'
  | undefined;

/** A real git server: smart HTTP by `git http-backend` behind node's http on loopback, on an ephemeral port. */
export class GitServer {
  /** Every request so far, `GET /team/app/info/refs?service=git-upload-pack`. */
  readonly requests: string[] = [];
  /** `Authorization` of every request, for checks that credentials stay where they belong. */
  readonly authorizations: (string | undefined)[] = [];
  /** Consulted for each request before it is served. */
  fault: (request: IncomingMessage) => Fault = () => undefined;
  /** Behave as servers did before protocol version 2: only what a branch or tag points at can be asked for. */
  oldProtocol = false;
  private readonly sockets = new Set<Socket>();
  private readonly children = new Set<ReturnType<typeof spawn>>();

  private constructor(
    private readonly root: string,
    private readonly server: Server,
    private readonly options: GitServerOptions,
  ) {}

  static async start(options: GitServerOptions = {}): Promise<GitServer> {
    const root = await mkdtemp(join(tmpdir(), 'git-server-'));
    const server = createServer();
    const instance = new GitServer(root, server, options);
    server.on('request', (request, response) => instance.handle(request, response));
    server.on('connection', (socket) => instance.remember(socket));
    await new Promise<void>((resolve) => server.listen(0, options.host ?? '127.0.0.1', resolve));
    return instance;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  get url(): string {
    return `http://${this.options.host ?? '127.0.0.1'}:${this.port}`;
  }

  /** Makes an empty repository, or one with these commits, at `<url>/<name>`; the name may end in `.git`. */
  async createRepository(name: string, commits: readonly CommitSpec[] = []): Promise<GitRepository> {
    const directory = join(this.root, name);
    await mkdir(dirname(directory), { recursive: true });
    const repository = await GitRepository.create(directory, `${this.url}/${name}`);
    for (const commit of commits) await repository.commit(commit);
    return repository;
  }

  /** How many requests so far were sent to fetch objects. */
  get fetches(): number {
    return this.requests.filter((line) => line.startsWith('POST ') && line.endsWith('/git-upload-pack')).length;
  }

  /** Closes the port and every connection; the repositories stay until `stop`. */
  async close(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Closes and removes everything. */
  async stop(): Promise<void> {
    if (this.server.listening) await this.close();
    await rm(this.root, { recursive: true, force: true });
  }

  private remember(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method} ${request.url}`);
    this.authorizations.push(request.headers.authorization);
    const fault = this.fault(request);
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault !== undefined && 'status' in fault) {
      response.writeHead(fault.status, fault.headers);
      return void response.end(fault.body);
    }
    if (!this.authorized(request)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' });
      return void response.end();
    }
    if (fault === undefined) return this.serve(request, response);
    setTimeout(() => this.serve(request, response), fault.delay);
  }

  private authorized(request: IncomingMessage): boolean {
    const { credentials } = this.options;
    if (credentials === undefined) return true;
    const wanted = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    return request.headers.authorization === `Basic ${wanted}`;
  }

  /** RFC 3875 as far as `git http-backend` needs it. */
  private serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const child = spawn('git', ['-c', 'uploadpack.allowFilter=true', '-c', 'safe.directory=*', 'http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: this.root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GATEWAY_INTERFACE: 'CGI/1.1',
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: this.oldProtocol ? '' : String(request.headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.children.add(child);
    child.on('close', () => this.children.delete(child));
    child.on('error', () => response.destroy());
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
    response.on('close', () => child.kill('SIGKILL'));
    relay(child.stdout, response);
  }
}

/** Reads the CGI headers, then passes the body on. */
function relay(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    output.off('data', onData);
    let status = 200;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/:\s*/, 2);
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
    output.pipe(response);
  };
  output.on('data', onData);
  output.on('end', () => response.end());
}
