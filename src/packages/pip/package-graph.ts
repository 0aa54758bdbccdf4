import { inTurns } from '../../concurrency/index.js';
import type { Component, DependencyEdge, ResolveJob } from '../package-manager.js';
import type { Archived } from './archive/archived.js';
import type { Facts } from './archived-facts.js';
import { linkDependencies, type LockedDependency, MAX_EDGES } from './graph/dependency-graph.js';
import { entrances } from './graph/entrances.js';
import { projectRequirements } from './graph/project-requirements.js';
import { sourceFiles } from './metadata/project-files.js';
import { indexName } from './names.js';
import { type PythonProject, shownDirectory } from './project.js';
import { componentKey, type LocalNames, reported } from './report.js';
import type { Requirement } from './requirements/requirement.js';

/** What a graph is made of. */
interface Parts {
  archived: Archived;
  names: LocalNames;
  facts: Facts;
}

/** Who requires whom in each package of a request. */
export interface PackageGraph {
  edges: DependencyEdge[];
  /** By package: the keys of components of which nothing says what they require. */
  unknown: ReadonlyMap<PythonProject, ReadonlySet<string>>;
}

/** Names of all dependencies, as indexes know them. */
export async function lockedNames(
  projects: readonly PythonProject[],
  archived: Archived,
  names: LocalNames,
): Promise<Set<string>> {
  const locked = new Set<string>();
  for (const project of projects) {
    await inTurns(requirementsOf(project), (requirement) => {
      const dependency = reported(requirement, project.directory, archived, names);
      if (dependency !== undefined) locked.add(indexName(dependency.name));
    });
  }
  return locked;
}

/**
 * The graphs of all packages. A package requires what its own files name, and what is locked without any other
 * dependency that requires it. What is needed to run and to build is one set here.
 */
export async function packageGraph(
  projects: readonly PythonProject[],
  parts: Parts,
  job: ResolveJob,
): Promise<PackageGraph> {
  const edges: DependencyEdge[] = [];
  const unknown = new Map<PythonProject, ReadonlySet<string>>();
  const room = { edges: MAX_EDGES };
  for (const project of projects) {
    const locked = await lockedDependencies(project, parts);
    const own = (await projectRequirements(sourceFiles(job.source, project.directory), job.signal)) ?? [];
    const graph = room.edges < 0 ? undefined : await linkDependencies(locked, own, room);
    if (graph === undefined) job.log.warn(tooManyEdges(project));
    const found = graph ?? { requires: locked.map(() => new Set<number>()), own: new Set<number>() };
    const unsaid = locked.filter(({ requires }) => graph === undefined || requires === undefined);
    unknown.set(project, new Set(unsaid.map(({ component }) => componentKey(component))));
    const self: Component = { type: 'pip', name: project.name, version: project.version };
    const add = (from: Component, to: number): void => {
      const target = locked[to].component;
      if (componentKey(from) !== componentKey(target)) edges.push({ package: self, from, to: target });
    };
    for (const to of await entrances(found)) add(self, to);
    await inTurns(found.requires.entries(), ([from, targets]) => targets.forEach((to) => add(locked[from].component, to)));
  }
  return { edges, unknown };
}

interface LockedComponent extends LockedDependency {
  component: Component;
  extras: Set<string>;
}

/** The dependencies of a package, each name and version once. */
async function lockedDependencies(project: PythonProject, { archived, names, facts }: Parts): Promise<LockedComponent[]> {
  const locked = new Map<string, LockedComponent>();
  await inTurns(requirementsOf(project), (requirement) => {
    const dependency = reported(requirement, project.directory, archived, names);
    if (dependency === undefined) return;
    const { name, version } = dependency;
    const component: Component = { type: 'pip', name, version };
    const known: LockedComponent = locked.get(componentKey(component)) ?? {
      component,
      name: indexName(name),
      version: requirement.kind === 'index' ? version : undefined,
      extras: new Set(),
      requires: undefined,
    };
    requirement.extras.forEach((extra) => known.extras.add(indexName(extra)));
    known.requires ??= facts.get(requirement)?.requires;
    locked.set(componentKey(component), known);
  });
  return [...locked.values()];
}

function requirementsOf({ runtime, build }: PythonProject): readonly Requirement[] {
  return [...runtime.requirements, ...build.requirements];
}

function tooManyEdges({ directory }: PythonProject): string {
  return (
    `What the Python dependencies at ${shownDirectory(directory)} require of each other is not recorded: it comes to ` +
    `more than ${MAX_EDGES} pairs in this request.`
  );
}
