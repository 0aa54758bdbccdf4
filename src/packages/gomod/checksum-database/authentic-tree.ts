import { hashInTile, nodeAbove, subtreesOf, type Tile, tileInTree, tileOf, tilePath, type TreeNode } from './tile.js';
import type { TreeHead } from './tree-head.js';
import { rootHash, subtreeHash } from './tree-hashes.js';
import type { TileData, Tiles } from './tiles.js';
import { Unverified } from './unverified.js';

/** What was read from a tree. */
export interface Authentic {
  /** In the order of the nodes. */
  hashes: Buffer[];
  /** All tiles that prove it: those of the tree's right edge, and down from there. */
  tiles: TileData[];
}

/**
 * The tree under a signed head. Reads the tiles that the `go` command reads (golang.org/x/mod/sumdb/tlog.TileHashReader)
 * and lets none pass that does not lead up to the signed hash.
 */
export class AuthenticTree {
  /** Tiles of the right edge, from which the signed hash is computed; once they were found right. */
  private edge?: ReadonlyMap<string, TileData>;

  constructor(
    readonly head: TreeHead,
    private readonly tiles: Tiles,
  ) {}

  /** Throws `Unverified` when the tree does not have the nodes, or a tile is wrong; `NetworkError`. */
  async read(nodes: readonly TreeNode[], signal: AbortSignal): Promise<Authentic> {
    const read = await this.readTiles(nodes.map((node) => this.tileAt(tileOf(node))), signal);
    const hashes = nodes.map((node) => hashInTile(dataOf(read, this.tileAt(tileOf(node))), node));
    return { hashes, tiles: [...read.values()] };
  }

  /** The tile at a place as this tree has it. Errors as `read`. */
  async readTile(place: Pick<Tile, 'level' | 'index'>, signal: AbortSignal): Promise<TileData & { tiles: TileData[] }> {
    const tile = this.tileAt(place);
    const read = await this.readTiles([tile], signal);
    return { tile, data: dataOf(read, tile), tiles: [...read.values()] };
  }

  private async readTiles(wanted: readonly Tile[], signal: AbortSignal): Promise<Map<string, TileData>> {
    const edge = this.edge ?? (await this.readEdge(signal));
    this.edge = edge;
    const plan = new Map<string, Tile>();
    for (const tile of wanted) for (const step of this.wayTo(tile, edge)) plan.set(tilePath(step), step);
    const fetched = await this.fetch([...plan.values()], signal);
    const read = new Map([...edge, ...fetched]);
    for (const { tile, data } of fetched.values()) if (!this.tiles.isBelieved(tile)) this.check(tile, data, read);
    return read;
  }

  /** The tiles from below the edge down to a tile. */
  private wayTo(tile: Tile, edge: ReadonlyMap<string, TileData>): Tile[] {
    if (edge.has(tilePath(tile))) return [];
    return [...this.wayTo(this.tileAt(tileOf(nodeAbove(tile))), edge), tile];
  }

  /** A tile below the edge must have the hash that the tile above it has for it. */
  private check(tile: Tile, data: Buffer, read: ReadonlyMap<string, TileData>): void {
    const node = nodeAbove(tile);
    const expected = hashInTile(dataOf(read, this.tileAt(tileOf(node))), node);
    if (!subtreeHash(data).equals(expected)) throw inconsistent();
  }

  private async readEdge(signal: AbortSignal): Promise<Map<string, TileData>> {
    const nodes = subtreesOf(this.head.size);
    const unique = new Map(nodes.map((node) => this.tileAt(tileOf(node))).map((tile) => [tilePath(tile), tile]));
    const edge = await this.fetch([...unique.values()], signal);
    const hashes = nodes.map((node) => hashInTile(dataOf(edge, this.tileAt(tileOf(node))), node));
    if (!rootHash(hashes).equals(this.head.hash)) throw inconsistent();
    return edge;
  }

  private async fetch(tiles: readonly Tile[], signal: AbortSignal): Promise<Map<string, TileData>> {
    const all = tiles.map(async (tile): Promise<[string, TileData]> => [
      tilePath(tile),
      { tile, data: await this.tiles.read(tile, signal) },
    ]);
    return new Map(await Promise.all(all));
  }

  private tileAt(place: Pick<Tile, 'level' | 'index'>): Tile {
    const tile = tileInTree(this.head.size, place);
    if (tile === undefined) throw new Unverified('its tree is too small to have it');
    return tile;
  }
}

function dataOf(tiles: ReadonlyMap<string, TileData>, tile: Tile): Buffer {
  const found = tiles.get(tilePath(tile));
  if (found === undefined) throw new Error(`The tile ${tilePath(tile)} was not read`);
  return found.data;
}

function inconsistent(): Unverified {
  return new Unverified('parts of its tree do not fit together');
}
