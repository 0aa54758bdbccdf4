import { HASH_SIZE, subtreeHash } from './tree-hashes.js';

/**
 * A piece of the tree of hashes that can be fetched (https://go.dev/design/25530-sumdb): up to 256 hashes that lie side
 * by side on every eighth level. `index` counts tiles on their level, `width` the hashes that it has.
 */
export interface Tile {
  level: number;
  index: number;
  width: number;
}

/** The hash of a whole subtree of 2^`level` records; `index` counts these from the left. */
export interface TreeNode {
  level: number;
  index: number;
}

/** Levels of the tree in a tile, as the `go` command asks for them. */
const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
/** Levels of tiles that a tree of 2^53 records has. */
const MAX_LEVEL = 6;

/** Bytes of a tile that is complete. */
export const TILE_SIZE = WIDTH * HASH_SIZE;

/** `tile/8/0/x001/234.p/56`: its index in groups of three digits, its width if it is not complete. */
export function tilePath({ level, index, width }: Tile): string {
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return `tile/${HEIGHT}/${level}/${path}${width === WIDTH ? '' : `.p/${width}`}`;
}

/** The tile of a path; undefined when it is spelled in another way, or has records instead of hashes. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^tile\/8\/(\d)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (match === null) return undefined;
  const [, level, index, width = String(WIDTH)] = match;
  const tile = { level: Number(level), index: Number(index.replaceAll(/[x/]/g, '')), width: Number(width) };
  const isTile = tile.level <= MAX_LEVEL && tile.width >= 1 && tilePath(tile) === path;
  return isTile ? tile : undefined;
}

export function isComplete({ width }: Tile): boolean {
  return width === WIDTH;
}

export function completed(tile: Tile): Tile {
  return { ...tile, width: WIDTH };
}

/** The tile at a place as a tree of so many records has it: as wide as it can be. Undefined when it has none there. */
export function tileInTree(size: number, { level, index }: Pick<Tile, 'level' | 'index'>): Tile | undefined {
  const width = Math.min(WIDTH, Math.floor(size / WIDTH ** level) - index * WIDTH);
  return width > 0 ? { level, index, width } : undefined;
}

/** Where the tile lies that has the hash of a node, or those below it. */
export function tileOf({ level, index }: TreeNode): Pick<Tile, 'level' | 'index'> {
  return { level: Math.floor(level / HEIGHT), index: Math.floor((index * 2 ** (level % HEIGHT)) / WIDTH) };
}

/** The hash of a node, from its tile. */
export function hashInTile(data: Buffer, { level, index }: TreeNode): Buffer {
  const hashes = 2 ** (level % HEIGHT);
  const first = (index % (WIDTH / hashes)) * hashes;
  return subtreeHash(data.subarray(first * HASH_SIZE, (first + hashes) * HASH_SIZE));
}

/** What stands for all of a complete tile on the next level. */
export function nodeAbove({ level, index }: Tile): TreeNode {
  return { level: (level + 1) * HEIGHT, index };
}

/** The whole subtrees that a tree of so many records is made of, the largest first. */
export function subtreesOf(size: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  let level = 0;
  while (2 ** (level + 1) <= size) level += 1;
  for (let done = 0; level >= 0; level -= 1) {
    const records = 2 ** level;
    if (done + records > size) continue;
    nodes.push({ level, index: done / records });
    done += records;
  }
  return nodes;
}
