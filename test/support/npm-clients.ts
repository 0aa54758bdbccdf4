import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TOOLS = join(ROOT, 'node_modules/.cache/cachito-test-tools');

interface Client {
  /** `name@version` in the public registry. */
  spec: string;
  /** The script that Node runs. */
  script: string;
  /** For a client that this project's oldest Node cannot run. */
  node?: string;
}

const NODE_22 = `node-${platform}-${arch}@22.23.3`;

/** Real clients of npm registries, by name and major version. */
const CLIENTS = {
  npm: {
    '6': { spec: 'npm@6.14.18', script: 'npm/bin/npm-cli.js' },
    '8': { spec: 'npm@8.19.4', script: 'npm/bin/npm-cli.js' },
    '9': { spec: 'npm@9.9.4', script: 'npm/bin/npm-cli.js' },
    '10': { spec: 'npm@10.9.9', script: 'npm/bin/npm-cli.js' },
    '11': { spec: 'npm@11.21.2', script: 'npm/bin/npm-cli.js' },
  },
  yarn: {
    '1': { spec: 'yarn@1.22.22', script: 'yarn/bin/yarn.js' },
    '3': { spec: '@yarnpkg/cli-dist@3.8.7', script: '@yarnpkg/cli-dist/bin/yarn.js' },
    '4': { spec: '@yarnpkg/cli-dist@4.18.1', script: '@yarnpkg/cli-dist/bin/yarn.js' },
  },
  pnpm: {
    '9': { spec: 'pnpm@9.15.9', script: 'pnpm/bin/pnpm.cjs' },
    '10': { spec: 'pnpm@10.34.9', script: 'pnpm/bin/pnpm.cjs' },
    // Needs node:sqlite.
    '11': { spec: 'pnpm@11.28.11', script: 'pnpm/bin/pnpm.mjs', node: NODE_22 },
  },
} as const satisfies Record<string, Readonly<Record<string, Client>>>;

export type ClientName = keyof typeof CLIENTS;

/** The command of a client (program, then its first arguments): installed once from the public registry, and kept. */
export async function npmClient(name: ClientName, version: string): Promise<[string, ...string[]]> {
  const versions: Partial<Record<string, Client>> = CLIENTS[name];
  const client = versions[version];
  if (client === undefined) throw new Error(`There is no ${name} ${version} for tests`);
  const node = client.node === undefined ? process.execPath : await nodeBinary(client.node);
  return [node, join(await installTool(client.spec), 'node_modules', client.script)];
}

async function nodeBinary(spec: string): Promise<string> {
  const name = spec.slice(0, spec.lastIndexOf('@'));
  return join(await installTool(spec), 'node_modules', name, 'bin/node');
}

/**
 * Installs a package (`name@exact-version`) from the public registry, once; without running its scripts. Returns the
 * directory whose `node_modules` has it. `overrides` are exact versions for what it asks for by tags, which not every
 * mirror of the registry knows.
 */
export async function installTool(spec: string, overrides: Record<string, string> = {}): Promise<string> {
  const directory = join(TOOLS, spec.replace('/', '+'));
  if (await exists(directory)) return directory;
  await mkdir(TOOLS, { recursive: true });
  const temporary = await mkdtemp(join(TOOLS, 'installing-'));
  try {
    await writeFile(join(temporary, 'package.json'), JSON.stringify({ overrides }));
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--loglevel=error'];
    await run('npm', ['install', '--prefix', temporary, ...options, spec], { cwd: temporary, maxBuffer: 2 ** 24 });
    await rename(temporary, directory);
  } catch (error) {
    // Another test may have been faster.
    if (!(await exists(directory))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return directory;
}

/**
 * The environment of a build machine: nothing of this one but PATH, configuration and caches in `home` alone, and no
 * network but loopback, for programs that heed proxy variables.
 */
export function cleanEnvironment(home: string): Record<string, string> {
  const closed = 'http://127.0.0.1:9';
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_STATE_HOME: join(home, '.local/state'),
    TMPDIR: home,
    HTTP_PROXY: closed,
    HTTPS_PROXY: closed,
    http_proxy: closed,
    https_proxy: closed,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    npm_config_globalconfig: join(home, 'no-global-npmrc'),
    YARN_ENABLE_TELEMETRY: '0',
    YARN_ENABLE_GLOBAL_CACHE: '0',
    LANG: 'C.UTF-8',
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
