import { createHash, type Hash } from 'node:crypto';
import type { Artifact } from '../../../dependencies/index.js';
import { InvalidChecksum } from '../../../errors/index.js';
import { getMade } from '../../made.js';
import type { ResolveJob } from '../../package-manager.js';
import { quote } from '../../quote.js';
import { reportedName } from '../names.js';
import type { VcsRequirement } from '../requirements/requirement.js';

/** pip takes no others in `--hash`. */
const ALGORITHMS = ['sha256', 'sha384', 'sha512'];

/**
 * An archive of one commit of another repository, without its submodules: pip builds it as it is. Throws as
 * `PackedSourcePort.pack` does, and `InvalidChecksum` when the line has hashes of which none is right: the archive is
 * made here, so that only who has had it before can know them.
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
  await checkHashes(requirement, artifact, job);
  return artifact;
}

async function checkHashes({ hashes, name }: VcsRequirement, artifact: Artifact, job: ResolveJob): Promise<void> {
  if (hashes.length === 0) return;
  const found = new Map<string, Hash>(ALGORITHMS.map((algorithm) => [algorithm, createHash(algorithm)]));
  for await (const chunk of await job.artifacts.open(artifact)) {
    job.signal.throwIfAborted();
    found.forEach((hash) => hash.update(chunk as Buffer));
  }
  const digests = new Map([...found].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
  if (hashes.some(({ algorithm, digest }) => digests.get(algorithm) === digest)) return;
  throw new InvalidChecksum(
    `The archive of the git repository of ${quote(name)} has none of the checksums of its line. It is made here from ` +
      `the commit: --hash=sha256:${artifact.sha256} would be right.`,
  );
}
