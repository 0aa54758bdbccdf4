import { inTurns } from '../../../concurrency/index.js';
import { everyComponent } from '../every-component.js';
import { documentUuid } from '../identity.js';
import type { SbomModel, SbomSource } from '../model.js';
import { DocumentLicenses, type ExtractedLicense } from './licenses.js';
import { packageOf, sourcePackage, type SpdxPackage } from './package.js';
import { DOCUMENT, relationshipsOf, type SpdxElement, type SpdxRelationship } from './relationships.js';

/** An SPDX 2.3 document (https://spdx.github.io/spdx-spec/v2.3/). */
export interface SpdxDocument extends Content {
  spdxVersion: 'SPDX-2.3';
  dataLicense: 'CC0-1.0';
  SPDXID: typeof DOCUMENT;
  /** Made from the content, so that equal documents have equal bytes. */
  documentNamespace: string;
}

interface Content {
  name: string;
  creationInfo: { created: string; creators: string[] };
  packages: SpdxPackage[];
  hasExtractedLicensingInfos?: ExtractedLicense[];
  relationships: SpdxRelationship[];
}

/** Characters of a name in the namespace, which is there for people only. */
const MAX_SHOWN = 64;

/** The document of a model. */
export async function spdx(model: SbomModel): Promise<SpdxDocument> {
  const { name, ...rest } = await contentOf(model);
  const uuid = await documentUuid({ name, ...rest });
  const documentNamespace = `https://spdx.org/spdxdocs/${shown(model.sources)}-${uuid}`;
  return { spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: DOCUMENT, name, documentNamespace, ...rest };
}

async function contentOf(model: SbomModel): Promise<Content> {
  const { sources, components, toolVersions, created } = model;
  const elements = new Map<string, SpdxElement>();
  const packages: SpdxPackage[] = [];
  for (const [at, source] of sources.entries()) {
    const id = `SPDXRef-Source-${at + 1}`;
    elements.set(source.ref, { id, isDev: false });
    packages.push(sourcePackage(id, source));
  }
  const licenses = new DocumentLicenses();
  await inTurns(everyComponent(components), ({ component, isPart }) => {
    const id = `SPDXRef-Package-${packages.length - sources.length + 1}`;
    elements.set(component.ref, { id, isDev: component.dev === true });
    packages.push(packageOf(id, component, isPart, licenses));
  });
  const relationships: SpdxRelationship[] = [];
  await inTurns(relationshipsOf(model, elements), (each) => relationships.push(each));
  const tools = toolVersions.length === 0 ? ['Cachito'] : toolVersions.map((version) => `Cachito-${version}`);
  return {
    name: sources.map(({ name, version }) => `${name} ${version}`).join(', ') || 'empty',
    creationInfo: { created, creators: tools.map((tool) => `Tool: ${tool}`) },
    packages,
    ...(licenses.all.length === 0 ? {} : { hasExtractedLicensingInfos: licenses.all }),
    relationships,
  };
}

/** Names of the sources, as far as they may stand in the path of a URI. */
function shown(sources: readonly SbomSource[]): string {
  const names = sources.map(({ name }) => name).join('-').replace(/[^A-Za-z0-9.]+/g, '-');
  return names.slice(0, MAX_SHOWN) || 'empty';
}
