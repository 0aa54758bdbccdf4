import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { PUBLIC_REGISTRIES } from '../../src/config/index.js';

/** Pages for load balancers, which come without credentials. */
const OPEN_PAGES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
const DATABASE = '/sumdb/sum.golang.org/';

interface AthensOptions {
  /** `ATHENS_PATH_PREFIX` */
  prefix?: string;
  /** `BASIC_AUTH_USER` and `BASIC_AUTH_PASS` */
  login?: { user: string; password: string };
}

/**
 * Stands in for an Athens server: the pages, the login, the path prefix and the GOPROXY protocol that its documentation
 * tells of. What it does not have it fetches from the public proxy, and keeps. Private modules, which a real one fetches
 * with its own credentials, are added; the checksum database is not asked for them (`ATHENS_GONOSUM_PATTERNS`).
 */
export class AthensServer {
  /** Paths of all calls that were let in, without the prefix. */
  readonly requests: string[] = [];
  private readonly kept = new Map<string, Buffer>();
  private readonly privateModules = new Set<string>();
  private server: Server | undefined;
  private port = 0;

  private constructor(private readonly options: AthensOptions) {}

  static async start(options: AthensOptions = {}): Promise<AthensServer> {
    const athens = new AthensServer(options);
    await athens.restart();
    return athens;
  }

  /** Value of `CACHITO_ATHENS_URL`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}${this.options.prefix ?? ''}`;
  }

  /** Starts it again at the same address, with what it had. */
  async restart(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response).catch(() => response.destroy()));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** A module that only this server knows. */
  addPrivate(path: string, version: string, files: Record<string, string> & { 'go.mod': string }): void {
    this.privateModules.add(path);
    const file = `/${path}/@v/${version}`;
    this.kept.set(`/${path}/@v/list`, Buffer.from(`${version}\n`));
    this.kept.set(`${file}.info`, Buffer.from(JSON.stringify({ Version: version, Time: '2026-01-02T03:04:05Z' })));
    this.kept.set(`${file}.mod`, Buffer.from(files['go.mod']));
    this.kept.set(`${file}.zip`, moduleZip(`${path}@${version}`, files));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prefix = '' } = this.options;
    const { pathname } = new URL(request.url ?? '', this.url);
    if (!pathname.startsWith(`${prefix}/`)) return send(response, 404);
    const path = decodeURIComponent(pathname.slice(prefix.length));
    if (!OPEN_PAGES.has(path) && !this.knows(request.headers.authorization)) return send(response, 401);
    this.requests.push(path);
    if (path === '/' || OPEN_PAGES.has(path)) return send(response, 200, Buffer.from('Welcome to The Athens Proxy'));
    if (path === `${DATABASE}supported`) return send(response, 200);
    if (this.isPrivateLookup(path)) return send(response, 403);
    const content = this.kept.get(path) ?? (this.isPrivate(path) ? undefined : await this.fetched(path));
    return content === undefined ? send(response, 404) : send(response, 200, content);
  }

  private knows(authorization: string | undefined): boolean {
    const { login } = this.options;
    if (login === undefined) return true;
    return authorization === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  }

  private isPrivate(path: string): boolean {
    return [...this.privateModules].some((module) => path.startsWith(`/${module}/`));
  }

  private isPrivateLookup(path: string): boolean {
    const [module] = path.startsWith(`${DATABASE}lookup/`) ? path.slice(`${DATABASE}lookup/`.length).split('@') : [];
    return module !== undefined && this.privateModules.has(module);
  }

  private async fetched(path: string): Promise<Buffer | undefined> {
    const response = await fetch(new URL(path.slice(1), PUBLIC_REGISTRIES.gomod));
    const content = Buffer.from(await response.arrayBuffer());
    if (!response.ok) return undefined;
    this.kept.set(path, content);
    return content;
  }
}

function send(response: ServerResponse, status: number, content: Uint8Array = Buffer.alloc(0)): void {
  if (status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="basic auth required"');
  response.writeHead(status, { 'Content-Length': content.length }).end(content);
}

/** A zip of uncompressed files below a directory (APPNOTE.TXT, 4.3). */
function moduleZip(directory: string, files: Record<string, string>): Buffer {
  const members: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, content] = [Buffer.from(`${directory}/${path}`), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const member = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, content]);
    members.push(member);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, place, name]));
    offset += member.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...members, ...entries, end]);
}
