import { GoModError } from '../../../errors/index.js';

/** The largest known graphs have a fifth of it. */
const MAX_REQUIREMENTS = 500_000;

/** The module graph: nodes are numbers, places in the array. */
export type ModuleGraph = readonly GraphNode[];

/** A version of a module, under the names that `go.mod` files use for it, whatever replaces it. */
export interface GraphNode {
  path: string;
  /** Undefined for a main module: it is what lies in the source. */
  version: string | undefined;
  /** The nodes that its `go.mod` requires. */
  requires: number[];
}

/**
 * Reads what `go mod graph` prints (https://go.dev/ref/mod#go-mod-graph): lines of a module and one that it requires, each
 * as `path@version`, main modules without version. `mains` are the paths of these: they are the first nodes, also where
 * they require nothing. Throws `GoModError` for other lines, and for more of them than are dealt with.
 */
export async function readModuleGraph(lines: AsyncIterable<string>, mains: readonly string[]): Promise<ModuleGraph> {
  const nodes: GraphNode[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const [path, version] = text.split('@', 2);
    numbers.set(text, nodes.length);
    return nodes.push({ path, version, requires: [] }) - 1;
  };
  for (const main of mains) numberOf(main);
  let count = 0;
  for await (const line of lines) {
    const words = line.split(' ');
    if (words.length !== 2 || words.includes('')) throw new GoModError('go mod graph prints something unexpected.');
    if ((count += 1) > MAX_REQUIREMENTS) {
      throw new GoModError(`The module graph has more than ${MAX_REQUIREMENTS} requirements.`);
    }
    nodes[numberOf(words[0])].requires.push(numberOf(words[1]));
  }
  return nodes;
}
