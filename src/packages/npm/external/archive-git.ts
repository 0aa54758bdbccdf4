import type { Artifact, MadeArtifact } from '../../../dependencies/index.js';
import { FileAccessError, NetworkError, RepositoryAccessError, UnsupportedFeature } from '../../../errors/index.js';
import type { SourceTree } from '../../../source/index.js';
import type { SourcePort } from '../../package-manager.js';
import { type ExternalDependency, type ExternalJob, shown } from './external-dependency.js';
import { type GitSource, readGitSource } from './git-source.js';
import type { JsonObject } from '../lockfile/json.js';
import { getMade } from '../../made.js';
import { MAX_MANIFEST, nameManifest, packScripts, readManifest } from './manifest.js';
import { packTree } from './pack/pack-tree.js';
import { readPackedManifest } from './tarball/packed-manifest.js';

const MANIFEST = 'package.json';

export function gitSuffix(dependency: ExternalDependency): string {
  return `-external-gitcommit-${readGitSource(dependency).commit}`;
}

/** The package that `npm pack` would make of the commit, without running anything. */
export async function archiveGit(dependency: ExternalDependency, job: ExternalJob): Promise<Artifact> {
  const source = readGitSource(dependency);
  const { artifact, isOwn } = await getMade(
    {
      ecosystem: 'npm',
      upstream: source.identity,
      compute: ['sha512', 'sha1'],
      verifiedBy: 'git commit',
      make: (signal) => make(dependency, source, job, signal),
    },
    job,
  );
  // It may have been packed when the settings were others.
  if (!isOwn) judgeScripts(await readPackedManifest(artifact, job.artifacts, shown(dependency)), dependency, job);
  return artifact;
}

async function make(
  dependency: ExternalDependency,
  source: GitSource,
  job: ExternalJob,
  signal: AbortSignal,
): Promise<MadeArtifact> {
  const owner = shown(dependency);
  const { tree, commitTime } = await fetchCommit(dependency, source, job, signal);
  const manifest = await treeManifest(tree, owner);
  judgeScripts(manifest, dependency, job);
  const { name, version, text } = nameManifest(manifest, gitSuffix(dependency), dependency.name, owner);
  const directory = await job.scratchDirectory();
  const content = await packTree({ tree, manifest, text, owner }, directory, signal).catch((error: unknown) => {
    throw signal.aborted || !job.signal.aborted ? error : interrupted(owner, error);
  });
  return { name, version, content, published: pastTime(commitTime) };
}

/** Whoever makes a commit chooses its time (seconds since 1970): one that has not come yet, or none, tells nothing. */
function pastTime(seconds: number): Date | undefined {
  const milliseconds = seconds * 1000;
  return milliseconds > 0 && milliseconds <= Date.now() ? new Date(milliseconds) : undefined;
}

/** Another request waits for the same, but the folder goes away with the one that began. */
function interrupted(owner: string, cause: unknown): FileAccessError {
  return new FileAccessError(
    `The git dependency ${owner} was being packed for another request as well, which was cancelled. ` +
      'Submit this one again.',
    { cause },
  );
}

/** Asks one address after the other for as long as they cannot be reached. */
async function fetchCommit(
  dependency: ExternalDependency,
  { addresses, commit }: GitSource,
  job: ExternalJob,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<SourcePort['archive']>>> {
  const failures: Error[] = [];
  for (const repo of addresses) {
    try {
      return await job.sources.archive({ repo, ref: commit, withSubmodules: true }, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RepositoryAccessError || error instanceof NetworkError)) throw error;
      failures.push(error);
    }
  }
  const reasons = failures.map(({ message }) => message).join(' ');
  throw new RepositoryAccessError(`The git dependency ${shown(dependency)} cannot be fetched. ${reasons}`, {
    cause: failures.at(-1),
  });
}

async function treeManifest(tree: SourceTree, owner: string): Promise<JsonObject> {
  const entry = await tree.entry(MANIFEST);
  const isFile = entry?.type === 'file' || entry?.type === 'executable';
  const bytes = isFile ? await tree.read(MANIFEST, { maxSize: MAX_MANIFEST }) : undefined;
  if (bytes === undefined) {
    throw new FileAccessError(`The git dependency ${owner} has no package.json in the root of its repository.`);
  }
  return readManifest(bytes, owner);
}

/** Scripts are never run; whether it may be packed without is up to the administrators. */
function judgeScripts(manifest: JsonObject, dependency: ExternalDependency, { settings, log }: ExternalJob): void {
  const scripts = packScripts(manifest);
  if (scripts.length === 0) return;
  const names = scripts.map((name) => `"${name}"`).join(' and ');
  if (settings.npm.gitScripts === 'ignore') {
    log.warn(
      `The git dependency ${shown(dependency)} is packed as it lies in its repository: its ` +
        `${scripts.length === 1 ? 'script' : 'scripts'} ${names} did not run, so files may be missing.`,
    );
    return;
  }
  throw new UnsupportedFeature(
    `The git dependency ${shown(dependency)} cannot be packed without running its ` +
      `${scripts.length === 1 ? 'script' : 'scripts'} ${names}, and nothing of a dependency is run here. Use a ` +
      'release from a registry, or ask the administrators to allow packing without scripts ' +
      '(CACHITO_NPM_GIT_SCRIPTS=ignore).',
  );
}
