import type { CycloneDxComponent } from '../../src/manifests/sbom/cyclonedx/component.js';
import type { CycloneDxDocument } from '../../src/manifests/sbom/cyclonedx/cyclonedx.js';
import type { SpdxDocument } from '../../src/manifests/sbom/spdx/spdx.js';

/** What an SBOM says, whatever its format. Components are called `name version`, or `name` without a version. */
export interface SbomFacts {
  /** The source. */
  root: string;
  /** All components. */
  names: string[];
  /** Component → digest of its file. */
  sha256: Map<string, string>;
  /** Component → declared licence: an expression, or the words of the author. */
  licences: Map<string, string>;
  /** `<component> requires <component>`, `… develops with …`, `… contains …`; nothing where that is not known. */
  relations: string[];
}

export function factsOfCycloneDx({ metadata, components, dependencies }: CycloneDxDocument): SbomFacts {
  const source = metadata.component!;
  const all = everyComponent(components);
  const byRef = new Map([source, ...all].map((each) => [each['bom-ref'], each]));
  return {
    root: nameOf(source),
    names: all.map(nameOf).sort(),
    sha256: mapOf(all, nameOf, ({ hashes }) => hashes?.find(({ alg }) => alg === 'SHA-256')?.content),
    licences: mapOf(all, nameOf, ({ licenses }) => licenses?.map(licenceOf).join(' ')),
    relations: [
      ...dependencies.flatMap(({ ref, dependsOn = [] }) =>
        dependsOn.map((target) => dependency(source, byRef.get(ref)!, byRef.get(target)!)),
      ),
      ...all.flatMap((each) => (each.components ?? []).map((part) => `${nameOf(each)} contains ${nameOf(part)}`)),
    ].sort(),
  };
}

function dependency(source: CycloneDxComponent, from: CycloneDxComponent, to: CycloneDxComponent): string {
  const isForDevelopment = to.scope === 'excluded' && from.scope !== 'excluded';
  const verb = from === source ? 'contains' : isForDevelopment ? 'develops with' : 'requires';
  return `${nameOf(from)} ${verb} ${nameOf(to)}`;
}

function everyComponent(components: readonly CycloneDxComponent[]): CycloneDxComponent[] {
  return components.flatMap((each) => [each, ...everyComponent(each.components ?? [])]);
}

function licenceOf(choice: NonNullable<CycloneDxComponent['licenses']>[number]): string {
  if ('expression' in choice) return choice.expression;
  return 'id' in choice.license ? choice.license.id : choice.license.name;
}

export function factsOfSpdx({ SPDXID, packages, relationships, hasExtractedLicensingInfos = [] }: SpdxDocument): SbomFacts {
  const names = new Map(packages.map((each) => [each.SPDXID, nameOf({ name: each.name, version: each.versionInfo })]));
  const words = new Map(hasExtractedLicensingInfos.map(({ licenseId, extractedText }) => [licenseId, extractedText]));
  const described = relationships.find(({ relationshipType }) => relationshipType === 'DESCRIBES')?.relatedSpdxElement;
  const components = packages.filter((each) => each.SPDXID !== described);
  const named = (each: { SPDXID: string }): string => names.get(each.SPDXID)!;
  return {
    root: names.get(described ?? '') ?? '',
    names: components.map(named).sort(),
    sha256: mapOf(components, named, ({ checksums }) => checksums?.find(({ algorithm }) => algorithm === 'SHA256')?.checksumValue),
    licences: mapOf(components, named, ({ licenseDeclared }) =>
      licenseDeclared === 'NOASSERTION' ? undefined : (words.get(licenseDeclared) ?? licenseDeclared),
    ),
    relations: relationships.flatMap((each) => (each.spdxElementId === SPDXID ? [] : relation(each, names))).sort(),
  };
}

function relation(
  { spdxElementId, relationshipType, relatedSpdxElement }: SpdxDocument['relationships'][number],
  names: ReadonlyMap<string, string>,
): string[] {
  const [one, other] = [names.get(spdxElementId), names.get(relatedSpdxElement)];
  if (other === undefined) return [];
  if (relationshipType === 'DEV_DEPENDENCY_OF') return [`${other} develops with ${one}`];
  return [`${one} ${relationshipType === 'CONTAINS' ? 'contains' : 'requires'} ${other}`];
}

function nameOf({ name, version }: { name: string; version?: string }): string {
  return version === undefined ? name : `${name} ${version}`;
}

/** Without those that have no value. */
function mapOf<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  valueOf: (item: Item) => string | undefined,
): Map<string, string> {
  const pairs = items.flatMap((item) => {
    const value = valueOf(item);
    return value === undefined ? [] : [[nameOf(item), value] as const];
  });
  return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}
