import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import { Fields } from './fields.js';
import { checkSize, type LockGraph, type LockNode } from './graph.js';
import { isJsonObject, type JsonObject } from './json.js';
import { checkPackageName } from './names.js';

const MAX_DEPTH = 100;

/**
 * Reads the nested `dependencies` of lock file version 1, or those that version 2 keeps beside `packages`. Walks
 * without recursion, parents before children. Throws `ValidationError` and `InvalidFileFormat` naming the entry.
 */
export function nestedGraph(lockFile: JsonObject, file: string): LockGraph {
  const root = newNode(lockFile, '', undefined, file);
  const nodes: LockNode[] = [];
  const open = [childrenOf(root, file)];
  while (open.length > 0) {
    const next = open[open.length - 1].next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    nodes.push(next.value);
    checkSize(nodes.length, file);
    if (open.length >= MAX_DEPTH && next.value.fields.object('dependencies') !== undefined) {
      throw new ValidationError(`${next.value.fields.place()} lies more than ${MAX_DEPTH} levels deep.`);
    }
    open.push(childrenOf(next.value, file));
  }
  return { form: 'nested', root, nodes };
}

function* childrenOf(parent: LockNode, file: string): Generator<LockNode> {
  for (const [key, value] of Object.entries(parent.fields.object('dependencies') ?? {})) {
    const place = (): string => placeOf(parent, key, file);
    checkPackageName(key, () => `"dependencies" of ${parent.fields.place()}`);
    if (!isJsonObject(value)) throw new ValidationError(`${place()} must be an object.`);
    const node = newNode(value, key, parent, file);
    parent.children.set(key, node);
    yield node;
  }
}

function newNode(raw: JsonObject, key: string, parent: LockNode | undefined, file: string): LockNode {
  const place = (): string => (parent === undefined ? `the top level of ${file}` : placeOf(parent, key, file));
  return { fields: new Fields(raw, place), key, parent, children: new Map() };
}

/** Says which entry is meant, by the names on the way to it. */
function placeOf(parent: LockNode, key: string, file: string): string {
  const names = [key];
  for (let at: LockNode | undefined = parent; at?.parent !== undefined; at = at.parent) names.unshift(at.key);
  return `dependencies ${quote(names.join(' > '))} in ${file}`;
}
