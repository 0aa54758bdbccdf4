import { inTurns, sortedInTurns } from '../concurrency/index.js';

/** Name, type and version: what identifies a package or a dependency. The Go standard library has no version. */
export interface ComponentKey {
  /** `npm`, `go-package`, … */
  type: string;
  name: string;
  version: string | null;
}

/** A dependency as answers show it; `dev` and `replaces` are absent where nothing is known. */
export interface CataloguedDependency extends ComponentKey {
  dev?: boolean;
  replaces?: ComponentKey;
}

/** A package of a request as answers show it; no `path` = the root of the repository. */
export interface CataloguedPackage extends ComponentKey {
  path?: string;
  dependencies: CataloguedDependency[];
}

/** What a request's package managers reported: both lists in the order of the answers. */
export interface RequestPackages {
  packages: CataloguedPackage[];
  /** The union over all packages, unique by name, type, version and dev. */
  dependencies: CataloguedDependency[];
}

/** Compares by Unicode code point, which differs from JavaScript's `<` beyond the basic plane. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codeUnitRank(left) - codeUnitRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others: they go last (0xE000–0xFFFF move down by their number). */
function codeUnitRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The order of packages and dependencies in answers: type, dev (absent = false), name, version (none first). */
export function compareComponents(a: ComponentKey & { dev?: boolean }, b: ComponentKey & { dev?: boolean }): number {
  return (
    compareCodePoints(a.type, b.type) ||
    Number(a.dev ?? false) - Number(b.dev ?? false) ||
    compareCodePoints(a.name, b.name) ||
    compareCodePoints(a.version ?? '', b.version ?? '')
  );
}

/**
 * Joins the dependencies of all packages: sorted, unique by name, type, version and dev; the first one wins. Packages
 * may have millions together, most of them the same objects.
 */
export async function mergeDependencies<T extends ComponentKey & { dev?: boolean }>(
  packages: readonly { dependencies: readonly T[] }[],
): Promise<T[]> {
  const sorted = await distinctDependencies(packages);
  return sorted.filter((each, at) => at === 0 || compareComponents(sorted[at - 1], each) !== 0);
}

/** Every object among the dependencies of all packages, once: sorted, equal ones in the order of the packages. */
export async function distinctDependencies<T extends ComponentKey & { dev?: boolean }>(
  packages: readonly { dependencies: readonly T[] }[],
): Promise<T[]> {
  const distinct = new Set<T>();
  await inTurns(new Set(packages.map(({ dependencies }) => dependencies)), (dependencies) => {
    for (const each of dependencies) distinct.add(each);
  });
  return sortedInTurns([...distinct], compareComponents);
}
