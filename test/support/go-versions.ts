import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { go } from './go-command.js';

/**
 * Asks the real `go` which version a commit of a module has, as the public proxy would: straight from the test's git
 * server. Where a module path leads is told by the test: for github.com by git's `insteadOf`, for other hosts by the
 * answer to `?go-get=1`, which reaches this server because it is `go`'s HTTP proxy.
 */
export class GoVersions {
  private readonly repositories = new Map<string, string>();
  private readonly known = new Map<string, Promise<string>>();

  private constructor(
    private readonly server: Server,
    private readonly directory: string,
  ) {}

  static async start(): Promise<GoVersions> {
    const server = createServer();
    const instance = new GoVersions(server, await mkdtemp(join(tmpdir(), 'go-versions-')));
    server.on('request', ({ url = '' }, response) => {
      const { host, pathname } = new URL(url, 'http://unknown');
      response.setHeader('content-type', 'text/html');
      response.end(instance.metaTag(`${host}${pathname}`));
    });
    // So that `go` goes on without encryption, as GOINSECURE allows.
    server.on('connect', (_, socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return instance;
  }

  /** Modules whose path begins with `root` are in the repository at `url`. */
  serve(root: string, url: string): void {
    this.repositories.set(root, url);
  }

  /** The version, like `v1.2.3` or a pseudo-version. */
  version(module: string, commit: string): Promise<string> {
    const key = `${module}@${commit}`;
    const version = this.known.get(key) ?? this.ask(key);
    this.known.set(key, version);
    return version;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await rm(this.directory, { recursive: true, force: true });
  }

  private async ask(query: string): Promise<string> {
    const address = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const configuration = join(this.directory, 'gitconfig');
    await writeFile(configuration, [...this.repositories].map(insteadOf).join(''));
    return go(['list', '-m', '-f', '{{.Version}}', query], {
      directory: this.directory,
      env: {
        GOMODCACHE: join(this.directory, 'modules'),
        GOPROXY: 'direct',
        GOSUMDB: 'off',
        GOVCS: '*:git',
        GOINSECURE: '*',
        // In capital letters: git takes no notice of it.
        HTTP_PROXY: address,
        HTTPS_PROXY: address,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: configuration,
      },
    });
  }

  private metaTag(path: string): string {
    const found = [...this.repositories].find(([root]) => path === root || path.startsWith(`${root}/`));
    return found === undefined ? '' : `<meta name="go-import" content="${found[0]} git ${found[1]}">`;
  }
}

function insteadOf([root, url]: [string, string]): string {
  return `[url "${url}"]\n\tinsteadOf = "https://${root}"\n`;
}
