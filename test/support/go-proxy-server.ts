import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type MadeModule, zipped } from './go-made-modules.js';
import { moduleZip } from './go-module-zip.js';

/** A Go module proxy on loopback with modules that tests make up. */
export class GoProxyServer {
  /** Path of every request so far. */
  readonly requests: string[] = [];
  private readonly files = new Map<string, Buffer>();

  private constructor(private readonly server: Server) {}

  static async start(modules: readonly MadeModule[] = []): Promise<GoProxyServer> {
    const server = createServer();
    const instance = new GoProxyServer(server);
    server.on('request', ({ url = '' }, response) => {
      instance.requests.push(url);
      const content = instance.files.get(url);
      response.writeHead(content === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
      response.end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const module of modules) instance.publish(module);
    return instance;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  publish(module: MadeModule): void {
    const { path, version, files } = module;
    const base = `/${path}/@v`;
    const list = this.files.get(`${base}/list`)?.toString() ?? '';
    const info = Buffer.from(JSON.stringify({ Version: version, Time: '2023-05-06T07:08:09Z' }));
    this.files.set(`${base}/list`, Buffer.from(`${list}${version}\n`));
    this.files.set(`${base}/${version}.info`, info);
    this.files.set(`${base}/${version}.mod`, Buffer.from(files['go.mod']));
    this.files.set(`${base}/${version}.zip`, moduleZip(path, version, zipped(module)));
    this.files.set(`/${path}/@latest`, info);
  }

  /** Takes a module away, as if it had never been. */
  withdraw(path: string): void {
    for (const name of this.files.keys()) {
      if (name.startsWith(`/${path}/@`)) this.files.delete(name);
    }
  }

  /** Closes the port; nothing answers any more. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
