import type { SbomComponent } from './components.js';

/** Versions of CycloneDX that come with metadata. */
type LaterVersion = '1.6' | '1.7';

interface Component extends SbomComponent {
  type: 'library';
}

/** The document of the compatible API: components and nothing else, because clients compare whole components. */
export interface CycloneDx14 {
  bomFormat: 'CycloneDX';
  specVersion: '1.4';
  version: 1;
  components: Component[];
}

/** A document with its tool and, when it is about one request, what was requested. */
export interface CycloneDxWithMetadata {
  bomFormat: 'CycloneDX';
  specVersion: LaterVersion;
  version: 1;
  metadata: {
    tools: { components: { type: 'application'; name: string }[] };
    component?: { type: 'application'; name: string; version: string; purl: string };
  };
  components: Component[];
}

/** What an SBOM is about: a repository at a commit. */
export interface SbomSubject {
  /** Path of the repository on its host. */
  name: string;
  /** The commit. */
  version: string;
  purl: string;
}

/** The document of version 1.4 (https://cyclonedx.org/docs/1.4/json/), which names no subject. */
export function cycloneDx14(components: readonly SbomComponent[]): CycloneDx14 {
  return { bomFormat: 'CycloneDX', specVersion: '1.4', version: 1, components: components.map(libraryOf) };
}

/** The document of a later version; there is a subject when it is about one request. */
export function cycloneDx(
  version: LaterVersion,
  subject: SbomSubject | undefined,
  components: readonly SbomComponent[],
): CycloneDxWithMetadata {
  return {
    bomFormat: 'CycloneDX',
    specVersion: version,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'Cachito' }] },
      ...(subject === undefined ? {} : { component: { type: 'application', ...subject } }),
    },
    components: components.map(libraryOf),
  };
}

function libraryOf(component: SbomComponent): Component {
  return { type: 'library', ...component };
}
