import { everyComponent, type PlacedComponent } from '../every-component.js';
import type { SbomModel } from '../model.js';

/** How two elements of the document are related (clause 11). */
export interface SpdxRelationship {
  spdxElementId: string;
  relationshipType: 'DESCRIBES' | 'CONTAINS' | 'DEPENDS_ON' | 'DEV_DEPENDENCY_OF';
  relatedSpdxElement: string;
}

/** The document itself. */
export const DOCUMENT = 'SPDXRef-DOCUMENT';

/** An element of the document that stands for something in the model. */
export interface SpdxElement {
  id: string;
  /** Needed for development only. */
  isDev: boolean;
}

/** Everything that is known; `elements` are those of the document by the `ref` in the model. */
export function* relationshipsOf(
  { sources, components }: SbomModel,
  elements: ReadonlyMap<string, SpdxElement>,
): Generator<SpdxRelationship> {
  // A document must describe something, if only "NONE" (clause 11.1).
  if (sources.length === 0) yield relationship(DOCUMENT, 'DESCRIBES', 'NONE');
  for (const { ref } of sources) yield relationship(DOCUMENT, 'DESCRIBES', elementOf(ref, elements).id);
  for (const { ref, dependsOn } of sources) {
    for (const part of dependsOn) yield contains(ref, part, elements);
  }
  for (const placed of everyComponent(components)) {
    for (const part of placed.component.contains) yield contains(placed.component.ref, part.ref, elements);
    yield* dependenciesOf(placed, elements);
  }
}

/**
 * What nothing is known of depends on NOASSERTION, what needs nothing on NONE (clause 11.1). What is for development only
 * is a development dependency of what is for more, and a dependency like any other of its own kind. Dependencies of
 * parts are those of what contains them.
 */
function* dependenciesOf(
  { component: { ref, dependsOn }, isPart }: PlacedComponent,
  elements: ReadonlyMap<string, SpdxElement>,
): Generator<SpdxRelationship> {
  const { id, isDev } = elementOf(ref, elements);
  if (dependsOn === undefined && !isPart) yield relationship(id, 'DEPENDS_ON', 'NOASSERTION');
  if (dependsOn?.length === 0) yield relationship(id, 'DEPENDS_ON', 'NONE');
  for (const required of dependsOn ?? []) {
    const other = elementOf(required, elements);
    if (other.isDev && !isDev) yield relationship(other.id, 'DEV_DEPENDENCY_OF', id);
    else yield relationship(id, 'DEPENDS_ON', other.id);
  }
}

function contains(ref: string, part: string, elements: ReadonlyMap<string, SpdxElement>): SpdxRelationship {
  return relationship(elementOf(ref, elements).id, 'CONTAINS', elementOf(part, elements).id);
}

function elementOf(ref: string, elements: ReadonlyMap<string, SpdxElement>): SpdxElement {
  const element = elements.get(ref);
  if (element === undefined) throw new Error(`The model has no component ${ref}.`);
  return element;
}

function relationship(
  spdxElementId: string,
  relationshipType: SpdxRelationship['relationshipType'],
  relatedSpdxElement: string,
): SpdxRelationship {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
