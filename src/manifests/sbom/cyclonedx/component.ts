import { originOf } from '../../origin.js';
import { type ArchivedFile, archivedFiles, distinct } from '../archived-files.js';
import type { SbomModelComponent, SbomSource } from '../model.js';
import { uriOf } from '../uri.js';
import { type CycloneDxLicense, licensesOf } from './licenses.js';

/** `component` of the schema, as far as it is used. JSON leaves out what is undefined. */
export interface CycloneDxComponent {
  type: 'application' | 'library';
  'bom-ref': string;
  name: string;
  version?: string;
  scope?: 'required' | 'excluded';
  hashes?: Hash[];
  licenses?: CycloneDxLicense[];
  purl?: string;
  externalReferences?: ExternalReference[];
  components?: CycloneDxComponent[];
  properties?: { name: string; value: string }[];
}

interface Hash {
  alg: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
  content: string;
}

interface ExternalReference {
  type: 'distribution' | 'vcs';
  url: string;
  hashes?: Hash[];
  comment?: string;
}

/** Digests that lock files name, by the names of the schema. */
const ALGORITHMS: ReadonlyMap<string, Hash['alg']> = new Map([
  ['sha1', 'SHA-1'],
  ['sha256', 'SHA-256'],
  ['sha384', 'SHA-384'],
  ['sha512', 'SHA-512'],
]);

/** Characters: the schema's limit. */
const MAX_VERSION = 1024;

export function sourceComponent({ ref, name, version, purl, vcsUrl }: SbomSource): CycloneDxComponent {
  return {
    type: 'application',
    'bom-ref': ref,
    name,
    version,
    purl,
    externalReferences: nonEmpty(reference('vcs', vcsUrl)),
  };
}

/**
 * A component with the parts that it contains. A package of the source is an `application`, as the schema wants it for
 * what "cannot be determined"; what others made is a `library`, and so is a part.
 */
export function componentOf(
  { ref, name, version, dev, isPackage, purl, artifacts }: SbomModelComponent,
  isPart: boolean,
  parts: CycloneDxComponent[],
): CycloneDxComponent {
  const digests = new Set(artifacts.map(({ sha256 }) => sha256));
  const verifiedBy = distinct(artifacts.map((artifact) => artifact.verifiedBy));
  return {
    type: isPackage && !isPart ? 'application' : 'library',
    'bom-ref': ref,
    name,
    version: version !== undefined && version.length <= MAX_VERSION ? version : undefined,
    scope: scopeOf(dev),
    hashes: digests.size === 1 ? [...digests].map(hash) : undefined,
    licenses: licensesOf(artifacts),
    purl,
    externalReferences: nonEmpty(archivedFiles(artifacts).flatMap(referenceOf)),
    components: nonEmpty(parts),
    properties: nonEmpty(verifiedBy.map((value) => ({ name: 'cachito:verified_by', value }))),
  };
}

function scopeOf(dev: boolean | undefined): CycloneDxComponent['scope'] {
  if (dev === undefined) return undefined;
  return dev ? 'excluded' : 'required';
}

/** Where a file comes from, with the digest of what is there. A repository does not serve what was packed from it. */
function referenceOf({ upstream, sha256, verifiedBy }: ArchivedFile): ExternalReference[] {
  const comment = `Verified by: ${verifiedBy.join(', ')}`;
  const origin = originOf(upstream);
  if (origin.kind === 'commit') return reference('vcs', upstream, { comment });
  if (!/^https?:/i.test(origin.url)) return [];
  const hashes = origin.isPacked ? hashOf(origin.digest) : [hash(sha256)];
  return reference('distribution', origin.url, { ...(hashes.length === 0 ? {} : { hashes }), comment });
}

/** None for an algorithm that the schema does not know. */
function hashOf(digest: { algorithm: string; hex: string } | undefined): Hash[] {
  const alg = digest && ALGORITHMS.get(digest.algorithm);
  return alg === undefined ? [] : [{ alg, content: digest?.hex ?? '' }];
}

/** None for an address that is no URI. */
function reference(
  type: ExternalReference['type'],
  address: string,
  more: Pick<ExternalReference, 'hashes' | 'comment'> = {},
): ExternalReference[] {
  const url = uriOf(address);
  return url === undefined ? [] : [{ type, url, ...more }];
}

function hash(sha256: string): Hash {
  return { alg: 'SHA-256', content: sha256 };
}

function nonEmpty<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
