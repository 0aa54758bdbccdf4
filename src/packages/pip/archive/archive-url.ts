import type { Artifact } from '../../../dependencies/index.js';
import type { ResolveJob } from '../../package-manager.js';
import { reportedName } from '../names.js';
import type { UrlRequirement } from '../requirements/requirement.js';

/** The file at an address, checked against the only hash of its line. Throws `InvalidChecksum`, `NetworkError`. */
export function archiveUrl(requirement: UrlRequirement, { artifacts, signal }: ResolveJob): Promise<Artifact> {
  const { name, fetchUrl, hash, trusted } = requirement;
  const digest = `${hash.algorithm}-${hash.digest}`;
  return artifacts.get(
    {
      ecosystem: 'pip',
      name: reportedName(name),
      version: `external-${digest}`,
      // What lies at an address may change; what has that digest does not.
      upstreams: [`${fetchUrl}#${digest}`],
      digests: {},
      anyDigest: [hash],
      verifiedBy: 'lock file',
      ...(trusted ? { insecureTls: true as const } : {}),
    },
    signal,
  );
}
