import { SingleFlight } from '../../../concurrency/index.js';
import { InvalidChecksum, ValidationError } from '../../../errors/index.js';
import type { DocumentPort } from '../../package-manager.js';
import { escapeModulePath, escapeVersion, unescapeModulePath, unescapeVersion } from '../modules/module-path.js';
import { DatabaseServer } from './database-server.js';
import { type ArchivePort, DocumentArchive } from './document-archive.js';
import {
  hashOfRecord,
  type LookupAnswer,
  type ModuleSums,
  readLookupAnswer,
  sumsOf,
  writeLookupAnswer,
} from './lookup-answer.js';
import { type NoteKey, parseNoteKey } from './signed-note.js';
import { parseTilePath, type Tile } from './tile.js';
import { Tiles } from './tiles.js';
import { readTreeHead } from './tree-head.js';
import { HASH_SIZE } from './tree-hashes.js';
import { Trees } from './trees.js';
import { Unverified } from './unverified.js';

export interface ChecksumDatabaseOptions {
  artifacts: ArchivePort;
  documents: DocumentPort;
  /**
   * Addresses with a slash at the end, in order of preference: `<proxy>/sumdb/sum.golang.org/` of module proxies that
   * may pass the database on, and at last the database itself.
   */
  bases: readonly string[];
  /** `sum.golang.org` */
  name: string;
  /** Its public key, as golang.org/x/mod/sumdb/note writes it: `sum.golang.org+033de0ae+…`. */
  key: string;
}

/**
 * A client of a Go checksum database (https://go.dev/design/25530-sumdb): a log of what every version of every public
 * module is, to which records are added only. Believes nothing that does not lead up to a tree that the database signed;
 * archives what was verified, so that it is there for ever. Names of private modules must never be given to it.
 */
export class ChecksumDatabase {
  private readonly key: NoteKey;
  private readonly name: string;
  private readonly archive: DocumentArchive;
  private readonly server: DatabaseServer;
  private readonly tiles: Tiles;
  private readonly trees: Trees;
  private readonly flights = new SingleFlight<LookupAnswer | undefined>();

  /** Throws `ValidationError` for a malformed key, or one of another database. */
  constructor({ artifacts, documents, bases, name, key }: ChecksumDatabaseOptions) {
    this.key = parseNoteKey(key);
    if (this.key.name !== name) throw new ValidationError(`The key is not one of the checksum database ${name}.`);
    this.name = name;
    this.archive = new DocumentArchive(artifacts, bases[0] ?? '', name);
    this.server = new DatabaseServer(documents, bases);
    this.tiles = new Tiles(this.archive, this.server);
    this.trees = new Trees(this.tiles);
  }

  /**
   * Verified `h1` digests of a module's files, hexadecimal; undefined when the database does not know the module. Throws
   * `InvalidChecksum` when an answer does not verify, `NetworkError`, `InvalidRequestData` (not archived, and the request
   * forbids to fetch anything), `ValidationError` (no path or version of a module).
   */
  async lookup(path: string, version: string, signal: AbortSignal): Promise<ModuleSums | undefined> {
    const answer = await this.answer(path, version, signal);
    return answer && this.believing(`about ${path} ${version}`, async () => sumsOf(answer, path, version));
  }

  /**
   * What a proxy answers to `/sumdb/<name>/<rest>`; undefined = 404. From the archive, else fetched and verified; errors
   * as `lookup`. Lookups come with the tree by which they were verified here, so that a client which checks them again
   * needs the tiles that are archived.
   */
  async document(rest: string, signal: AbortSignal): Promise<Buffer | undefined> {
    if (rest === 'supported') return Buffer.alloc(0);
    if (rest === 'latest') return this.latest(signal);
    const tile = parseTilePath(rest);
    if (tile !== undefined) return this.believing(`for ${rest}`, () => this.tile(tile, signal));
    const [, path, version] = /^lookup\/([^@]+)@([^@]+)$/.exec(rest) ?? [];
    return path === undefined ? undefined : this.servedLookup(unescapeModulePath(path), unescapeVersion(version), signal);
  }

  private async servedLookup(path: string | undefined, version: string | undefined, signal: AbortSignal) {
    if (path === undefined || version === undefined) return undefined;
    const answer = await this.answer(path, version, signal);
    if (answer === undefined) return undefined;
    await this.believing(`about ${path} ${version}`, () => this.trees.keep(answer.head, signal));
    return writeLookupAnswer(answer);
  }

  private async answer(path: string, version: string, signal: AbortSignal): Promise<LookupAnswer | undefined> {
    const file = `lookup/${escapeModulePath(path)}@${escapeVersion(version)}`;
    return this.flights.run(file, signal, (shared) =>
      this.believing(`about ${path} ${version}`, async () => {
        const archived = await this.archive.find(file, shared);
        const answer = archived ?? (await this.server.answer(file, shared));
        if (answer === undefined) return undefined;
        const read = readLookupAnswer(answer, this.key);
        sumsOf(read, path, version);
        return archived === undefined ? this.verify(file, read, shared) : this.adopt(read, shared);
      }),
    );
  }

  /** Verifies what was fetched, and archives it with the tree that proves it. */
  private async verify(file: string, answer: LookupAnswer, signal: AbortSignal): Promise<LookupAnswer> {
    const tree = await this.trees.treeFor(answer.head, answer.record, signal);
    const { hashes, tiles } = await tree.read([{ level: 0, index: answer.record }], signal);
    if (!hashes[0].equals(hashOfRecord(answer))) throw new Unverified('its tree has another record');
    this.tiles.believe(tiles);
    await this.tiles.keep(tiles, signal);
    const verified = { ...answer, head: tree.head };
    await this.archive.keep(file, writeLookupAnswer(verified), signal);
    return verified;
  }

  /** The tree of what was archived serves for what is not, too. */
  private async adopt(answer: LookupAnswer, signal: AbortSignal): Promise<LookupAnswer> {
    if (this.trees.isEmpty) await this.trees.keep(answer.head, signal);
    return answer;
  }

  private async tile(tile: Tile, signal: AbortSignal): Promise<Buffer> {
    const archived = await this.tiles.findArchived(tile, signal);
    if (archived !== undefined) return archived;
    const tree = this.trees.covering(tile);
    // Of a tree that did not come from here: whoever has it checks for itself.
    if (tree === undefined) return this.server.tile(tile, signal);
    const { data, tiles } = await tree.readTile(tile, signal);
    this.tiles.believe(tiles);
    const asked = { tile, data: data.subarray(0, tile.width * HASH_SIZE) };
    await this.tiles.keep([...tiles, asked], signal);
    return asked.data;
  }

  private async latest(signal: AbortSignal): Promise<Buffer | undefined> {
    const answer = await this.server.answer('latest', signal);
    if (answer !== undefined) await this.believing('for its newest tree', async () => readTreeHead(String(answer), this.key));
    return answer;
  }

  /** Names what was not believed. */
  private async believing<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unverified)) throw error;
      throw new InvalidChecksum(
        `The answer of the checksum database ${this.name} ${what} cannot be believed: ${error.message}. Either a server ` +
          'on the way has changed it, or the database misbehaves. Nothing of it is used; tell the administrators.',
        { cause: error },
      );
    }
  }
}
