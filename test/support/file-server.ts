import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What to do with a request instead of serving the file: answer something else, cut the body short after some bytes,
 * or never answer. Undefined = serve it.
 */
export type FileFault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | { cutAfter: number }
  | { stallAfter: number }
  | undefined;

/** Serves files on loopback as they are, faults included. */
export class FileServer {
  /** Path → content. */
  readonly files = new Map<string, Buffer>();
  /** Path of every request so far. */
  readonly requests: string[] = [];
  /** `Authorization` of every request so far. */
  readonly authorizations: (string | undefined)[] = [];
  /** Consulted for each request; `count` says how often this path was asked for, from 1. */
  fault: (path: string, count: number) => FileFault = () => undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FileServer> {
    const server = createServer();
    const instance = new FileServer(server);
    server.on('request', (request, response) => instance.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return instance;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    this.authorizations.push(headers.authorization);
    const fault = this.fault(url, this.requests.filter((each) => each === url).length);
    if (fault !== undefined && 'status' in fault) {
      response.writeHead(fault.status, fault.headers);
      response.end(fault.body);
      return;
    }
    const content = this.files.get(url);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length });
    if (fault === undefined) {
      response.end(content);
      return;
    }
    const sent = 'cutAfter' in fault ? fault.cutAfter : fault.stallAfter;
    response.write(content.subarray(0, sent), () => {
      if ('cutAfter' in fault) response.destroy();
    });
  }
}
