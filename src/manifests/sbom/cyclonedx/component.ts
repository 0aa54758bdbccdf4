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
  alg: 'SHA-256';
  content: string;
}

interface ExternalReference {
  type: 'distribution' | 'vcs';
  url: string;
  hashes?: Hash[];
  comment?: string;
}

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
    externalReferences: nonEmpty(archivedFiles(artifacts).flatMap(originOf)),
    components: nonEmpty(parts),
    properties: nonEmpty(verifiedBy.map((value) => ({ name: 'cachito:verified_by', value }))),
  };
}

function scopeOf(dev: boolean | undefined): CycloneDxComponent['scope'] {
  if (dev === undefined) return undefined;
  return dev ? 'excluded' : 'required';
}

/** Where a file comes from. A repository does not serve the file that was packed from it, so it has no digest there. */
function originOf({ upstream, sha256, verifiedBy }: ArchivedFile): ExternalReference[] {
  const comment = `Verified by: ${verifiedBy.join(', ')}`;
  if (upstream.startsWith('git+')) return reference('vcs', upstream, { comment });
  if (/^https?:/i.test(upstream)) return reference('distribution', upstream, { hashes: [hash(sha256)], comment });
  return [];
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
