import type { TreeEntry } from '../../archive/index.js';
import type { SourceTree } from '../source-tree.js';

/** Links are followed at most so often on the way to one target; Linux has 40. */
const MAX_LINKS = 40;

/** Where a path of the tree leads: to a path inside (`''` is the root), out of the tree, or round in circles. */
export type Resolved = { kind: 'inside'; path: string } | { kind: 'outside' } | { kind: 'loop' };

/**
 * Paths of the symbolic links that leave the root of a tree, found by names alone: chains of links, links to
 * directories on the way, `..` behind links, absolute targets. A dangling link inside the root is fine; one that leads
 * to itself is harmless and only told to `onLoop`. Memory grows with the number of links, not of entries.
 */
export async function unsafeSymlinks(
  tree: Pick<SourceTree, 'list'>,
  onLoop: (path: string) => void = () => undefined,
): Promise<string[]> {
  const links = await symlinksOf(tree);
  const resolver = new LinkResolver(links);
  const unsafe: string[] = [];
  for (const { path } of links) {
    const { kind } = resolver.resolve(path);
    if (kind === 'outside') unsafe.push(path);
    if (kind === 'loop') onLoop(path);
  }
  return unsafe;
}

/** The symbolic links among the entries of a tree. */
export async function symlinksOf(tree: Pick<SourceTree, 'list'>): Promise<TreeEntry[]> {
  const links: TreeEntry[] = [];
  for await (const entry of tree.list()) if (entry.type === 'symlink') links.push(entry);
  return links;
}

/** Follows the links of a tree without touching a file system. */
export class LinkResolver {
  private readonly targets: ReadonlyMap<string, string>;

  constructor(links: Iterable<TreeEntry>) {
    this.targets = new Map(Array.from(links, ({ path, linkTarget }) => [path, linkTarget ?? '']));
  }

  /** What opening `path` (relative to the root) would end up at, whether it exists or not. */
  resolve(path: string): Resolved {
    const names: string[] = [];
    // The next name is the last of the list.
    const todo = path.split('/').reverse();
    for (let followed = 0; todo.length > 0;) {
      const name = todo.pop();
      if (name === undefined || name === '' || name === '.') continue;
      if (name === '..') {
        if (names.pop() === undefined && !this.comesBack(todo)) return { kind: 'outside' };
        continue;
      }
      names.push(name);
      const target = this.targets.get(names.join('/'));
      if (target === undefined) continue;
      if (target.startsWith('/')) return { kind: 'outside' };
      followed += 1;
      if (followed > MAX_LINKS) return { kind: 'loop' };
      names.pop();
      todo.push(...target.split('/').reverse());
    }
    return { kind: 'inside', path: names.join('/') };
  }

  /**
   * Just left the root: the tree lies in a folder `app`, in the bundle and wherever it is unpacked, so `../app/x` is
   * inside again. Takes `app` off the list if it comes next.
   */
  private comesBack(todo: string[]): boolean {
    while (todo.at(-1) === '' || todo.at(-1) === '.') todo.pop();
    if (todo.at(-1) !== 'app') return false;
    todo.pop();
    return true;
  }
}
