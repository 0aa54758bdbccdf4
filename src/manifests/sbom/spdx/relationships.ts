import { everyComponent } from '../every-component.js';
import type { SbomModel } from '../model.js';

/** How two elements of the document are related (clause 11). */
export interface SpdxRelationship {
  spdxElementId: string;
  relationshipType: 'DESCRIBES' | 'CONTAINS' | 'DEPENDS_ON' | 'DEV_DEPENDENCY_OF';
  relatedSpdxElement: string;
}

/** The document itself. */
export const DOCUMENT = 'SPDXRef-DOCUMENT';

/** Everything that is known; `ids` are the SPDX ids of what the model refers to. */
export function* relationshipsOf(model: SbomModel, ids: ReadonlyMap<string, string>): Generator<SpdxRelationship> {
  const idOf = (ref: string): string => ids.get(ref) ?? 'NOASSERTION';
  // A document must describe something, if only "NONE" (clause 11.1).
  if (model.sources.length === 0) yield relationship(DOCUMENT, 'DESCRIBES', 'NONE');
  for (const { ref } of model.sources) yield relationship(DOCUMENT, 'DESCRIBES', idOf(ref));
  for (const { ref, dependsOn } of model.sources) {
    for (const part of dependsOn) yield relationship(idOf(ref), 'CONTAINS', idOf(part));
  }
  for (const { component } of everyComponent(model.components)) {
    for (const part of component.contains) yield relationship(idOf(component.ref), 'CONTAINS', idOf(part.ref));
  }
  yield* dependenciesOf(model, idOf);
}

/**
 * What nothing is known of depends on NOASSERTION, what needs nothing on NONE. What is for development only is a
 * development dependency of what is for more, and a dependency like any other of its own kind. Dependencies of parts are
 * those of what contains them.
 */
function* dependenciesOf({ components }: SbomModel, idOf: (ref: string) => string): Generator<SpdxRelationship> {
  const forDevelopment = new Set<string>();
  for (const { component } of everyComponent(components)) if (component.dev === true) forDevelopment.add(component.ref);
  for (const { component, isPart } of everyComponent(components)) {
    const id = idOf(component.ref);
    if (component.dependsOn === undefined) {
      if (!isPart) yield relationship(id, 'DEPENDS_ON', 'NOASSERTION');
      continue;
    }
    if (component.dependsOn.length === 0) yield relationship(id, 'DEPENDS_ON', 'NONE');
    for (const ref of component.dependsOn) {
      if (forDevelopment.has(ref) && component.dev !== true) yield relationship(idOf(ref), 'DEV_DEPENDENCY_OF', id);
      else yield relationship(id, 'DEPENDS_ON', idOf(ref));
    }
  }
}

function relationship(
  spdxElementId: string,
  relationshipType: SpdxRelationship['relationshipType'],
  relatedSpdxElement: string,
): SpdxRelationship {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
