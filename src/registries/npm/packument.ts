import semver from 'semver';
import { ABBREVIATED_FIELDS } from './manifest/reduce.js';
import type { NpmManifest } from './manifest/npm-manifests.js';
import type { LockedVersion } from './npm-content.js';

/** What a client wants to know: only what installing needs, or everything. */
export type PackumentForm = 'abbreviated' | 'full';

/** A version with all that its document is made of. */
export interface ServedVersion extends LockedVersion {
  manifest: NpmManifest;
  /** Absolute address of the tarball. */
  tarball: string;
}

/** The document of a package: the locked versions, at least one, and no others. */
export function packument(versions: readonly ServedVersion[], form: PackumentForm): object {
  const sorted = [...versions].sort(byVersion);
  const times = sorted.map(({ time }) => time).sort();
  const modified = times.at(-1);
  const documents = sorted.map((each): [string, object] => [each.version, versionDocument(each, form)]);
  return {
    ...(form === 'full' ? { _id: sorted[0]?.name } : {}),
    name: sorted[0]?.name,
    'dist-tags': distTags(sorted),
    versions: Object.fromEntries(documents),
    ...(form === 'full' ? { time: { created: times[0], modified, ...timesByVersion(sorted) } } : {}),
    modified,
  };
}

/** `latest` is the highest locked version. */
export function distTags(versions: readonly LockedVersion[]): { latest?: string } {
  const highest = [...versions].sort(byVersion).at(-1);
  return highest === undefined ? {} : { latest: highest.version };
}

/** The document of one version. Name and version are those that the lock file has, whatever the package says. */
export function versionDocument(served: ServedVersion, form: PackumentForm): object {
  const { name, version, digests, manifest, tarball } = served;
  const fields = Object.entries(manifest.fields).filter(([field]) => form === 'full' || ABBREVIATED_FIELDS.has(field));
  const sha512 = digests.sha512 ?? manifest.sha512;
  return {
    ...(form === 'full' ? { _id: `${name}@${version}` } : {}),
    ...Object.fromEntries(fields),
    name,
    version,
    dist: {
      tarball,
      shasum: digests.sha1 ?? manifest.sha1,
      integrity: `sha512-${Buffer.from(sha512, 'hex').toString('base64')}`,
    },
  };
}

function timesByVersion(versions: readonly LockedVersion[]): Record<string, string> {
  return Object.fromEntries(versions.map(({ version, time }) => [version, time]));
}

/** What is no semantic version comes first. */
function byVersion(one: LockedVersion, other: LockedVersion): number {
  const [a, b] = [semver.parse(one.version, { loose: true }), semver.parse(other.version, { loose: true })];
  if (a !== null && b !== null) return semver.compareBuild(a, b) || compareText(one.version, other.version);
  if (a === null && b === null) return compareText(one.version, other.version);
  return a === null ? -1 : 1;
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
