import { ValidationError } from '../../../errors/index.js';
import type { Fields } from './fields.js';

/** More than any lock file has that a person could have meant. */
const MAX_NODES = 100_000;

/** One place in a lock file where something is installed or linked, or a folder of the source. */
export interface LockNode {
  fields: Fields;
  /** What its dependants call it: an alias, or the name of the package. */
  key: string;
  /** A folder of the source, relative to the package. */
  folder?: string;
  /** A link, which stands for its target. */
  link?: { path: string; target?: LockNode };
  /** Where names are looked up that are not among the own children; undefined for the package itself. */
  parent: LockNode | undefined;
  /** What lies in its `node_modules`. */
  children: Map<string, LockNode>;
}

/** A lock file as places that see each other the way Node.js looks up packages. */
export interface LockGraph {
  /** Which form it has: nested (version 1) or flat (versions 2 and 3). */
  form: 'nested' | 'flat';
  /** The package itself. */
  root: LockNode;
  /** All places but the root, in the order of the lock file. */
  nodes: LockNode[];
}

/** The keys under which a place of each form names what it requires. */
export const REQUIREMENT_KEYS = {
  nested: ['requires'],
  flat: ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'],
} as const;

/**
 * The places that stand for a package. A link stands for its target, which has a place of its own; and where npm found
 * no package that is optional, it leaves an entry without a version, which `npm ci` passes over.
 */
export function packagePlaces({ form, nodes }: LockGraph): LockNode[] {
  return nodes.filter((node) => node.link?.target === undefined && !isMissingOptional(node, form));
}

function isMissingOptional({ fields, folder, link }: LockNode, form: LockGraph['form']): boolean {
  const isInstalled = folder === undefined && link === undefined;
  const isOptional = fields.flag('optional') || (form === 'flat' && fields.flag('devOptional'));
  const isBundled = fields.flag('bundled') || fields.flag('inBundle');
  const isFound = ['version', 'resolved'].some((key) => fields.textOrFalse(key) !== undefined);
  return isInstalled && isOptional && !isBundled && !isFound;
}

/** Who gets asked when `from` requires `name`; undefined when nothing of that name is installed (optional, peer). */
export function resolve(from: LockNode, name: string): LockNode | undefined {
  for (let at: LockNode | undefined = from; at !== undefined; at = at.parent) {
    const found = at.children.get(name);
    if (found !== undefined) return found.link?.target ?? found;
  }
  return undefined;
}

/** Throws `ValidationError` when a lock file has more places than anybody needs. */
export function checkSize(count: number, file: string): void {
  if (count <= MAX_NODES) return;
  throw new ValidationError(`${file} names more than ${MAX_NODES} packages, which is not supported.`);
}
