import { checkEntryPath, comparePaths, type SegmentEntry, type TarSegment } from '../../archive/index.js';
import { inTurns } from '../../concurrency/index.js';
import { ValidationError } from '../../errors/index.js';
import type { SourceEdit } from '../../packages/index.js';

/** A file that is written into the tree. */
export type Insertion = Exclude<SourceEdit, { removed: true }>;

export interface TreeChangesOptions {
  edits: readonly SourceEdit[];
  /** Paths that are left out, for example unsafe links. */
  drop: ReadonlySet<string>;
  /** Whether a `.git` directory is put in, and pointers named `.git` below it stay. */
  withGitDirectory: boolean;
}

/** What a bundle changes in the tree of its source; answers questions about single entries and segments. */
export class TreeChanges {
  /** Files to write, in the order of the archive; a later edit of the same path has won. */
  readonly insertions: readonly Insertion[];
  readonly #edited: ReadonlySet<string>;
  readonly #inserted: ReadonlySet<string>;
  readonly #parents: ReadonlySet<string>;
  readonly #drop: ReadonlySet<string>;
  readonly #withGitDirectory: boolean;

  private constructor(
    { drop, withGitDirectory }: TreeChangesOptions,
    edited: ReadonlySet<string>,
    insertions: readonly Insertion[],
    parents: ReadonlySet<string>,
  ) {
    this.insertions = insertions;
    this.#edited = edited;
    this.#inserted = new Set(insertions.map(({ path }) => path));
    this.#parents = parents;
    this.#drop = drop;
    this.#withGitDirectory = withGitDirectory;
  }

  /** Throws `ValidationError` when a file would lie outside the tree, or below another one that is written. */
  static async of(options: TreeChangesOptions): Promise<TreeChanges> {
    const byPath = new Map<string, SourceEdit>();
    const parents = new Set<string>();
    // A vendor directory may have a hundred thousand files: others shall not wait for all of them.
    await inTurns(options.edits, (edit) => {
      if ('content' in edit) checkEntryPath(edit.path);
      byPath.set(edit.path, edit);
    });
    const insertions = [...byPath.values()].filter((edit): edit is Insertion => 'content' in edit);
    await inTurns(insertions, ({ path }) => {
      for (const parent of parentsOf(path)) parents.add(parent);
    });
    refuse(insertions.map(({ path }) => path).filter((path) => parents.has(path)));
    insertions.sort((left, right) => comparePaths(left.path, right.path));
    return new TreeChanges(options, new Set(byPath.keys()), insertions, parents);
  }

  /** Whether an entry of the source goes into the bundle as it is. */
  keeps(path: string): boolean {
    return !this.#edited.has(path) && !this.#drop.has(path) && !this.#isGit(path);
  }

  /** Whether a segment loses an entry. */
  cutsInto(segment: TarSegment): boolean {
    return segment.entries.some(({ path }) => !this.keeps(path));
  }

  /**
   * Throws `ValidationError` when a written file would lie below an entry that is no directory (a link could lead it
   * out of the tree), or an entry below a written file.
   */
  check(segment: TarSegment): void {
    if (this.#inserted.size === 0) return;
    refuse(
      segment.entries.filter((entry) => this.keeps(entry.path) && this.#conflicts(entry)).map(({ path }) => path),
    );
  }

  #conflicts(entry: SegmentEntry): boolean {
    if (this.#parents.has(entry.path)) return entry.type !== 'directory';
    return parentsOf(entry.path).some((parent) => this.#inserted.has(parent));
  }

  /** Anything named exactly `.git` goes, at any depth, with all below: a bundle holds no repository. */
  #isGit(path: string): boolean {
    if (!path.includes('.git')) return false;
    const names = path.split('/');
    return this.#withGitDirectory ? names[0] === '.git' : names.includes('.git');
  }
}

function refuse(paths: readonly string[]): void {
  if (paths[0] === undefined) return;
  throw new ValidationError(
    `The file ${JSON.stringify(paths[0])} of the source and an edit of a package manager exclude each other: ` +
      'one lies below the other',
  );
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}
