import { NetworkError } from '../../../errors/index.js';
import type { DocumentPort } from '../../package-manager.js';
import { completed, isComplete, type Tile, TILE_SIZE, tilePath } from './tile.js';
import { HASH_SIZE } from './tree-hashes.js';
import { Unverified } from './unverified.js';

/** Bytes of an answer to a lookup, or of a signed tree: several times what they have. */
const MAX_ANSWER = 64 * 1024;

/** Fetches parts of a checksum database, none of which is verified. */
export class DatabaseServer {
  private base?: string;

  /** @param bases addresses with a slash at the end: module proxies that may pass it on, and at last the database itself */
  constructor(
    private readonly documents: DocumentPort,
    private readonly bases: readonly string[],
  ) {}

  /** An answer to a lookup, or the newest signed tree. Undefined when there is none (404, 410). Throws `NetworkError`. */
  async answer(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.fetch(path, MAX_ANSWER, signal);
  }

  /** The hashes of a tile. Throws `NetworkError`, or `Unverified` when it has another size. */
  async tile(tile: Tile, signal: AbortSignal): Promise<Buffer> {
    const data = (await this.fetch(tilePath(tile), TILE_SIZE, signal)) ?? (await this.completedTile(tile, signal));
    if (data === undefined) throw new NetworkError(`The checksum database has no ${tilePath(tile)}. Try again later.`);
    if (data.length !== tile.width * HASH_SIZE) throw new Unverified('a part of its tree has the wrong size');
    return data;
  }

  /** When a tile has been completed, narrower ones may go. */
  private async completedTile(tile: Tile, signal: AbortSignal): Promise<Buffer | undefined> {
    if (isComplete(tile)) return undefined;
    const data = await this.fetch(tilePath(completed(tile)), TILE_SIZE, signal);
    return data?.subarray(0, tile.width * HASH_SIZE);
  }

  private async fetch(path: string, maxSize: number, signal: AbortSignal): Promise<Buffer | undefined> {
    this.base ??= await this.findBase(signal);
    return this.documents.fetch(`${this.base}${path}`, { maxSize, signal });
  }

  /** The first proxy that passes the database on, else the database itself (https://go.dev/ref/mod#checksum-database). */
  private async findBase(signal: AbortSignal): Promise<string> {
    const [database = '', ...proxies] = this.bases.toReversed();
    for (const proxy of proxies.reverse()) {
      const supported = await this.documents.fetch(`${proxy}supported`, { maxSize: MAX_ANSWER, signal });
      if (supported !== undefined) return proxy;
    }
    return database;
  }
}
