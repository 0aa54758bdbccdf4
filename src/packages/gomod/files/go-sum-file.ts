import { inTurns } from '../../../concurrency/index.js';
import { quote } from '../../quote.js';
import { isModulePath } from '../modules/module-path.js';
import { isSemver } from '../modules/semver.js';
import { checkSize, invalidLine } from './invalid-file.js';
import { type Line, linesOf, wordsOf } from './lines.js';

/** A module at a version. */
interface ModuleVersion {
  path: string;
  version: string;
}

const MAX_SIZE = 16;
/** Base64 of 32 bytes; the last letter stands for four bits only. */
const H1 = /^h1:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
/** Of a `go.mod` of no bytes: an old Go wrote it for what is no module, so Go passes it over. */
const EMPTY_GO_MOD = 'h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=';
const GO_MOD = '/go.mod';

/**
 * The digests that one or several `go.sum` (or `go.work.sum`) files give (https://go.dev/ref/mod#go-sum-files): SHA-256
 * over the names and digests of files, `h1`, as lower-case hexadecimal digits.
 */
export class GoSums {
  /** By path and version with a space between, as in the file. */
  private readonly ofZips = new Map<string, string>();
  private readonly ofMods = new Map<string, string>();

  /**
   * Adds those of a file; `file` is its name in messages. Where two digests of the same differ the first counts, as for
   * Go. Kinds of digests that a newer Go may bring are passed over. Throws `InvalidFileFormat` with the line.
   */
  add(text: string, file: string): void {
    checkSize(text, file, MAX_SIZE);
    for (const line of linesOf(text)) this.addLine(line, file);
  }

  /** As `add`, without keeping others waiting: the sums of large projects have many thousand lines. */
  async addInTurns(text: string, file: string): Promise<void> {
    checkSize(text, file, MAX_SIZE);
    await inTurns(linesOf(text), (line) => this.addLine(line, file));
  }

  /** The digest of the module zip. */
  zip(path: string, version: string): string | undefined {
    return hexadecimal(this.ofZips.get(`${path} ${version}`));
  }

  /** The digest of the module's `go.mod`. */
  mod(path: string, version: string): string | undefined {
    return hexadecimal(this.ofMods.get(`${path} ${version}`));
  }

  /** The modules whose zip has a digest. Only those that can be fetched, so that they are safe in paths and addresses. */
  zips(): Iterable<ModuleVersion> {
    return fetchable(this.ofZips.keys());
  }

  /** The same for `go.mod` files. */
  mods(): Iterable<ModuleVersion> {
    return fetchable(this.ofMods.keys());
  }

  private addLine({ text, number }: Line, file: string): void {
    const words = wordsOf(text);
    if (words.length === 0) return;
    if (words.length !== 3) throw invalidLine(file, number, `there must be three words, not ${words.length}.`);
    const [path, version, digest] = words;
    if (!digest.startsWith('h1:') || digest === EMPTY_GO_MOD) return;
    if (!H1.test(digest)) throw invalidLine(file, number, `${quote(digest)} is not a digest: h1: and 44 characters.`);
    const isMod = version.endsWith(GO_MOD);
    const digests = isMod ? this.ofMods : this.ofZips;
    const key = `${path} ${isMod ? version.slice(0, -GO_MOD.length) : version}`;
    if (!digests.has(key)) digests.set(key, digest);
  }
}

function* fetchable(keys: Iterable<string>): Generator<ModuleVersion> {
  for (const key of keys) {
    const [path, version] = key.split(' ');
    if (isModulePath(path) && isSemver(version)) yield { path, version };
  }
}

function hexadecimal(digest: string | undefined): string | undefined {
  return digest === undefined ? undefined : Buffer.from(digest.slice('h1:'.length), 'base64').toString('hex');
}
