import type { Artifact } from '../../../dependencies/index.js';
import { getMade } from '../../made.js';
import type { ResolveJob } from '../../package-manager.js';
import { reportedName } from '../names.js';
import type { VcsRequirement } from '../requirements/requirement.js';

/**
 * An archive of one commit of another repository, without its submodules: pip builds it as it is. Throws as
 * `PackedSourcePort.pack` does, and `InvalidChecksum` when the line has hashes: those of an archive that is made here
 * cannot be known before.
 */
export async function archiveCommit(requirement: VcsRequirement, job: ResolveJob): Promise<Artifact> {
  const { name, url, fetchUrl, commit } = requirement;
  const { artifact } = await getMade(
    {
      ecosystem: 'pip',
      upstream: `git+${url}#${commit}`,
      verifiedBy: 'git commit',
      make: async (signal) => ({
        name: reportedName(name),
        version: `git+${url}@${commit}`,
        content: job.packedSources.pack({ repo: fetchUrl, ref: commit, withSubmodules: false }, signal),
      }),
    },
    job,
  );
  return artifact;
}
