import { inTurns } from '../../../concurrency/index.js';
import { everyComponent } from '../every-component.js';
import { documentUuid } from '../identity.js';
import type { SbomModel, SbomModelComponent, SbomSource } from '../model.js';
import { type CycloneDxComponent, componentOf, sourceComponent } from './component.js';

/** Versions of CycloneDX whose documents say all that is known. */
export type CycloneDxVersion = '1.6' | '1.7';

/** A document of CycloneDX (https://cyclonedx.org/docs/1.6/json/); 1.7 has nothing else for what is said here. */
export interface CycloneDxDocument extends Content {
  bomFormat: 'CycloneDX';
  /** Made from the content, so that equal documents have equal bytes. */
  serialNumber: string;
  version: 1;
}

interface Content {
  specVersion: CycloneDxVersion;
  metadata: {
    timestamp: string;
    tools: { components: { type: 'application'; name: string; version?: string }[] };
    component?: CycloneDxComponent;
  };
  components: CycloneDxComponent[];
  dependencies: Dependency[];
  compositions?: { aggregate: 'unknown'; dependencies: string[] }[];
}

interface Dependency {
  ref: string;
  /** Absent for what needs nothing: "must be declared as empty elements within the graph". */
  dependsOn?: readonly string[];
}

/** What stands for several sources. */
const ALL_SOURCES = 'sources';

/** The document of a model. */
export async function cycloneDx(version: CycloneDxVersion, model: SbomModel): Promise<CycloneDxDocument> {
  const { specVersion, ...rest } = await contentOf(version, model);
  const serialNumber = `urn:uuid:${await documentUuid({ specVersion, ...rest })}`;
  return { bomFormat: 'CycloneDX', specVersion, serialNumber, version: 1, ...rest };
}

async function contentOf(specVersion: CycloneDxVersion, model: SbomModel): Promise<Content> {
  const tools = model.toolVersions.length === 0 ? [{}] : model.toolVersions.map((version) => ({ version }));
  return {
    specVersion,
    metadata: {
      timestamp: model.created,
      tools: { components: tools.map((tool) => ({ type: 'application', name: 'Cachito', ...tool })) },
      ...rootOf(model.sources),
    },
    components: await componentsOf(model.components),
    ...(await graphOf(model)),
  };
}

/** What the document is about: the source, or an application made of all of them. */
function rootOf(sources: readonly SbomSource[]): { component?: CycloneDxComponent } {
  const components = sources.map(sourceComponent);
  if (components.length <= 1) return { component: components[0] };
  const name = [...new Set(sources.map((source) => source.name))].join(', ');
  return { component: { type: 'application', 'bom-ref': ALL_SOURCES, name, components } };
}

async function componentsOf(models: readonly SbomModelComponent[]): Promise<CycloneDxComponent[]> {
  const components: CycloneDxComponent[] = [];
  await inTurns(placed(models, components, false), (make) => make());
  return components;
}

/** What makes each component and puts it into its place; in one row with the parts, for one may have thousands. */
function* placed(
  models: readonly SbomModelComponent[],
  into: CycloneDxComponent[],
  isPart: boolean,
): Generator<() => void> {
  for (const model of models) {
    const parts: CycloneDxComponent[] = [];
    yield* placed(model.contains, parts, true);
    yield () => into.push(componentOf(model, isPart, parts));
  }
}

/** Who depends on whom, and of whom that is not known. Dependencies of parts are those of what contains them. */
async function graphOf({ sources, components }: SbomModel): Promise<Pick<Content, 'dependencies' | 'compositions'>> {
  const dependencies = sources.map(dependencyOf);
  if (sources.length > 1) dependencies.unshift({ ref: ALL_SOURCES, dependsOn: sources.map(({ ref }) => ref) });
  const unknown: string[] = [];
  await inTurns(everyComponent(components), ({ component: { ref, dependsOn }, isPart }) => {
    if (dependsOn !== undefined) dependencies.push(dependencyOf({ ref, dependsOn }));
    else if (!isPart) unknown.push(ref);
  });
  return {
    dependencies,
    ...(unknown.length === 0 ? {} : { compositions: [{ aggregate: 'unknown', dependencies: unknown }] }),
  };
}

function dependencyOf({ ref, dependsOn }: Required<Dependency>): Dependency {
  return dependsOn.length === 0 ? { ref } : { ref, dependsOn };
}
