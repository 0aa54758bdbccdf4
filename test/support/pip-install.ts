import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { devNull, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { unpackBundle, writeConfigurationFiles } from './bundles.js';
import { itInOwnNetwork, OWN_NETWORK } from './own-network.js';
import { clientObstacle, python3, pythonClient } from './python-clients.js';
import type { Service } from './service.js';

const SUPPORT = dirname(fileURLToPath(import.meta.url));

/** Which program installs, and from where. */
export type InstallMode = 'pip' | 'uv' | 'offline';

/** A test that installs Python packages with nothing else to reach; see `itUnless`. */
export function itInstalls(name: string, test: () => Promise<void>, timeout?: number): void {
  itInOwnNetwork(clientObstacle('pip') ?? clientObstacle('uv'), name, test, timeout);
}

const QUERIES: Readonly<Record<InstallMode, string>> = { pip: '', uv: '?client=uv', offline: '?mode=offline' };

/** A fresh virtual environment beside a freshly unpacked bundle with its configuration files. */
export class PipInstall {
  private constructor(
    readonly mode: InstallMode,
    /** The unpacked bundle. */
    readonly bundle: string,
    /** Configuration files that were written, path → text. */
    readonly files: Readonly<Record<string, string>>,
    private readonly scratch: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly outside: Server | undefined,
    private readonly port: number,
  ) {}

  static async prepare(service: Service, id: number, mode: InstallMode): Promise<PipInstall> {
    const scratch = await mkdtemp(join(tmpdir(), 'pip-install-'));
    const bundle = await unpackBundle(service, id, scratch);
    const files = await writeConfigurationFiles(service, id, bundle, mode === 'offline' ? QUERIES.offline : '');
    await execa(python3().path, ['-m', 'venv', '--without-pip', join(scratch, 'venv')]);
    await mkdir(join(scratch, 'home'));
    const environment = {
      PATH: `${join(scratch, 'venv/bin')}:${process.env.PATH ?? ''}`,
      HOME: join(scratch, 'home'),
      LANG: 'C.UTF-8',
      PIP_CONFIG_FILE: devNull,
      UV_NO_CONFIG: '1',
      UV_PYTHON_DOWNLOADS: 'never',
      CACHITO_BUNDLE_DIR: bundle,
      ...(await variables(service, id, mode, bundle)),
    };
    const port = Number(new URL(service.base).port);
    const outside = mode === 'offline' ? undefined : await gate(join(scratch, 'gate'), port);
    return new PipInstall(mode, bundle, files, scratch, environment, outside, port);
  }

  /**
   * `pip install` or `uv pip install` in a directory of the source, where only the service answers, or nothing.
   * `directory` is relative to `app/`. Returns what was printed.
   */
  async install(args: readonly string[], directory = '.', env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { command } = await pythonClient(this.mode === 'uv' ? 'uv' : 'pip');
    const target = ['--python', join(this.scratch, 'venv/bin/python')];
    const install =
      this.mode === 'uv' ? ['install', ...target] : [...target, 'install', '--no-input', '--disable-pip-version-check'];
    return this.run([...command, ...install, ...args], directory, env);
  }

  /** Runs a Python program with what is installed and nothing of the source. Returns what it printed. */
  async python(program: string, directory = '.'): Promise<string> {
    return this.run([join(this.scratch, 'venv/bin/python'), '-I', '-c', program], directory, {});
  }

  /** Text of a file of the unpacked bundle. */
  text(path: string): Promise<string> {
    return readFile(join(this.bundle, path), 'utf8');
  }

  /** What is installed, as `pip list` knows it: `Name==version`, sorted. */
  async installed(): Promise<string[]> {
    const program = 'from importlib.metadata import distributions as d; print(*sorted(f"{x.name}=={x.version}" for x in d()))';
    return (await this.python(program)).split(' ').filter((item) => item !== '');
  }

  async remove(): Promise<void> {
    this.outside?.close();
    await rm(this.scratch, { recursive: true, force: true });
  }

  private async run(command: readonly string[], directory: string, env: Readonly<Record<string, string>>): Promise<string> {
    const [first = '', ...network] = OWN_NETWORK ?? [];
    const port = this.outside === undefined ? '0' : String(this.port);
    const inside = [python3().path, join(SUPPORT, 'pip-network.py'), port, join(this.scratch, 'gate')];
    const options = {
      cwd: join(this.bundle, 'app', directory),
      env: { ...this.environment, ...env },
      extendEnv: false,
      all: true,
      stdin: 'ignore',
    } as const;
    return (await execa(first, [...network, ...inside, ...command], options)).all;
  }
}

/** Variables of a request for one way to install, paths made absolute. */
async function variables(service: Service, id: number, mode: InstallMode, bundle: string): Promise<Record<string, string>> {
  const response = await service.fetch(`/api/v1/requests/${id}/environment-variables${QUERIES[mode]}`);
  const found = (await response.json()) as Record<string, { value: string; kind: string }>;
  return Object.fromEntries(
    Object.entries(found).map(([name, { value, kind }]) => [name, kind === 'path' ? join(bundle, value) : value]),
  );
}

/** A Unix socket whose connections go to a port of this host: the only way out of a network namespace. */
async function gate(path: string, port: number): Promise<Server> {
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    inner.on('error', () => outer.destroy());
    outer.on('error', () => inner.destroy());
    inner.pipe(outer).pipe(inner);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}
