import { execFileSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { cleanEnvironment } from './npm-clients.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const TOOLS = join(ROOT, 'node_modules/.cache/cachito-test-tools');

/** Real clients of Python package indexes, by name: what a virtual environment of the `python3` here gets. */
const CLIENTS = {
  /** As `python3` brings it. */
  pip: undefined,
  /** The newest that runs on this Python. */
  'newest-pip': 'pip',
  /** pip reads JSON since 22.2. */
  'html-pip': 'pip==20.3.4',
  uv: 'uv==0.13.9',
} as const satisfies Record<string, string | undefined>;

export type PythonClientName = keyof typeof CLIENTS;

/** A client, installed once from PyPI (as pip is configured here), and kept. */
interface PythonClient {
  name: PythonClientName;
  /** The `python` of a virtual environment that has the client and little else. */
  python: string;
}

export async function pythonClient(name: PythonClientName): Promise<PythonClient> {
  const directory = join(TOOLS, `python-${await pythonVersion()}-${name}`);
  if (!(await exists(directory))) await install(CLIENTS[name], directory);
  return { name, python: join(directory, 'bin/python') };
}

/** Old pips do not run on newer Pythons: pip 20 needs what 3.12 no longer has. False where there is no Python. */
export function runsOldPip(): boolean {
  try {
    const program = 'import sys; print(sys.version_info < (3, 12))';
    return execFileSync('python3', ['-c', program], { encoding: 'utf8' }).trim() === 'True';
  } catch {
    return false;
  }
}

/** A file of a project on PyPI that fits the `python3` here: fetched once, and kept. */
export async function publicFile(requirement: string): Promise<{ name: string; bytes: Buffer }> {
  const directory = join(TOOLS, `python-${await pythonVersion()}-file-${requirement}`);
  if (!(await exists(directory))) {
    await atOnce(directory, async (temporary) => {
      await execa('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', temporary, requirement]);
    });
  }
  const [name = ''] = await readdir(directory);
  return { name, bytes: await readFile(join(directory, name)) };
}

/**
 * The command of a client that installs or downloads into the directory `target`. uv has no `download`.
 */
export function pythonCommand({ name, python }: PythonClient, verb: 'install' | 'download', target: string): string[] {
  if (name === 'uv') return [join(dirname(python), 'uv'), 'pip', verb, '--python', python, '--target', target];
  return [python, '-m', 'pip', verb, verb === 'install' ? '--target' : '--dest', target];
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

async function pythonVersion(): Promise<string> {
  const { stdout } = await execa('python3', ['-c', 'import platform; print(platform.python_version())']);
  return stdout.trim();
}

async function install(requirement: string | undefined, directory: string): Promise<void> {
  await atOnce(directory, async (temporary) => {
    await execa('python3', ['-m', 'venv', temporary]);
    if (requirement === undefined) return;
    const options = ['--quiet', '--upgrade', '--no-deps', '--disable-pip-version-check'];
    await execa(join(temporary, 'bin/python'), ['-m', 'pip', 'install', ...options, requirement]);
  });
}

/** Fills a directory under another name first. What moves is a virtual environment of which only `python` is called. */
async function atOnce(directory: string, fill: (temporary: string) => Promise<void>): Promise<void> {
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
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
