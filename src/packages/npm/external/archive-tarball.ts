import type { Artifact } from '../../../dependencies/index.js';
import { InvalidFileFormat } from '../../../errors/index.js';
import { type Digest, strongestDigest } from '../lockfile/integrity.js';
import { checkSourceText } from '../lockfile/source-text.js';
import { type ExternalDependency, type ExternalJob, shown } from './external-dependency.js';
import { getMade } from '../../made.js';
import { repack } from './tarball/repack.js';

export function tarballSuffix(dependency: ExternalDependency): string {
  return suffixOf(digestOf(dependency));
}

/** The archive that an address names, checked, with the version in its `package.json` changed. */
export async function archiveTarball(dependency: ExternalDependency, job: ExternalJob): Promise<Artifact> {
  const digest = digestOf(dependency);
  const upstream = `${addressOf(dependency)}#${digest.algorithm}-${digest.hex}`;
  const { artifact } = await getMade(
    {
      ecosystem: 'npm',
      // Not the key of the file that it is made from.
      upstream: `npm+${upstream}`,
      compute: ['sha512', 'sha1'],
      verifiedBy: 'lock file',
      make: async (signal) => {
        const original = await job.artifacts.get(
          {
            ecosystem: 'npm',
            name: dependency.name,
            version: suffixOf(digest).slice(1),
            upstreams: [upstream],
            digests: { [digest.algorithm]: digest.hex },
            verifiedBy: 'lock file',
          },
          signal,
        );
        const { name } = dependency;
        return repack({ original, suffix: suffixOf(digest), name, owner: shown(dependency) }, job.artifacts);
      },
    },
    job,
  );
  return artifact;
}

function digestOf(dependency: ExternalDependency): Digest {
  if (dependency.integrity !== undefined) return strongestDigest(dependency.integrity, shown(dependency));
  throw new InvalidFileFormat(
    `${shown(dependency)} has no integrity, and nothing else vouches for a file that is not from a registry. ` +
      'Let a recent npm write the lock file anew.',
  );
}

function suffixOf({ algorithm, hex }: Digest): string {
  return `-external-${algorithm}-${hex}`;
}

/**
 * Without user name and password: nothing that is recorded may hold them, and administrators configure those that the
 * service needs. What does not come without them fails.
 */
function addressOf(dependency: ExternalDependency): string {
  checkSourceText(dependency.source, dependency.name);
  const url = URL.canParse(dependency.source) ? new URL(dependency.source) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InvalidFileFormat(`The source of ${dependency.name} is not an http(s) address: ${shown(dependency)}.`);
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href;
}
