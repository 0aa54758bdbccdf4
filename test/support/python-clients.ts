import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { cleanEnvironment } from './npm-clients.js';
import { missingTool } from './tools.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TOOLS = join(ROOT, 'node_modules/.cache/cachito-test-tools');

/** What a virtual environment of the `python3` here gets. Exact versions, so that a test says the same tomorrow. */
interface Client {
  packages: readonly string[];
  /** Minor versions of Python 3, both inclusive, that all of them run on. */
  pythons: readonly [from: number, to: number];
}

const CURRENT: Client = { packages: ['pip==26.3', 'uv==0.13.9'], pythons: [10, Infinity] };

/** Real clients of Python package indexes, by name. */
const CLIENTS = {
  /** Knows pages in HTML only. */
  'pip-20': { packages: ['pip==20.3.4'], pythons: [6, 11] },
  /** As many Pythons bring it. */
  'pip-23': { packages: ['pip==23.2.1'], pythons: [7, 12] },
  pip: CURRENT,
  uv: CURRENT,
} as const satisfies Record<string, Client>;

export type PythonClientName = keyof typeof CLIENTS;

/** A client, installed once from PyPI (as pip is configured here), and kept. */
interface PythonClient {
  /** The `python` of a virtual environment that has the client and little else. */
  python: string;
  /** What stands before `install`. */
  command: readonly string[];
}

export async function pythonClient(name: PythonClientName): Promise<PythonClient> {
  const python = await pythonWith(CLIENTS[name].packages);
  return { python, command: name === 'uv' ? [join(dirname(python), 'uv'), 'pip'] : [python, '-m', 'pip'] };
}

/**
 * The `python` of a virtual environment with these packages (`name==version`, what they need among them), installed once
 * from PyPI (as pip is configured here), and kept.
 */
export async function pythonWith(packages: readonly string[]): Promise<string> {
  const directory = await kept(packages.join('-'), async (temporary) => {
    await execa('python3', ['-m', 'venv', temporary]);
    const options = ['--quiet', '--upgrade', '--no-deps', '--disable-pip-version-check'];
    await execa(join(temporary, 'bin/python'), ['-m', 'pip', 'install', ...options, ...packages]);
  });
  return join(directory, 'bin/python');
}

/** Why a client cannot run here; undefined when it can. */
export function clientObstacle(name: PythonClientName): string | undefined {
  const { packages, pythons } = CLIENTS[name];
  return pythonObstacle(packages, pythons);
}

/** Why the `python3` here cannot run packages that are for these minor versions of Python 3, both inclusive. */
export function pythonObstacle(packages: readonly string[], [from, to]: Client['pythons']): string | undefined {
  const missing = missingTool('python3');
  if (missing !== undefined) return missing;
  const [, minor] = python3().version.split('.').map(Number);
  const runs = minor >= from && minor <= to;
  return runs ? undefined : `${packages.join(' and ')} does not run on Python 3.${minor}`;
}

/** The interpreter that `python3` is, which need not know any variable of a version manager. */
export function python3(): { path: string; version: string } {
  if (interpreter !== undefined) return interpreter;
  const program = 'import platform, sys; print(sys.executable, platform.python_version(), sep="\\n")';
  const [path, version] = execFileSync('python3', ['-c', program], { encoding: 'utf8' }).split('\n');
  return (interpreter = { path, version });
}
let interpreter: { path: string; version: string } | undefined;

/** A wheel on PyPI (`name==version`) that fits the `python3` here: fetched once, and kept. */
export async function publicWheel(requirement: string): Promise<{ name: string; bytes: Buffer }> {
  const { command } = await pythonClient('pip');
  const directory = await kept(`wheel-${requirement}`, async (temporary) => {
    const [first, ...more] = command;
    const options = ['--quiet', '--no-deps', '--only-binary', ':all:', '--dest', temporary];
    await execa(first, [...more, 'download', ...options, requirement]);
  });
  const [name] = await readdir(directory);
  return { name, bytes: await readFile(join(directory, name)) };
}

/** The environment of a build machine: see `cleanEnvironment`. The index is given to each client as it wants it. */
export function pythonEnvironment(home: string, indexUrl: string): Record<string, string> {
  return {
    ...cleanEnvironment(home),
    PIP_CONFIG_FILE: devNull,
    PIP_INDEX_URL: indexUrl,
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    UV_NO_CONFIG: '1',
    UV_DEFAULT_INDEX: indexUrl,
    UV_PYTHON_DOWNLOADS: 'never',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/**
 * A directory for the `python3` here that is filled when it is not there yet: under another name first. What moves is a
 * virtual environment, of which only programs are called that do not mind.
 */
async function kept(name: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  const directory = join(TOOLS, `python-${python3().version}-${name.replaceAll('==', '-')}`);
  if (await exists(directory)) return directory;
  await mkdir(TOOLS, { recursive: true });
  const temporary = await mkdtemp(join(TOOLS, 'installing-'));
  try {
    await fill(temporary);
    await rename(temporary, directory);
  } catch (error) {
    // Another test may have been faster.
    if (!(await exists(directory))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return directory;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
