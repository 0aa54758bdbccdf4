import { inTurns } from '../../concurrency/index.js';
import type { Artifact } from '../../dependencies/index.js';
import { ValidationError } from '../../errors/index.js';
import { type ConfigurationFile, emptyResolution, type Resolution, type ResolveJob } from '../package-manager.js';
import { ENVIRONMENT, npmrcFiles } from './configuration.js';
import { type Archived, type ArchiveExternal, fetchAll } from './fetch.js';
import { checkFileDependencies } from './file-dependencies.js';
import { integrityText } from './lockfile/integrity.js';
import type { LockFileContent } from './lockfile/read-lock-file.js';
import { addNeed, type Needs, noNeeds } from './needs.js';
import { readLockFileAside } from './off-thread.js';
import { Placement } from './placement.js';
import { findPackageFiles, type PackageFiles, readPackageFiles, shownDirectory } from './package-files.js';
import { registryHosts } from './registry-upstreams.js';
import { dependencyEdges, resolvedPackage } from './resolver.js';
import type { ArchivedPackage } from './rewrite/half.js';
import { type Replacements, rewritePackage } from './rewrite/rewrite-package.js';

/** Of all paths together; ten times what the largest applications have. */
const MAX_DEPENDENCIES = 150_000;

interface NpmPackage {
  files: PackageFiles;
  content: LockFileContent;
}

/** Everything about the npm packages of a request; `external` archives what is not from a registry. */
export async function resolveNpm(job: ResolveJob, external: ArchiveExternal): Promise<Resolution> {
  const found: PackageFiles[] = [];
  for (const { path } of job.paths) found.push(await findPackageFiles(job.source, path));
  const packages: NpmPackage[] = [];
  for (const files of found) {
    packages.push({ files, content: await readPackage(job, files) });
    checkTotal(packages);
  }

  const needs = noNeeds();
  await inTurns(allDependencies(packages), (dependency) => addNeed(needs, dependency, job.settings));
  warnOfMissingIntegrity(job, needs);
  await job.progress.phase(`Fetching the npm dependencies at ${shownDirectories(found)}`);
  const archived = await fetchAll(needs, job, external);
  const resolution = emptyResolution();
  await inTurns(packages, ({ files, content }) => {
    resolution.packages.push(resolvedPackage(content, files.directory, archived));
  });
  await inTurns(packages, ({ content }) => {
    for (const edge of dependencyEdges(content)) resolution.edges.push(edge);
  });
  const placed = new Placement();
  await inTurns(archivedRegistry(needs, archived), ({ artifact, path }) => placed.add(artifact, path));
  await inTurns(archived.externals, ([source, artifact]) => placed.addExternal(artifact, source));
  const files = await configurationFiles(job, found, await replacements(needs, archived, placed));
  const { artifacts, registryEntries } = placed;
  return { ...resolution, artifacts, registryEntries, environment: [...ENVIRONMENT], files };
}

/** A request may name many paths, each with a lock file of its own. */
function checkTotal(packages: readonly NpmPackage[]): void {
  const total = packages.reduce((sum, { content }) => sum + content.dependencies.length, 0);
  if (total <= MAX_DEPENDENCIES) return;
  throw new ValidationError(
    `The lock files of this request name more than ${MAX_DEPENDENCIES} npm dependencies together. Post several ` +
      'requests, each for some of the paths.',
  );
}

async function readPackage(job: ResolveJob, files: PackageFiles): Promise<LockFileContent> {
  await job.progress.phase(`Reading the npm lock file at ${shownDirectory(files.directory)}`);
  const { text, manifest } = await readPackageFiles(job.source, files);
  const hosts = registryHosts(job.settings.upstreams.npm);
  const input = { text, file: files.lockFile, manifest, manifestFile: files.manifest, registryHosts: hosts };
  const content = await readLockFileAside(input, job.signal);
  checkFileDependencies(content, files.directory, job.settings.npm.fileDependencyAllowlist);
  job.log.info(`${files.lockFile} names ${content.dependencies.length} npm dependencies.`);
  return content;
}

function* allDependencies(packages: readonly NpmPackage[]) {
  for (const { content } of packages) yield* content.dependencies;
}

/** All lock files together: one line is enough to find them. */
function warnOfMissingIntegrity(job: ResolveJob, needs: Needs): void {
  const without = [...needs.registry].filter(([, { digests }]) => digests.size === 0).map(([key]) => key);
  if (without.length === 0) return;
  const more = without.length > 5 ? ', …' : '';
  job.log.warn(
    `The lock files name no integrity for ${without.length} of ${needs.registry.size} registry packages; what the ` +
      `registry says is checked instead: ${without.slice(0, 5).join(', ')}${more}`,
  );
}

function shownDirectories(files: readonly PackageFiles[]): string {
  const shown = files.slice(0, 3).map(({ directory }) => shownDirectory(directory));
  return files.length > 3 ? `${shown.join(', ')} and ${files.length - 3} more paths` : shown.join(', ');
}

function* archivedRegistry(needs: Needs, archived: Archived) {
  for (const [key, artifact] of archived.registry) yield { key, artifact, path: needs.registry.get(key)?.path ?? '' };
}

async function replacements(needs: Needs, archived: Archived, placed: Placement): Promise<Replacements> {
  const externals = new Map<string, ArchivedPackage>();
  const registry = new Map<string, ArchivedPackage>();
  await inTurns(archivedRegistry(needs, archived), ({ key, artifact, path }) => {
    registry.set(key, archivedPackage(artifact, path));
  });
  await inTurns(archived.externals, ([source, artifact]) => {
    externals.set(source, archivedPackage(artifact, placed.externalPaths.get(source) ?? ''));
  });
  return { externals, registry };
}

function archivedPackage({ name, version, digests }: Artifact, path: string): ArchivedPackage {
  const { sha512 } = digests;
  const integrity = sha512 === undefined ? undefined : integrityText({ algorithm: 'sha512', hex: sha512 });
  return { name, version, integrity, path };
}

/** Per package its manifests and lock file, then `.npmrc` of all. */
async function configurationFiles(
  job: ResolveJob,
  found: readonly PackageFiles[],
  replaced: Replacements,
): Promise<ConfigurationFile[]> {
  const manifests = new Map<string, string>();
  const files: ConfigurationFile[] = [];
  for (const each of found) {
    await job.progress.phase(`Writing the npm configuration files for ${shownDirectory(each.directory)}`);
    files.push(...(await rewritePackage(job, each, replaced, manifests)));
  }
  const npmrc = found.flatMap(({ directory }) => npmrcFiles(directory, { quiet: job.settings.npm.quietClients }));
  // Packages may share a workspace, whose manifest then has the changes for both the last time.
  return [...new Map([...files, ...npmrc].map((file) => [`${file.mode} ${file.path}`, file])).values()];
}
