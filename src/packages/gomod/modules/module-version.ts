import { posix } from 'node:path';
import type { VersionTag } from '../../../source/index.js';
import { splitMajor } from './path-major.js';
import { looksPseudo, pseudoVersion, type Revision } from './pseudo-version.js';
import { compareSemver, parseSemver, type Semver } from './semver.js';

/** A module of the source. */
export interface LocalModule {
  /** As its `go.mod` says, whatever that is. */
  path: string;
  /** Relative to the root of the repository, normalised; `.` is the root. */
  directory: string;
}

/** Longer ones fit no file system once Go has put `.zip` behind them, and nobody writes them. */
const MAX_VERSION = 200;

/**
 * The version of a module of the source, as Go derives it when asked for the module at that commit
 * (cmd/go/internal/modfetch): the highest version that a tag gives the commit, else a pseudo-version above the highest one
 * that the history has. Only versions of the major version that the path demands count; 0 and 1 when it demands none.
 *
 * Tags that are no version of this module are passed over, whatever their names. Go also passes over versions that a
 * `retract` of the module's newest version names; that file may lie in another commit, so here they count.
 */
export function moduleVersion(module: LocalModule, tags: readonly VersionTag[], commit: Revision): string {
  const major = splitMajor(module.path)?.major;
  const prefix = tagPrefix(module);
  const versions = tags.flatMap((tag) => versionOfTag(tag, prefix, major));
  // With build metadata a version is ambiguous: the commit gets none from it, yet it comes after it.
  const own = highest(versions.filter(({ here, version }) => here && version.build === ''));
  if (own !== undefined) return spelled(own);
  return pseudoVersion(major ?? '0', highest(versions), commit);
}

/**
 * What tags of a module begin with: its directory. That of a `/v2` in a directory `v2` is the directory above: both
 * places that Go looks in for `example.com/kite/wing/v2`, `wing` and `wing/v2`, share the tags `wing/v2.3.4`. A directory
 * that the path names besides, `api/v2` of `example.com/kite/api/v2/v2`, is no such place.
 */
function tagPrefix({ path, directory }: LocalModule): string {
  const { prefix, suffix } = splitMajor(path) ?? { prefix: path, suffix: '' };
  const ownDirectory = suffix.startsWith('/') && `/${directory}`.endsWith(suffix) && !prefix.endsWith(`/${directory}`);
  const place = ownDirectory ? posix.dirname(directory) : directory;
  return place === '.' ? '' : `${place}/`;
}

interface TaggedVersion {
  version: Semver;
  here: boolean;
}

function versionOfTag({ name, here }: VersionTag, prefix: string, major: string | undefined): TaggedVersion[] {
  if (!name.startsWith(prefix) || name.length > prefix.length + MAX_VERSION) return [];
  const version = parseSemver(name.slice(prefix.length));
  if (version === undefined || looksPseudo(version)) return [];
  const fits = major === undefined ? ['0', '1'].includes(version.major) : version.major === major;
  return fits ? [{ version, here }] : [];
}

function highest(versions: readonly TaggedVersion[]): Semver | undefined {
  return versions.reduce<Semver | undefined>(
    (best, { version }) => (best === undefined || compareSemver(version, best) > 0 ? version : best),
    undefined,
  );
}

function spelled({ major, minor, patch, prerelease }: Semver): string {
  return `v${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}`;
}
