import { END_OF_TAR, padding, tarHeader } from '../../../../archive/index.js';
import type { Artifact, MadeArtifact } from '../../../../dependencies/index.js';
import { ValidationError } from '../../../../errors/index.js';
import type { ArtifactPort } from '../../../package-manager.js';
import { gzipped } from '../gzipped.js';
import { nameManifest } from '../manifest.js';
import { TAR_LIMITS } from './limits.js';
import { manifestPlace, packageMembers, type PlacedMember, readPackedManifest } from './packed-manifest.js';

/** An archive to make another one of. */
export interface Repacking {
  original: Artifact;
  /** Added to its version. */
  suffix: string;
  /** Of the dependency, for a package without name. */
  name: string;
  /** The dependency, for messages. */
  owner: string;
}

/**
 * The same archive with another version in its `package.json`; all other members stay as they are. It is read twice,
 * and never held in memory. Throws `FileAccessError` for a damaged archive, `ValidationError` for a refused one, also
 * while the content is read.
 */
export async function repack(
  { original, suffix, name, owner }: Repacking,
  artifacts: Pick<ArtifactPort, 'open'>,
  limits = TAR_LIMITS,
): Promise<MadeArtifact> {
  const manifest = await readPackedManifest(original, artifacts, owner, limits);
  const { text, ...named } = nameManifest(manifest, suffix, name, owner);
  const content = gzipped(tarText(packageMembers(original, artifacts, owner, limits), text, owner));
  return { ...named, content, published: original.published };
}

async function* tarText(members: AsyncIterable<PlacedMember>, manifest: Buffer, owner: string) {
  let isReplaced = false;
  for await (const { member, path } of members) {
    const place = manifestPlace(path);
    if (place === undefined) {
      yield member.headers;
      yield* member.content();
      yield padding(member.size);
      continue;
    }
    if (isReplaced || place === 'folded') {
      throw new ValidationError(`The archive of ${owner} is refused: it holds more than one package.json.`);
    }
    isReplaced = true;
    const type = member.isExecutable ? 'executable' : 'file';
    yield tarHeader({ path: member.path, type, size: manifest.length, modified: member.modified });
    yield manifest;
    yield padding(manifest.length);
  }
  yield END_OF_TAR;
}
