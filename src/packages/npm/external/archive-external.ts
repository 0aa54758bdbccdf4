import type { Artifact } from '../../../dependencies/index.js';
import { ownValue } from '../lockfile/json.js';
import { archiveGit, gitSuffix } from './archive-git.js';
import { archiveTarball, tarballSuffix } from './archive-tarball.js';
import { type ExternalDependency, type ExternalJob, shown } from './external-dependency.js';
import { readPackedManifest } from './tarball/packed-manifest.js';

/**
 * The archived package of a dependency that is not from a registry, under the name in its `package.json` and a version
 * that ends in `externalSuffix`. Without network when it is archived already. Throws
 * - `InvalidFileFormat`: no commit or integrity; a name or version that npm refuses
 * - `UnsupportedFeature`: cannot be packed without running scripts; an unknown kind of address or integrity
 * - `ValidationError`: an address or archive that is refused
 * - `RepositoryAccessError`, `InvalidRequestData` (no such commit), `NetworkError`, `InvalidChecksum`
 * - `FileAccessError`: damaged, or without a `package.json`
 */
export async function archiveExternal(dependency: ExternalDependency, job: ExternalJob): Promise<Artifact> {
  job.signal.throwIfAborted();
  const artifact = await (dependency.kind === 'git' ? archiveGit : archiveTarball)(dependency, job);
  return named(artifact, dependency, job);
}

/** One without a name of its own is recorded under what another lock file may have called it. */
async function named(artifact: Artifact, dependency: ExternalDependency, job: ExternalJob): Promise<Artifact> {
  if (artifact.name === dependency.name) return artifact;
  const manifest = await readPackedManifest(artifact, job.artifacts, shown(dependency));
  const isNameless = (ownValue(manifest, 'name') ?? undefined) === undefined;
  return isNameless ? { ...artifact, name: dependency.name } : artifact;
}

/**
 * What is added to the version of the packed package: `-external-gitcommit-<commit>` or
 * `-external-<algorithm>-<hexadecimal digest>`. Errors as `archiveExternal` for a malformed source or integrity.
 */
export function externalSuffix(dependency: ExternalDependency): string {
  return dependency.kind === 'git' ? gitSuffix(dependency) : tarballSuffix(dependency);
}
