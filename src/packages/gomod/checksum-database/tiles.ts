import type { DatabaseServer } from './database-server.js';
import type { DocumentArchive } from './document-archive.js';
import { completed, isComplete, type Tile, tilePath } from './tile.js';
import { HASH_SIZE } from './tree-hashes.js';

/** Complete tiles that are held in memory, 8 KiB each: those of the upper levels are asked for over and over. */
const CAPACITY = 512;

/** A tile and its hashes. */
export interface TileData {
  tile: Tile;
  data: Buffer;
}

/** Finds tiles in memory, in the archive, or at the server. */
export class Tiles {
  /** Complete ones that belong to the tree, the one that was used longest ago first. By path. */
  private readonly believed = new Map<string, Buffer>();
  /** Paths of what is archived. */
  private readonly archived = new Set<string>();

  constructor(
    private readonly archive: DocumentArchive,
    private readonly server: DatabaseServer,
  ) {}

  /** Hashes that may be wrong. Throws `NetworkError`, `Unverified` (wrong size). */
  async read(tile: Tile, signal: AbortSignal): Promise<Buffer> {
    return this.remember(tile) ?? (await this.findArchived(tile, signal)) ?? this.server.tile(tile, signal);
  }

  /** What was archived of a tile: the same, or one that is complete now. */
  async findArchived(tile: Tile, signal: AbortSignal): Promise<Buffer | undefined> {
    const found = await this.archive.find(tilePath(tile), signal);
    if (found !== undefined) this.archived.add(tilePath(tile));
    if (found !== undefined || isComplete(tile)) return found;
    const whole = await this.archive.find(tilePath(completed(tile)), signal);
    return whole?.subarray(0, tile.width * HASH_SIZE);
  }

  /** Whether a tile is known to belong to the tree. */
  isBelieved(tile: Tile): boolean {
    return this.believed.has(tilePath(tile));
  }

  /** Tells that these belong to the tree. */
  believe(tiles: readonly TileData[]): void {
    for (const { tile, data } of tiles) if (isComplete(tile)) this.use(tilePath(tile), data);
  }

  /** Archives tiles that belong to the tree. */
  async keep(tiles: readonly TileData[], signal: AbortSignal): Promise<void> {
    const keepOne = async ({ tile, data }: TileData): Promise<void> => {
      const path = tilePath(tile);
      if (this.archived.has(path)) return;
      await this.archive.keep(path, data, signal);
      this.archived.add(path);
    };
    await Promise.all(tiles.map(keepOne));
  }

  private remember(tile: Tile): Buffer | undefined {
    const path = tilePath(tile);
    const data = this.believed.get(path);
    if (data !== undefined) this.use(path, data);
    return data;
  }

  private use(path: string, data: Buffer): void {
    this.believed.delete(path);
    this.believed.set(path, data);
    if (this.believed.size <= CAPACITY) return;
    for (const oldest of this.believed.keys()) {
      this.believed.delete(oldest);
      return;
    }
  }
}
