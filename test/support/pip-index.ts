import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from './pip-made.js';

/** A file of a release as the index has it and tells of it. */
export interface IndexFile {
  name: string;
  content: Buffer;
  /** What the page says of the SHA-256; null = nothing. The truth unless given. */
  digest?: string | null;
  /** The reason; may be empty. */
  yanked?: string;
  requiresPython?: string;
  /** Where the page says it is; beside `simple/` unless given. */
  address?: string;
  /** Served beside a wheel, and announced (PEP 714). */
  metadata?: string;
}

/**
 * What to do with a request instead of serving it: answer something else, send less than was announced, announce less
 * than is sent, or cut the connection.
 */
export type IndexFault =
  | { status: number; headers?: Record<string, string>; body?: string }
  | { announce: number }
  | { cutAfter: number }
  | undefined;

export interface PipIndexOptions {
  /** Ask for these by HTTP basic authentication, for pages and files. */
  credentials?: { username: string; password: string };
  /** Only HTML pages, without validators. */
  old?: boolean;
  /** Path of the index; `/simple/` unless given. */
  path?: string;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** A package index on loopback (PEP 503, 691): pages in HTML or JSON, conditional requests, files beside them. */
export class PipIndex {
  /** `GET /simple/kite/` of every request so far. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** How many of them were answered by 304. */
  notModified = 0;
  /** Consulted for each request before it is served; `count` says how often this path was asked for, from 1. */
  fault: (path: string, count: number) => IndexFault = () => undefined;
  /** Name as PEP 503 has it → its files, in the order of the page. */
  readonly projects = new Map<string, IndexFile[]>();

  private constructor(
    private readonly server: Server,
    private readonly options: PipIndexOptions,
  ) {}

  static async start(options: PipIndexOptions = {}): Promise<PipIndex> {
    const server = createServer();
    const index = new PipIndex(server, options);
    server.on('request', (request, response) => index.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return index;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Base address with a slash at its end. */
  get url(): string {
    return `${this.origin}${this.path}`;
  }

  /** Adds files to a project. */
  add(project: string, ...files: IndexFile[]): void {
    this.projects.set(project, [...(this.projects.get(project) ?? []), ...files]);
  }

  /** Paths of what was asked for about a project since some request: its page and its files. */
  asked(project: string, since = 0): string[] {
    return this.requests.slice(since).filter((line) => line.includes(`/${project}/`));
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private get path(): string {
    return this.options.path ?? '/simple/';
  }

  /** Where the files lie: beside `simple/`. */
  private get filesPath(): string {
    return this.path.replace(/[^/]+\/$/, 'files/');
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    this.requests.push(`${request.method} ${path}`);
    this.authorizations.push(request.headers.authorization);
    response.on('error', () => response.destroy());
    const fault = this.fault(path, this.requests.filter((line) => line.endsWith(` ${path}`)).length);
    if (fault !== undefined && 'status' in fault) return void response.writeHead(fault.status, fault.headers).end(fault.body);
    if (!this.authorized(request)) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end();
    if (path.startsWith(this.path)) this.sendPage(path.slice(this.path.length, -1), request, response);
    else this.sendFile(path, response, fault);
  }

  private authorized({ headers }: IncomingMessage): boolean {
    const { credentials } = this.options;
    if (credentials === undefined) return true;
    return headers.authorization === `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`;
  }

  private sendPage(project: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const files = this.projects.get(project);
    if (files === undefined) return void response.writeHead(404).end();
    const json = this.options.old !== true && (headers.accept ?? '').includes(JSON_TYPE);
    const text = json ? this.jsonPage(project, files) : this.htmlPage(project, files);
    const type = json ? JSON_TYPE : 'text/html; charset=utf-8';
    const etag = `"${createHash('md5').update(text).digest('hex')}"`;
    const validators: Record<string, string> = this.options.old === true ? {} : { etag };
    if (this.options.old !== true && headers['if-none-match'] === etag) {
      this.notModified++;
      return void response.writeHead(304, validators).end();
    }
    response.writeHead(200, { 'content-type': type, ...validators }).end(text);
  }

  private sendFile(path: string, response: ServerResponse, fault: Exclude<IndexFault, { status: number }>): void {
    const [project = '', name = ''] = path.slice(this.filesPath.length).split('/').map(decodeURIComponent);
    const files = this.projects.get(project) ?? [];
    const wheel = files.find((file) => `${file.name}.metadata` === name)?.metadata;
    const content = wheel === undefined ? files.find((file) => file.name === name)?.content : Buffer.from(wheel);
    if (content === undefined || !path.startsWith(this.filesPath)) return void response.writeHead(404).end();
    const announced = fault !== undefined && 'announce' in fault ? fault.announce : content.length;
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': announced });
    if (fault === undefined) return void response.end(content);
    const sent = 'cutAfter' in fault ? content.subarray(0, fault.cutAfter) : content;
    // Past what is announced nothing is read; before it the end of the connection is the end of the body.
    response.write(sent, () => response.socket?.destroySoon());
  }

  private address(project: string, file: IndexFile): string {
    return file.address ?? `${this.filesPath}${project}/${encodeURIComponent(file.name)}`;
  }

  private jsonPage(project: string, files: readonly IndexFile[]): string {
    return JSON.stringify({
      meta: { 'api-version': '1.1' },
      name: project,
      files: files.map((file) => ({
        filename: file.name,
        url: this.address(project, file),
        hashes: file.digest === null ? {} : { sha256: file.digest ?? sha256(file.content) },
        size: file.content.length,
        'requires-python': file.requiresPython,
        yanked: file.yanked === '' ? true : (file.yanked ?? false),
        'core-metadata': file.metadata === undefined ? false : { sha256: sha256(file.metadata) },
      })),
    });
  }

  private htmlPage(project: string, files: readonly IndexFile[]): string {
    const links = files.map((file) => {
      const hash = file.digest === null ? '' : `#sha256=${file.digest ?? sha256(file.content)}`;
      const attributes = [
        ['href', `${this.address(project, file)}${hash}`],
        ['data-requires-python', file.requiresPython],
        ['data-yanked', file.yanked],
      ].filter(([, value]) => value !== undefined);
      const text = attributes.map(([name, value]) => ` ${name}="${escaped(value ?? '')}"`).join('');
      return `<a${text}>${escaped(file.name)}</a><br/>`;
    });
    return `<!DOCTYPE html><html><body>\n${links.join('\n')}\n</body></html>`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
