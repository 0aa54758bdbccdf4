import { createHash } from 'node:crypto';
import { inTurns } from '../../concurrency/index.js';
import { jsonPieces } from '../../http/index.js';
import type { SbomComponent } from './components.js';
import type { SbomSubject } from './cyclonedx.js';

/** An SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3/). */
export interface SpdxDocument {
  spdxVersion: 'SPDX-2.3';
  dataLicense: 'CC0-1.0';
  SPDXID: 'SPDXRef-DOCUMENT';
  name: string;
  documentNamespace: string;
  creationInfo: { created: string; creators: string[] };
  packages: SpdxPackage[];
  relationships: SpdxRelationship[];
}

interface SpdxRelationship {
  spdxElementId: string;
  relationshipType: 'DESCRIBES' | 'CONTAINS';
  relatedSpdxElement: string;
}

interface SpdxPackage {
  SPDXID: string;
  name: string;
  versionInfo?: string;
  downloadLocation: 'NOASSERTION';
  filesAnalyzed: false;
  externalRefs: { referenceCategory: 'PACKAGE-MANAGER'; referenceType: 'purl'; referenceLocator: string }[];
}

const DOCUMENT_ID = 'SPDXRef-DOCUMENT';

/**
 * The document about sources and what they contain. `address` is where it is served; `created` UTC, to the second,
 * `YYYY-MM-DDTHH:MM:SSZ`. Equal content has an equal namespace.
 */
export async function spdx(
  subjects: readonly SbomSubject[],
  components: readonly SbomComponent[],
  { address, created }: { address: string; created: string },
): Promise<SpdxDocument> {
  const sources = subjects.map((subject, at) => spdxPackage(`SPDXRef-Source-${at + 1}`, subject));
  const packages = [...sources];
  const relationships = sources.map(({ SPDXID }) => describes(SPDXID));
  await inTurns(components.entries(), ([at, component]) => {
    const id = `SPDXRef-Package-${at + 1}`;
    packages.push(spdxPackage(id, component));
    // Of several sources it is not said here which of them contains what.
    relationships.push(sources.length === 1 ? contains(sources[0].SPDXID, id) : describes(id));
  });
  const digest = createHash('sha256');
  await inTurns(jsonPieces([subjects, components]), (piece) => digest.update(piece));
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT_ID,
    name: subjects.map(({ name, version }) => `${name} ${version}`).join(', ') || 'empty',
    documentNamespace: `${address}/spdx-2.3/${digest.digest('hex')}`,
    creationInfo: { created, creators: ['Tool: Cachito'] },
    packages,
    relationships,
  };
}

function describes(id: string): SpdxRelationship {
  return { spdxElementId: DOCUMENT_ID, relationshipType: 'DESCRIBES', relatedSpdxElement: id };
}

function contains(source: string, id: string): SpdxRelationship {
  return { spdxElementId: source, relationshipType: 'CONTAINS', relatedSpdxElement: id };
}

function spdxPackage(id: string, { name, version, purl }: SbomComponent): SpdxPackage {
  return {
    SPDXID: id,
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}
