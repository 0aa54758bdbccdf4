import type { SbomComponent } from './components.js';

/** The document of the compatible API: components and nothing else, because clients compare whole components. */
export interface CycloneDx14 {
  bomFormat: 'CycloneDX';
  specVersion: '1.4';
  version: 1;
  components: ({ type: 'library' } & SbomComponent)[];
}

/** The document of version 1.4 (https://cyclonedx.org/docs/1.4/json/), which names no subject. */
export function cycloneDx14(components: readonly SbomComponent[]): CycloneDx14 {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.4',
    version: 1,
    components: components.map((component) => ({ type: 'library', ...component })),
  };
}
