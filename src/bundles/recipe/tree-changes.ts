import { checkEntryPath, comparePaths, type SegmentEntry, type TarSegment } from '../../archive/index.js';
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

  constructor({ edits, drop, withGitDirectory }: TreeChangesOptions) {
    const byPath = new Map(edits.map((edit) => [edit.path, edit]));
    const insertions = [...byPath.values()].filter((edit): edit is Insertion => 'content' in edit);
    for (const { path } of insertions) checkEntryPath(path);
    this.insertions = insertions.sort((left, right) => comparePaths(left.path, right.path));
    this.#edited = new Set(byPath.keys());
    this.#inserted = new Set(insertions.map(({ path }) => path));
    this.#parents = new Set(insertions.flatMap(({ path }) => parentsOf(path)));
    this.#drop = drop;
    this.#withGitDirectory = withGitDirectory;
    this.#refuse(insertions.map(({ path }) => path).filter((path) => this.#parents.has(path)));
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
    this.#refuse(
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

  #refuse(paths: readonly string[]): void {
    if (paths[0] === undefined) return;
    throw new ValidationError(
      `The file ${JSON.stringify(paths[0])} of the source and an edit of a package manager exclude each other: ` +
        'one lies below the other',
    );
  }
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at));
  return parents;
}
