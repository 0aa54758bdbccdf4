import {
  comparePaths,
  inflatePiece,
  type SegmentEntry,
  tarHeader,
  type TarSegment,
} from '../../archive/index.js';
import { FileAccessError } from '../../errors/index.js';
import type { BlobStore } from '../../store/index.js';
import { deflateTexts } from './deflate-texts.js';
import type { RecipePiece } from './recipe.js';
import { type TextPiece, TextRun } from './text-run.js';
import { TreeChanges, type TreeChangesOptions } from './tree-changes.js';
import { writeFile } from './write-file.js';

/** Where everything of the source lies in a bundle. */
const ROOT = 'app';
/** Sorts before everything below `.git`, and after everything that comes before that. */
const GIT_DIRECTORY = '.git/';

export interface TreePlan extends Omit<TreeChangesOptions, 'withGitDirectory'> {
  segments: AsyncIterable<TarSegment>;
  gitDirectory: AsyncIterable<TarSegment> | undefined;
  /** Seconds since 1970, the time of every entry. */
  modified: number;
}

/**
 * The pieces of `app/`: the segments of the source as they are, but for those that an edit touches. Those are inflated,
 * changed and deflated again; written files come at their place in the order.
 */
export function planTree(plan: TreePlan, store: BlobStore, signal?: AbortSignal): AsyncGenerator<RecipePiece> {
  return deflateTexts(pieces(plan, store, signal), store, signal);
}

async function* pieces(
  plan: TreePlan,
  store: BlobStore,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecipePiece | TextPiece> {
  const changes = await TreeChanges.of({ ...plan, withGitDirectory: plan.gitDirectory !== undefined });
  yield* new TreePlanner(plan, changes, store, signal).pieces();
}

class TreePlanner {
  readonly #plan: TreePlan;
  readonly #store: BlobStore;
  readonly #changes: TreeChanges;
  readonly #run = new TextRun();
  readonly #signal: AbortSignal | undefined;
  #inserted = 0;
  #gitDirectory: AsyncIterable<TarSegment> | undefined;

  constructor(plan: TreePlan, changes: TreeChanges, store: BlobStore, signal: AbortSignal | undefined) {
    this.#plan = plan;
    this.#store = store;
    this.#signal = signal;
    this.#changes = changes;
    this.#gitDirectory = plan.gitDirectory;
  }

  async *pieces(): AsyncGenerator<RecipePiece | TextPiece> {
    this.#run.push(tarHeader({ path: ROOT, type: 'directory', size: 0, modified: this.#plan.modified }));
    for await (const segment of this.#plan.segments) {
      this.#changes.check(segment);
      const first = segment.entries[0];
      if (first !== undefined) yield* this.#insertBefore(first.path, this.#replaces(first));
      if (this.#isTouched(segment)) {
        yield* this.#rewrite(segment);
      } else {
        yield* this.#run.flush();
        yield pieceOf(segment);
      }
    }
    yield* this.#insertBefore(undefined);
    yield* this.#run.flush();
  }

  #isTouched(segment: TarSegment): boolean {
    const last = segment.entries.at(-1);
    const next = this.#nextInsertion();
    const splits = last !== undefined && next !== undefined && comparePaths(next, last.path) < 0;
    return splits || this.#changes.cutsInto(segment);
  }

  async *#rewrite(segment: TarSegment): AsyncGenerator<RecipePiece | TextPiece> {
    const keepsAny = segment.entries.some(({ path }) => this.#changes.keeps(path));
    const text = keepsAny ? await this.#textOf(segment) : Buffer.alloc(0);
    for (const entry of segment.entries) {
      yield* this.#insertBefore(entry.path, this.#replaces(entry));
      if (this.#changes.keeps(entry.path)) this.#run.push(text.subarray(entry.headerOffset, entry.nextOffset));
      if (this.#run.full) yield* this.#run.flush();
    }
  }

  async #textOf(segment: TarSegment): Promise<Buffer> {
    if (!(await this.#store.verify(segment.sha256, this.#signal))) {
      throw new FileAccessError(`The stored source is damaged or incomplete: blob ${segment.sha256}`);
    }
    return inflatePiece(await this.#store.readWhole(segment.sha256, segment.deflatedLength), segment.length);
  }

  /** The path of whatever is to be put in next. */
  #nextInsertion(): string | undefined {
    const file = this.#changes.insertions[this.#inserted]?.path;
    if (this.#gitDirectory === undefined) return file;
    return file !== undefined && comparePaths(file, GIT_DIRECTORY) < 0 ? file : GIT_DIRECTORY;
  }

  /** The entry itself when an edit gives it new bytes. */
  #replaces(entry: SegmentEntry): SegmentEntry | undefined {
    return this.#changes.keeps(entry.path) ? undefined : entry;
  }

  /** Writes everything that comes before a path (undefined: all the rest), or in its place when it is `replaced`. */
  async *#insertBefore(path: string | undefined, replaced?: SegmentEntry): AsyncGenerator<RecipePiece | TextPiece> {
    for (let next = this.#nextInsertion(); next !== undefined; next = this.#nextInsertion()) {
      if (path !== undefined && comparePaths(next, path) > 0) return;
      if (next === GIT_DIRECTORY) yield* this.#insertGitDirectory();
      else yield* this.#insertFile(next === path ? replaced : undefined);
    }
  }

  async *#insertGitDirectory(): AsyncGenerator<RecipePiece | TextPiece> {
    const segments = this.#gitDirectory ?? [];
    this.#gitDirectory = undefined;
    yield* this.#run.flush();
    for await (const segment of segments) yield pieceOf(segment);
  }

  async *#insertFile(replaced: SegmentEntry | undefined): AsyncGenerator<TextPiece> {
    const insertion = this.#changes.insertions[this.#inserted];
    this.#inserted += 1;
    if (insertion === undefined) return;
    const { path, content, executable = replaced?.type === 'executable' } = insertion;
    const type = executable ? 'executable' : 'file';
    yield* writeFile(this.#run, { path: `${ROOT}/${path}`, type, modified: this.#plan.modified }, content);
  }
}

function pieceOf({ sha256, deflatedLength, length, crc32 }: TarSegment): RecipePiece {
  return { kind: 'deflated', sha256, deflatedLength, length, crc32 };
}
