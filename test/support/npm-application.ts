import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { FileServer } from './file-server.js';
import type { GitServer } from './git-server.js';

/** Files of a real npm application with every class of dependency but workspaces, path → content. */
export type Application = Record<string, string>;

/**
 * An application whose dependencies are scoped, aliased, bundled, optional, of other platforms, for development, from
 * git and from a tarball address, some of them several times in different versions. Its lock file is written by the
 * real npm against the real registry, in any of the three versions.
 */
export async function npmApplication(
  servers: { git: GitServer; files: FileServer },
  lockfileVersion: 1 | 2 | 3,
): Promise<Application> {
  const kite = await gitPackage(servers.git);
  const sail = await tarballPackage(servers.files);
  const manifest = {
    name: 'kite-shop',
    version: '2.0.0',
    dependencies: { '@sindresorhus/is': '4.6.0', debug: '4.3.4', kite, sail, short: 'npm:is-odd@3.0.1' },
    optionalDependencies: { '@esbuild/linux-x64': '0.19.12', '@tailwindcss/oxide-wasm32-wasi': '4.1.18' },
    devDependencies: { '@types/estree': '1.0.5', mkdirp: '0.5.6', ms: '2.0.0' },
  };
  const directory = await mkdtemp(join(tmpdir(), 'npm-application-'));
  try {
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFile(join(directory, 'package.json'), text);
    await npm(directory, ['install', '--package-lock-only', `--lockfile-version=${lockfileVersion}`]);
    return { 'package.json': text, 'package-lock.json': await readFile(join(directory, 'package-lock.json'), 'utf8') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** npm as this machine has it, with its own way to the registry. */
export async function npm(directory: string, args: string[]): Promise<void> {
  await execa('npm', [...args, '--ignore-scripts', '--omit-lockfile-registry-resolved=false', '--no-audit', '--no-fund'], {
    cwd: directory,
    env: { npm_config_cache: join(directory, '.cache') },
  });
}

/** A package in a git repository that requires one from the registry; returns the specifier. */
async function gitPackage(server: GitServer): Promise<string> {
  const manifest = { name: 'kite', version: '1.4.0', main: 'index.js', dependencies: { ms: '2.1.2' } };
  const repository = await server.createRepository(`team/kite-${server.requests.length}.git`);
  const commit = await repository.commit({
    files: {
      'package.json': JSON.stringify(manifest),
      'index.js': 'module.exports = () => require("ms")(1000);\n',
      'README.md': '# kite\n',
      'test/left-out.js': '',
      '.npmignore': 'test\n',
    },
  });
  return `git+${repository.url}#${commit}`;
}

/** A package at an address; returns the address. */
async function tarballPackage(server: FileServer): Promise<string> {
  const manifest = { name: 'sail', version: '0.3.0', main: 'lib/sail.js' };
  server.files.set('/sail-0.3.0.tgz', await packed(manifest, { 'lib/sail.js': 'module.exports = "sail";\n' }));
  return `${server.url}/sail-0.3.0.tgz`;
}

/** The archive that the real npm makes of a package. */
export async function packed(
  manifest: { name: string; version: string } & Record<string, unknown>,
  files: Record<string, string> = { 'index.js': `module.exports = ${JSON.stringify(manifest.name)};\n` },
): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'npm-package-'));
  try {
    for (const [path, content] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    }
    await npm(directory, ['pack']);
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    return await readFile(join(directory, file));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
