import { checkEntryPath } from '../../archive/index.js';
import { ValidationError } from '../../errors/index.js';
import type { GitTreeEntry } from '../git/git-client.js';
import { isDotGit } from './dot-git.js';

const MAX_ENTRIES = 1_000_000;
const MAX_DEPTH = 1000;

const MODES = new Set(['100644', '100664', '100755', '120000', '160000', '040000']);

/** Counts what a source is made of, over several trees when it has submodules. */
export class TreeTotals {
  entries = 0;
  size = 0;

  constructor(private readonly maxSize: number) {}

  addEntry(): void {
    this.entries += 1;
    if (this.entries > MAX_ENTRIES)
      throw new ValidationError(`The repository has more than ${MAX_ENTRIES} files and directories.`);
  }

  addSize(bytes: number): void {
    this.size += bytes;
    if (this.size > this.maxSize)
      throw new ValidationError(`The files of the repository are larger than ${this.maxSize} bytes together.`);
  }
}

/**
 * Judges the entries of one git tree as they stream by: names that could leave the root or reach a `.git` directory,
 * depth, order, and names that are a file and a directory at once (unpacking would write through a link).
 *
 * Throws `ValidationError` naming the entry.
 */
export class TreeChecker {
  /** Leaf entries whose path begins the present one; each is the beginning of the next. */
  private beginnings: string[] = [];
  /** Its last leaf and last tree: neither kind may come twice. */
  private lastTree = '';

  constructor(private readonly totals: TreeTotals) {}

  check({ path, mode }: GitTreeEntry): void {
    this.totals.addEntry();
    if (!MODES.has(mode))
      throw new ValidationError(`The entry ${quote(path)} of the repository has the unknown mode ${mode.slice(0, 6)}.`);
    checkEntryPath(path);
    const names = path.split('/');
    if (names.length > MAX_DEPTH)
      throw new ValidationError(`The repository has more than ${MAX_DEPTH} levels of directories.`);
    if (isDotGit(names.at(-1) ?? '')) {
      throw new ValidationError(
        `The entry ${quote(path)} of the repository is not allowed: it would be read as a .git directory.`,
      );
    }
    this.checkConflict(path);
    if (mode === '040000') this.checkTree(path);
    else this.beginnings.push(path);
  }

  private checkConflict(path: string): void {
    while (this.beginnings.length > 0 && !path.startsWith(this.beginnings.at(-1) ?? '')) this.beginnings.pop();
    for (const beginning of this.beginnings) {
      if (path.length === beginning.length || path[beginning.length] === '/') throw twice(path);
    }
  }

  private checkTree(path: string): void {
    if (path === this.lastTree) throw twice(path);
    this.lastTree = path;
  }
}

function twice(path: string): ValidationError {
  return new ValidationError(`The repository has the name ${quote(path)} twice.`);
}

/** A hostile name, safe to show: printable and short. */
export function quote(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path).replace(/[\p{Cc}\p{Cf}]/gu, '?');
}
