import { mkdtemp, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import semver from 'semver';
import { removeTree } from './go-bundle.js';
import { goToolchain, installedGoVersion } from './go-command.js';
import type { GoProject } from './go-modules.js';
import { git, type GitRepository, type GitServer } from './git-server.js';

/** The project as a repository of the test server. Its last commit is not its first, so that versions count history. */
export async function goRepository(server: GitServer, project: GoProject): Promise<{ repository: GitRepository; ref: string }> {
  const repository = await server.createRepository(`go-${server.requests.length}/${project.root.replace(/.*\//, '')}.git`);
  const files = await project.files();
  const first = await repository.commit({ files: { ...files, NEWS: 'None.\n' }, time: 1_650_000_001 });
  // Annotated, as most tags of real modules are.
  for (const tag of project.earlierTags ?? []) await repository.tag(tag, first);
  const ref = await repository.commit({ files, tags: project.tags, time: 1_660_000_062 });
  return { repository, ref };
}

/** The commit as git has it, in a new directory without `.git`. */
export async function checkout(repository: GitRepository, ref: string): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'go-checkout-')));
  await git(repository.directory, ['archive', '--format=tar', `--output=${directory}.tar`, ref]);
  await execa('tar', ['-xf', `${directory}.tar`, '-C', directory]);
  await removeTree(`${directory}.tar`);
  return directory;
}

/** The binary that a project is listed with: the installed one unless its files ask for a newer one. */
export async function goOf({ go: version, paths = ['.'] }: GoProject, source: string): Promise<string | undefined> {
  if (version !== undefined) return goToolchain(version);
  const files = ['go.work', ...paths.map((path) => join(path, 'go.mod'))];
  const texts = await Promise.all(files.map((file) => readFile(join(source, file), 'utf8').catch(() => '')));
  const asked = texts.join('\n').matchAll(/^(?:go |toolchain go)(\d+\.\d+)(\.\d+)?$/gm);
  const [newest = '1.0.0'] = [...asked].map(([, language, patch = '.0']) => language + patch).sort(semver.rcompare);
  return semver.gte(await installedGoVersion(), newest) ? undefined : goToolchain(newest);
}
