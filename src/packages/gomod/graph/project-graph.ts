import { inTurns } from '../../../concurrency/index.js';
import type { FoundGraph } from '../findings.js';
import { compareVersions } from '../modules/semver.js';
import type { GraphNode, ModuleGraph } from './module-graph.js';

/** How the nodes of a graph are called in the report of one main module. */
export interface Naming {
  /** The node of the main module. */
  main: number;
  /** Number of its reported dependencies. */
  size: number;
  /** The place among these of a version of a module; undefined = it is not reported. */
  placeOf(node: GraphNode): number | undefined;
  /**
   * Whether the `go.mod` files of all nodes were read: so it is for main modules before Go 1.17. Else only those that
   * versions are selected by, see https://go.dev/ref/mod#graph-pruning.
   */
  isWhole: boolean;
}

/**
 * The module graph as far as a build can see it: what is required in some version is there in the selected one, the highest
 * that is required anywhere (minimal version selection, https://go.dev/ref/mod#minimal-version-selection), and only what
 * that one requires counts. Modules that are not reported are left out.
 */
export async function projectGraph(graph: ModuleGraph, { main, size, placeOf, isWhole }: Naming): Promise<FoundGraph> {
  const selected = await selectedNodes(graph);
  const selectedOf = (number: number): number => selected.get(graph[number].path) ?? number;
  const reached = await reachedNodes(graph, main, selectedOf);
  const requiredByMain = new Set<number>();
  await inTurns(graph, ({ version, requires }) => {
    if (version === undefined) for (const required of requires) requiredByMain.add(required);
  });

  const places = new Map([[main, size]]);
  await inTurns(reached, (number) => {
    const place = number === main || selectedOf(number) !== number ? undefined : placeOf(graph[number]);
    if (place !== undefined) places.set(number, place);
  });
  const known = new Uint8Array(size + 1);
  const edges = new Edges(size);
  await inTurns(places, ([number, from]) => {
    const { version, requires } = graph[number];
    const isRead = isWhole || version === undefined || requires.length > 0 || requiredByMain.has(number);
    if (isRead) known[from] = 1;
    for (const required of requires) edges.add(from, places.get(selectedOf(required)));
  });
  const unknown = Uint32Array.from(known.subarray(0, size).keys()).filter((place) => known[place] === 0);
  return { edges: edges.pairs(), unknown };
}

/** By path: the main module of that name, else the highest version. */
async function selectedNodes(graph: ModuleGraph): Promise<Map<string, number>> {
  const selected = new Map<string, number>();
  await inTurns(graph.entries(), ([number, { path, version }]) => {
    const other = selected.get(path);
    if (other === undefined || isHigher(version, graph[other].version)) selected.set(path, number);
  });
  return selected;
}

/** Of the same module. Of equal versions the first one counts. */
function isHigher(version: string | undefined, other: string | undefined): boolean {
  if (version === undefined || other === undefined) return other !== undefined;
  return compareVersions(version, other) > 0;
}

/** What one main module of a workspace requires, whatever the others do, in selected versions and as written. */
async function reachedNodes(
  graph: ModuleGraph,
  start: number,
  selectedOf: (number: number) => number,
): Promise<Set<number>> {
  const reached = new Set([start]);
  // A set is gone through in the order in which it grows, also while it does.
  await inTurns(reached, (number) => {
    for (const required of graph[number].requires) reached.add(required).add(selectedOf(required));
  });
  return reached;
}

/** Pairs of places, each pair once. */
class Edges {
  private readonly targets = new Map<number, Set<number>>();

  /** `self`: the place of the main module, which nothing requires. */
  constructor(private readonly self: number) {}

  add(from: number, to: number | undefined): void {
    if (to === undefined || to === from || to === this.self) return;
    const targets = this.targets.get(from) ?? new Set();
    this.targets.set(from, targets.add(to));
  }

  pairs(): Uint32Array {
    const pairs: number[] = [];
    for (const [from, targets] of this.targets) for (const to of targets) pairs.push(from, to);
    return Uint32Array.from(pairs);
  }
}
