import { inTurns } from '../../concurrency/index.js';
import { ValidationError } from '../../errors/index.js';

/** More than the largest known applications have by a factor of ten; each is a row of the catalogue. */
const MAX_IMPORTS = 10_000_000;

/** Which package imports which: nodes are numbers, in the order in which they were first named. */
export class ImportGraph {
  private readonly numbers = new Map<string, number>();
  private readonly paths: string[] = [];
  private readonly imports: (Uint32Array | undefined)[] = [];

  add(path: string, imported: readonly string[]): void {
    this.imports[this.number(path)] = Uint32Array.from(imported, (each) => this.number(each));
  }

  pathOf(number: number): string {
    return this.paths[number];
  }

  /**
   * The roots among some packages, given with dependencies before what imports them: those that no other one of them
   * imports, directly or not, each with everything that it imports. Of packages that import each other in a circle, the
   * last one is a root. Throws `ValidationError` when that is more than can be stored.
   */
  async roots(candidates: readonly string[]): Promise<Map<string, Uint32Array>> {
    const covered = new Uint8Array(this.paths.length);
    const roots = new Map<string, Uint32Array>();
    const reach = new Reach(this.imports, this.paths.length);
    let total = 0;
    await inTurns(candidates.toReversed(), (path) => {
      const root = this.number(path);
      if (covered[root] === 1) return;
      const reached = reach.from(root);
      for (const each of reached) covered[each] = 1;
      total += reached.length;
      if (total > MAX_IMPORTS) throw tooMany();
      roots.set(path, reached);
    });
    return roots;
  }

  private number(path: string): number {
    const known = this.numbers.get(path);
    if (known !== undefined) return known;
    this.numbers.set(path, this.paths.length);
    return this.paths.push(path) - 1;
  }
}

/** Finds what is reached from a node; keeps its memory from one time to the next. */
class Reach {
  /** Which search has seen a node last. */
  private readonly seen: Uint32Array;
  private readonly found: Uint32Array;
  private search = 0;

  constructor(
    private readonly imports: readonly (Uint32Array | undefined)[],
    size: number,
  ) {
    this.seen = new Uint32Array(size);
    this.found = new Uint32Array(size);
  }

  /** Without the node itself. */
  from(start: number): Uint32Array {
    this.search += 1;
    this.seen[start] = this.search;
    let count = this.visit(start, 0);
    for (let at = 0; at < count; at += 1) count = this.visit(this.found[at], count);
    return this.found.slice(0, count);
  }

  private visit(node: number, count: number): number {
    for (const next of this.imports[node] ?? []) {
      if (this.seen[next] === this.search) continue;
      this.seen[next] = this.search;
      this.found[count++] = next;
    }
    return count;
  }
}

function tooMany(): ValidationError {
  return new ValidationError(
    `The packages of this module import more than ${MAX_IMPORTS} packages together, counting each for each. Post ` +
      'several requests, each for some of the modules.',
  );
}
