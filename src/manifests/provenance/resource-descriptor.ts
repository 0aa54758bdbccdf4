import { gitLocation, originOf } from '../origin.js';
import { PackageUrls } from '../purl/package-urls.js';
import { withoutCredentials } from '../purl/vcs-purl.js';

/**
 * What a statement says of one thing (https://github.com/in-toto/attestation/blob/main/spec/v1/resource_descriptor.md).
 * `digest` is of what `uri` names.
 */
export interface ResourceDescriptor {
  name?: string;
  uri?: string;
  /** Algorithm → hexadecimal digest. */
  digest?: Record<string, string>;
  mediaType?: string;
  /** Where it was had, if `uri` does not say so. */
  downloadLocation?: string;
  annotations?: Record<string, string>;
}

/** A file in the archive, by its row in the catalogue. */
export interface ArchivedFile {
  /** `npm`, `pip`, `gomod`, … */
  ecosystem: string;
  name: string;
  version: string;
  /** An address without credentials, or what the file was made from. */
  upstream: string;
  sha256: string;
}

export interface DescribedFile {
  /** What was fetched: the file of a registry, a commit, what lies at an address. */
  resolved: ResourceDescriptor;
  /** The file in the bundle, where it was packed here from what was fetched. */
  packed?: ResourceDescriptor;
}

/** What is from a registry has such a version. */
const REGISTRY_VERSION = /^[0-9A-Za-z][^:]*$/;

/** A commit of a git repository. The address may be one for ssh without a scheme, as git takes it. */
export function describeCommit(repo: string, commit: string, name?: string): ResourceDescriptor {
  return {
    ...(name === undefined ? {} : { name }),
    uri: `${gitLocation(repo)}@${commit}`,
    digest: { gitCommit: commit },
  };
}

/** How an archived file came to be. */
export function describeFile({ ecosystem, name, version, upstream, sha256 }: ArchivedFile): DescribedFile {
  const origin = originOf(upstream);
  if (origin.kind === 'commit') return withPacked(describeCommit(origin.repo, origin.commit, name), sha256);
  const uri = withoutCredentials(origin.url);
  const { digest, isPacked } = origin;
  if (isPacked && digest !== undefined) return withPacked({ name, uri, digest: { [digest.algorithm]: digest.hex } }, sha256);
  const purl =
    digest === undefined && REGISTRY_VERSION.test(version) ? registryPurl(ecosystem, name, version) : undefined;
  if (purl === undefined) return { resolved: { name, uri, digest: { sha256 } } };
  return { resolved: { uri: purl, digest: { sha256 }, downloadLocation: uri } };
}

function withPacked(resolved: ResourceDescriptor, sha256: string): DescribedFile {
  const annotations = { packed_from: resolved.uri ?? '' };
  return { resolved, packed: { name: resolved.name, digest: { sha256 }, annotations } };
}

/** These purls say nothing of a request, nor of who requires the package. */
const PURLS = new PackageUrls({ repo: '', ref: '', packages: [] });
const NOBODY = { type: '', name: '', version: null, dependencies: [] };

/** Undefined for an ecosystem without purls. */
function registryPurl(ecosystem: string, name: string, version: string): string | undefined {
  return PURLS.ofDependency(NOBODY, { type: ecosystem, name, version });
}
