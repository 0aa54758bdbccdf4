import { ValidationError } from '../../../errors/index.js';
import { Workspaces } from '../workspaces.js';
import type { Fields } from './fields.js';
import { type LockGraph, type LockNode, REQUIREMENT_KEYS, resolve } from './graph.js';
import { isJsonObject, ownValue } from './json.js';

/** More than any lock file has that a person could have meant. */
const MAX_REQUIREMENTS = 1_000_000;

/** Names that a place requires. Version 1 writes `requires: true` at its top. */
export function* requirements(node: LockNode, form: LockGraph['form']): Generator<string> {
  for (const key of REQUIREMENT_KEYS[form]) {
    if (typeof ownValue(node.fields.raw, key) === 'boolean') continue;
    for (const [name] of node.fields.specs(key)) yield name;
  }
}

/**
 * Who requires whom, as pairs of indices into `nodes`, -1 being the package itself. What the package itself requires
 * stands in the root entry, or, for version 1, in `package.json`; its workspaces belong to it too.
 */
export function requirementEdges(
  graph: LockGraph,
  nodes: readonly LockNode[],
  context: { manifest: Fields; workspaces: readonly string[]; file: string },
): number[] {
  const indices = new Map(nodes.map((node, index) => [node, index]));
  const edges: number[] = [];
  let count = 0;
  const add = (from: LockNode, fromIndex: number, names: Iterable<string>): void => {
    for (const name of names) {
      if (++count > MAX_REQUIREMENTS) {
        throw new ValidationError(`${context.file} names more than ${MAX_REQUIREMENTS} requirements.`);
      }
      const index = indices.get(resolve(from, name) ?? graph.root);
      if (index !== undefined) edges.push(fromIndex, index);
    }
  };
  add(
    graph.root,
    -1,
    graph.form === 'flat' ? requirements(graph.root, 'flat') : manifestRequirements(context.manifest),
  );
  add(graph.root, -1, linkedWorkspaces(graph.root, context.workspaces));
  for (const [node, index] of indices) add(node, index, requirements(node, graph.form));
  return edges;
}

function* linkedWorkspaces(root: LockNode, patterns: readonly string[]): Generator<string> {
  const workspaces = new Workspaces(patterns);
  for (const [name, { link }] of root.children) {
    if (link !== undefined && workspaces.has(link.path)) yield name;
  }
}

/** Whatever else is wrong with `package.json` is npm's to say. */
function* manifestRequirements({ raw }: Fields): Generator<string> {
  for (const key of REQUIREMENT_KEYS.flat) {
    const map = ownValue(raw, key);
    if (isJsonObject(map)) yield* Object.keys(map);
  }
}
