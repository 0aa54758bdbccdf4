import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const INDEX = 'https://pypi.org/simple/';
/** As many as the service has unless told. */
const CONNECTIONS = '25';
/** Milliseconds. */
const PATIENCE = 600_000;

/** What the source distributions of `pip-requirements.txt` are prepared by; as wheels, in the environment of pip. */
const BACKENDS = [
  'calver==2025.10.20',
  'cffi==2.1.1',
  'coherent.licensed==0.5.2',
  'Cython==3.3.1',
  'expandvars==1.1.2',
  'flit_core==4.2.0',
  'hatch-fancy-pypi-readme==25.1.0',
  'hatch-vcs==0.5.0',
  'hatchling==1.33.0',
  'packaging==26.3',
  'pdm-backend==2.5.0',
  'pip==26.3',
  'pkgconfig==1.6.0',
  'poetry-core==2.5.0',
  'poetry-dynamic-versioning==1.10.1',
  'setuptools==84.2.1',
  'setuptools-scm==10.3.4',
  'vcs-versioning==2.6.0',
  'wheel==0.48.0',
];

/** Addresses of the pages of projects, and of the files with these SHA-256, which the pages name. */
export async function addressesOf(requirements: string): Promise<string[]> {
  const wanted = [...requirements.matchAll(/^(\S+)==\S+ --hash=sha256:(\w+)$/gm)];
  const pages = wanted.map(([, name]) => `${INDEX}${name}/`);
  const files: string[] = [];
  for (const [at, [, name, sha256]] of wanted.entries()) {
    const page = await (await fetch(pages[at])).text();
    const [, file] = new RegExp(`href="([^"#]+)#sha256=${sha256}"`).exec(page) ?? [];
    if (file === undefined) throw new Error(`The page of ${name} has no file with this hash any more: pin another one.`);
    files.push(file);
  }
  return [...pages, ...files];
}

/** Fetches all of them at once, though nobody knows the files' addresses before the pages are there. Checks nothing. */
export async function curl(addresses: readonly string[], scratch: string): Promise<void> {
  const directory = await mkdtemp(join(scratch, 'curl-'));
  const lines = addresses.map((address, at) => `url = "${address}"\noutput = "${directory}/${at}"`);
  const options = ['-sS', '--fail', '--parallel', '--parallel-immediate', '--parallel-max', CONNECTIONS];
  await execa('curl', [...options, '-K', '-'], { input: lines.join('\n') });
  await rm(directory, { recursive: true });
}

/** Returns the `python` of a new virtual environment with everything that builds need. */
export async function installPip(scratch: string): Promise<string> {
  const directory = join(scratch, 'venv');
  await execa('python3', ['-m', 'venv', directory]);
  const python = join(directory, 'bin/python');
  await execa(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', ...BACKENDS]);
  return python;
}

/**
 * Downloads with an empty cache. pip runs each project's build for its metadata; isolated builds would fetch and build
 * every backend from source, again and again, so it is spared those. Ends after ten minutes, done or not.
 */
export async function pipDownload(python: string, requirements: string, scratch: string): Promise<'done' | 'not done'> {
  const home = await mkdtemp(join(scratch, 'pip-'));
  await mkdir(join(home, 'tmp'));
  await writeFile(join(home, 'requirements.txt'), requirements);
  const options = ['--no-binary', ':all:', '--no-deps', '--no-build-isolation', '--require-hashes'];
  const { PATH, SSL_CERT_FILE } = process.env;
  const { timedOut } = await execa(
    python,
    ['-m', 'pip', 'download', '--quiet', ...options, '--dest', 'files', '-r', 'requirements.txt'],
    {
      cwd: home,
      env: { PATH, SSL_CERT_FILE, HOME: home, TMPDIR: join(home, 'tmp'), PIP_CONFIG_FILE: devNull, PIP_INDEX_URL: INDEX },
      extendEnv: false,
      timeout: PATIENCE,
      reject: false,
    },
  ).then((result) => {
    if (result.failed && !result.timedOut) throw new Error(result.stderr);
    return result;
  });
  await rm(home, { recursive: true });
  return timedOut ? 'not done' : 'done';
}
