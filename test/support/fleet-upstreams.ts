import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileServer } from './file-server.js';
import { SeededRandom } from './fleet-random.js';
import { type MadeModule, madeModule, zipped } from './go-made-modules.js';
import { moduleZip } from './go-module-zip.js';
import { GoProxyServer } from './go-proxy-server.js';
import { GitServer } from './git-server.js';
import { PipIndex } from './pip-index.js';
import { pythonArchive } from './pip-made.js';

/** A dependency that an upstream on loopback has. */
export interface UpstreamPackage {
  name: string;
  version: string;
  /** The archive, as it must lie in the bundle. */
  content: Buffer;
}

export type UpstreamModule = MadeModule & { content: Buffer };

const PER_ECOSYSTEM = 24;
const VERSION = '1.0.0';

/** Git repositories, an npm registry, a package index and a Go module proxy, all made up and on loopback. */
export class FleetUpstreams {
  /** For `CACHITO_UPSTREAMS_FILE`. */
  file = '';

  private constructor(
    private readonly directory: string,
    readonly git: GitServer,
    private readonly registry: FileServer,
    private readonly index: PipIndex,
    private readonly proxy: GoProxyServer,
    readonly npm: readonly UpstreamPackage[],
    readonly pip: readonly UpstreamPackage[],
    readonly gomod: readonly UpstreamModule[],
  ) {}

  static async start(random: SeededRandom): Promise<FleetUpstreams> {
    const gomod = Array.from({ length: PER_ECOSYSTEM }, (_, at) => upstreamModule(`test.example/kite${at}`));
    const [git, registry, index, proxy] = await Promise.all([
      GitServer.start(),
      FileServer.start(),
      PipIndex.start(),
      GoProxyServer.start(gomod),
    ]);
    const names = Array.from({ length: PER_ECOSYSTEM }, (_, at) => `kite${at}`);
    const npm: UpstreamPackage[] = [];
    const pip: UpstreamPackage[] = [];
    for (const name of names) {
      const noise = random.text(random.between(1_000, 40_000));
      npm.push({ name, version: VERSION, content: await npmArchive(name, noise) });
      pip.push({ name, version: VERSION, content: await sdist(name, noise) });
    }
    for (const { name, content } of npm) registry.files.set(`/${name}/-/${name}-${VERSION}.tgz`, content);
    for (const { name, content } of pip) index.add(name, { name: `${name}-${VERSION}.tar.gz`, content });
    const directory = await mkdtemp(join(tmpdir(), 'fleet-upstreams-'));
    const upstreams = new FleetUpstreams(directory, git, registry, index, proxy, npm, pip, gomod);
    upstreams.file = await upstreams.describe();
    return upstreams;
  }

  /** Writes the file that `CACHITO_UPSTREAMS_FILE` names; returns where it is. */
  private async describe(): Promise<string> {
    const file = join(this.directory, 'upstreams.json');
    const entries = {
      npm: [{ url: `${this.registry.url}/` }],
      pip: [{ url: this.index.url }],
      gomod: [{ url: `${this.proxy.url}/` }],
    };
    await writeFile(file, JSON.stringify(entries));
    return file;
  }

  async stop(): Promise<void> {
    await Promise.all([this.git.stop(), this.registry.stop(), this.index.stop(), this.proxy.stop()]);
    await rm(this.directory, { recursive: true });
  }
}

/** Subresource Integrity, as lock files have it. */
export function integrityOf(content: Buffer): string {
  return `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

function upstreamModule(path: string): UpstreamModule {
  const made = madeModule(path, 'v1.0.0', { packages: { '.': [], part: [] } });
  return { ...made, content: moduleZip(path, made.version, zipped(made)) };
}

function npmArchive(name: string, noise: string): Promise<Buffer> {
  const manifest = JSON.stringify({ name, version: VERSION, license: 'MIT' });
  return pythonArchive('gz', 'package', { 'package.json': manifest, 'index.js': `// ${noise}\n` });
}

function sdist(name: string, noise: string): Promise<Buffer> {
  return pythonArchive('gz', `${name}-${VERSION}`, {
    'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${VERSION}\n`,
    'setup.cfg': `[metadata]\nname = ${name}\nversion = ${VERSION}\n`,
    'code.py': `# ${noise}\n`,
  });
}
