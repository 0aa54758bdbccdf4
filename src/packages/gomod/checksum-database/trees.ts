import { AuthenticTree } from './authentic-tree.js';
import { subtreesOf, type Tile, tileInTree } from './tile.js';
import type { Tiles } from './tiles.js';
import { isSameTree, type TreeHead } from './tree-head.js';
import { rootHash } from './tree-hashes.js';
import { Unverified } from './unverified.js';

/**
 * The trees of one database that were seen, each of which must begin with all smaller ones. Every lookup may come with
 * another one, as old as the answer; as few as possible are kept, for whoever checks a kept tree again needs its tiles.
 */
export class Trees {
  /** The smallest first. */
  private readonly kept: AuthenticTree[] = [];
  /** Heads that were found to fit to those that are kept. */
  private readonly consistent = new Set<string>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly tiles: Tiles) {}

  get isEmpty(): boolean {
    return this.kept.length === 0;
  }

  /**
   * A kept tree that has a record, for an answer that came with a tree: that one only when no other will do. Throws
   * `Unverified` when the tree contradicts another one or does not have the record, `NetworkError`.
   */
  async treeFor(head: TreeHead, record: number, signal: AbortSignal): Promise<AuthenticTree> {
    if (record >= head.size) throw new Unverified('its signed tree is too small to have it');
    if (this.isEmpty) await this.inTurn(async () => this.isEmpty && this.add(head, signal));
    await this.checkHead(head, signal);
    const find = (): AuthenticTree | undefined => this.kept.find((tree) => tree.head.size > record);
    return find() ?? this.inTurn(async () => find() ?? this.add(head, signal));
  }

  /**
   * Keeps a tree, and archives what proves that all kept ones fit together, in whatever order somebody hears of them.
   * Errors as `treeFor`.
   */
  async keep(head: TreeHead, signal: AbortSignal): Promise<void> {
    await this.inTurn(() => this.add(head, signal));
  }

  /** The smallest kept tree that has so much of a tile. */
  covering(tile: Tile): AuthenticTree | undefined {
    return this.kept.find(({ head }) => (tileInTree(head.size, tile)?.width ?? 0) >= tile.width);
  }

  private async add(head: TreeHead, signal: AbortSignal): Promise<AuthenticTree> {
    const known = this.kept.find((tree) => isSameTree(tree.head, head));
    if (known !== undefined) return known;
    const added = new AuthenticTree(head, this.tiles);
    for (const tree of this.kept) {
      const [older, newer] = tree.head.size < head.size ? [tree, added] : [added, tree];
      await this.tiles.keep(await this.prove(older.head, newer, signal), signal);
    }
    this.kept.push(added);
    this.kept.sort((one, other) => one.head.size - other.head.size);
    return added;
  }

  /** A tree that need not be kept must fit to the newest that is. */
  private async checkHead(head: TreeHead, signal: AbortSignal): Promise<void> {
    const newest = this.kept.at(-1);
    const key = `${head.size} ${head.hash.toString('hex')}`;
    if (newest === undefined || isSameTree(newest.head, head) || this.consistent.has(key)) return;
    if (head.size <= newest.head.size) await this.prove(head, newest, signal);
    else await this.prove(newest.head, new AuthenticTree(head, this.tiles), signal);
    this.consistent.add(key);
  }

  /** Returns the tiles of `newer` that show that it begins with `older`. */
  private async prove(older: TreeHead, newer: AuthenticTree, signal: AbortSignal) {
    const { hashes, tiles } = await newer.read(subtreesOf(older.size), signal);
    if (!rootHash(hashes).equals(older.hash)) throw new Unverified('two of its signed trees contradict each other');
    this.tiles.believe(tiles);
    return tiles;
  }

  private async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
