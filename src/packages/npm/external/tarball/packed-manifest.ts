import { buffer } from 'node:stream/consumers';
import type { Artifact } from '../../../../dependencies/index.js';
import { FileAccessError } from '../../../../errors/index.js';
import type { ArtifactPort } from '../../../package-manager.js';
import type { JsonObject } from '../../lockfile/json.js';
import { MAX_MANIFEST, readManifest } from '../manifest.js';
import { inflated } from './inflated.js';
import { TAR_LIMITS, type TarLimits } from './limits.js';
import { fold, MemberRules } from './member-rules.js';
import { type TarMember, tarMembers } from './tar-members.js';

const MANIFEST = 'package.json';

/** A member and where it is unpacked, `''` for the root. */
export interface PlacedMember {
  member: TarMember;
  path: string;
}

/** The members of an archived package, each judged before it is given out. */
export async function* packageMembers(
  artifact: Artifact,
  artifacts: Pick<ArtifactPort, 'open'>,
  owner: string,
  limits: TarLimits,
): AsyncGenerator<PlacedMember> {
  const rules = new MemberRules(owner);
  const text = inflated(await artifacts.open(artifact), limits, owner);
  for await (const member of tarMembers(text, limits, owner)) yield { member, path: rules.check(member) };
}

/** Whether a path is `package.json`, exactly or as some file systems see it, once a leading directory is removed. */
export function manifestPlace(path: string): 'exact' | 'folded' | undefined {
  const names = path.split('/');
  const last = names.at(-1) ?? '';
  if (names.length > 2 || fold(last) !== MANIFEST) return undefined;
  return last === MANIFEST ? 'exact' : 'folded';
}

/**
 * The first `package.json` of an archived package. Throws `FileAccessError` when there is none or it is unreadable,
 * `ValidationError` for an archive that is refused.
 */
export async function readPackedManifest(
  artifact: Artifact,
  artifacts: Pick<ArtifactPort, 'open'>,
  owner: string,
  limits = TAR_LIMITS,
): Promise<JsonObject> {
  for await (const { member, path } of packageMembers(artifact, artifacts, owner, limits)) {
    if (manifestPlace(path) !== 'exact') continue;
    if (member.type !== 'file' || member.size > MAX_MANIFEST) {
      throw new FileAccessError(
        `The package.json in the archive of ${owner} is no file, or larger than any should be.`,
      );
    }
    return readManifest(await buffer(member.content()), owner);
  }
  throw new FileAccessError(`The archive of ${owner} holds no package.json.`);
}
