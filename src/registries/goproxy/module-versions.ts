import semver from 'semver';
import { isPseudoVersion } from '../../packages/index.js';
import type { LockedFile } from './goproxy-content.js';

/** What `@v/list` names: the versions that can be had, but for pseudo-versions, as `go` sorts them. */
export function listedVersions(files: readonly LockedFile[]): string[] {
  return sorted(files.filter(({ version }) => !isPseudoVersion(version)));
}

/** What `@latest` is: the highest release, else pre-release, else pseudo-version; undefined when there is none. */
export function latestVersion(files: readonly LockedFile[]): string | undefined {
  const listed = listedVersions(files);
  const releases = listed.filter((version) => semver.prerelease(version) === null);
  return [releases, listed, sorted(files)].find((versions) => versions.length > 0)?.at(-1);
}

/** By precedence, then by text. A version of which there is no more than a `go.mod` is for choosing versions only. */
function sorted(files: readonly LockedFile[]): string[] {
  const versions = new Set(files.filter(({ kind }) => kind !== 'mod').map(({ version }) => version));
  return [...versions]
    .filter((version) => semver.valid(version) !== null)
    .sort((one, other) => semver.compare(one, other) || (one < other ? -1 : 1));
}
