/** What `go list -m -json` says of a module; no other field is read. */
export interface GoModule {
  Path: string;
  Version?: string;
  Main?: boolean;
  Dir?: string;
  Replace?: { Path: string; Version?: string };
}

/** What `go list -deps -json=ImportPath,Module,Standard,Deps` says of a package. */
export interface GoPackage {
  ImportPath: string;
  Module?: GoModule;
  Standard?: boolean;
  Deps?: string[];
}

/** A package that `go list` has printed. */
export interface ListedPackage {
  importPath: string;
  standard: boolean;
  /** Undefined for the standard library, and for a package that nobody provides, such as code yet to be generated. */
  module: GoModule | undefined;
}

/** A package of the main module that no other package of it imports, with everything that it imports, directly or not. */
export interface RootPackage extends ListedPackage {
  /** Import paths, in the order of `go list`. */
  dependencies: Iterable<string>;
}

/** One `go list -deps` of a module, without what nobody asks for. */
export interface Listing {
  /** By import path. */
  packages: ReadonlyMap<string, ListedPackage>;
  roots: readonly RootPackage[];
}

/**
 * Reads what `go list` prints, dependencies before what imports them, and keeps what is reported: the packages, and the
 * roots of the import graph. Only the dependencies of roots are kept, numbered, so that memory does not grow with the
 * square of the packages. `isOwn` tells the packages that can be roots.
 */
export async function readListing(
  printed: AsyncIterable<GoPackage>,
  isOwn: (found: ListedPackage) => boolean,
): Promise<Listing> {
  const packages = new Map<string, ListedPackage>();
  const modules = new Map<string, GoModule>();
  const numbers = new Map<string, number>();
  const paths: string[] = [];
  const roots = new Map<string, Uint32Array>();
  const number = (path: string): number => {
    const known = numbers.get(path);
    if (known !== undefined) return known;
    numbers.set(path, paths.length);
    return paths.push(path) - 1;
  };
  for await (const { ImportPath, Standard = false, Module, Deps = [] } of printed) {
    const found = { importPath: ImportPath, standard: Standard, module: Module && shared(modules, Module) };
    packages.set(ImportPath, found);
    if (!isOwn(found)) continue;
    // Whatever it imports is no root, and was printed before.
    for (const path of Deps) roots.delete(path);
    roots.set(ImportPath, Uint32Array.from(Deps, number));
  }
  return { packages, roots: [...roots].flatMap(([path, deps]) => rootPackage(packages.get(path), deps, paths)) };
}

function rootPackage(found: ListedPackage | undefined, deps: Uint32Array, paths: readonly string[]): RootPackage[] {
  // Not all of them at a time.
  const dependencies = { *[Symbol.iterator]() { for (const at of deps) yield paths[at]; } };
  return found === undefined ? [] : [{ ...found, dependencies }];
}

/** One object per module, not one per package. */
function shared(modules: Map<string, GoModule>, { Path, Version, Main, Dir, Replace }: GoModule): GoModule {
  const key = `${Path}@${Version ?? ''}`;
  const known = modules.get(key) ?? { Path, Version, Main, Dir, Replace };
  modules.set(key, known);
  return known;
}
