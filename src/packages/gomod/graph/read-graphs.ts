import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { sideBySide } from '../../../concurrency/index.js';
import { describeError } from '../../../errors/index.js';
import type { ResolveJob } from '../../package-manager.js';
import { type Examined, placeOf } from '../examine-project.js';
import type { GoReplace } from '../files/directive-values.js';
import { type GoModFile, parseGoMod } from '../files/go-mod-file.js';
import { parseGoWork } from '../files/go-work-file.js';
import type { FoundGraph, FoundModule, ModuleFindings } from '../findings.js';
import type { GoTools, Session } from '../go-tools.js';
import { compareGoVersions } from '../modules/go-version.js';
import type { GoProject } from '../project.js';
import type { WorkTree } from '../work-tree.js';
import { type ModuleGraph, readModuleGraph } from './module-graph.js';
import { ModuleNames } from './module-names.js';
import { projectGraph } from './project-graph.js';

interface Means {
  tree: WorkTree;
  session: Session;
  tools: GoTools;
}

/** `go mod graph` of a module or workspace, and what its files say that matters for it. */
interface Loaded {
  graph: ModuleGraph;
  directives: readonly (readonly GoReplace[])[];
  isWhole: boolean;
}

const GRAPHS_AT_A_TIME = 2;

/** Pairs that a request may have: each is a row of the catalogue. Some twenty of the largest known graphs. */
const MAX_EDGES = 1_000_000;

/** From Go 1.17 on not all `go.mod` files of the graph are read. */
const FIRST_WITH_PRUNING = '1.17';

/**
 * Adds the module graph to what was found out about directories. It is evidence and no more: where `go` cannot tell it
 * (it may need `go.mod` files that nothing else needs, and that cannot be had), the log says so and nothing is known.
 * Commands change no file, but fetch more: what was used before has to be noted before.
 */
export async function readGraphs(
  job: ResolveJob,
  examined: readonly Examined[],
  means: Means,
): Promise<ModuleFindings[]> {
  await job.progress.phase('Reading the Go module graph');
  const workspaces = new Map<string, Promise<Loaded>>();
  const found = await sideBySide(examined, GRAPHS_AT_A_TIME, job.signal, async (each) => {
    const { findings, project } = each;
    if (findings.dependencies.length === 0) return { ...findings, graph: NONE };
    try {
      const place = project.workspace?.directory;
      const loaded = (place !== undefined && workspaces.get(place)) || load(each, means);
      // All of its modules have the same one.
      if (place !== undefined) workspaces.set(place, loaded);
      return { ...findings, graph: await graphOf(each, await loaded) };
    } catch (error) {
      job.signal.throwIfAborted();
      const { message } = describeError(error);
      job.log.warn(`What the dependencies of the module at ${project.directory} require is not known: ${message}`);
      return findings;
    }
  });
  return withinLimit(job, found);
}

const NONE: FoundGraph = { edges: new Uint32Array(), unknown: new Uint32Array() };

async function load({ project, toolchain, locals }: Examined, { tree, session, tools }: Means): Promise<Loaded> {
  const go = tools.command(toolchain, tree.root, session);
  const lines = go.lines(['mod', 'graph'], placeOf(project, tree));
  const graph = await readModuleGraph(lines, locals.map(({ name }) => name));
  if (project.workspace === undefined) {
    const { replace, go: version = '1.16' } = await readGoMod(tree, project.directory);
    return { graph, directives: [replace], isWhole: compareGoVersions(version, FIRST_WITH_PRUNING) < 0 };
  }
  return { graph, directives: await workspaceDirectives(tree, project.workspace), isWhole: false };
}

async function workspaceDirectives(
  tree: WorkTree,
  { directory, members }: NonNullable<GoProject['workspace']>,
): Promise<GoReplace[][]> {
  const file = posix.join(directory, 'go.work');
  const { replace } = parseGoWork(await readFile(join(tree.root, file), 'utf8'), file);
  const ofMembers: GoReplace[] = [];
  for (const member of members) for (const line of (await readGoMod(tree, member)).replace) ofMembers.push(line);
  return [replace, ofMembers];
}

/** As commands have left it. */
async function readGoMod({ root }: WorkTree, directory: string): Promise<GoModFile> {
  const file = posix.join(directory, 'go.mod');
  return parseGoMod(await readFile(join(root, file), 'utf8'), file);
}

/** The part of the graph that tells of one module. */
async function graphOf({ findings, locals, replaced }: Examined, { graph, directives, isWhole }: Loaded): Promise<FoundGraph> {
  const names = new ModuleNames({ locals, replaced, directives });
  const places = new Map(findings.dependencies.map((each, place) => [keyOf(each), place]));
  return projectGraph(graph, {
    main: graph.findIndex(({ path, version }) => path === findings.name && version === undefined),
    size: findings.dependencies.length,
    placeOf: (node) => places.get(keyOf(names.nameOf(node))),
    isWhole,
  });
}

function withinLimit({ log }: ResolveJob, found: readonly ModuleFindings[]): ModuleFindings[] {
  let total = 0;
  return found.map((findings) => {
    total += (findings.graph?.edges.length ?? 0) / 2;
    if (total <= MAX_EDGES) return findings;
    log.warn(`The module graph at ${findings.directory} is left out: together they are too large.`);
    return { ...findings, graph: undefined };
  });
}

function keyOf({ name, version }: FoundModule): string {
  return `${name} ${version}`;
}
