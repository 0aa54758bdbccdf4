import { ImportGraph } from './import-graph.js';

/** What `go list -m -json` says of a module; no other field is read. */
export interface GoModule {
  Path: string;
  Version?: string;
  Main?: boolean;
  Dir?: string;
  Replace?: { Path: string; Version?: string };
}

/** What `go list -deps -json` says of a package. */
export interface GoPackage {
  ImportPath: string;
  Name?: string;
  Module?: GoModule;
  Standard?: boolean;
  Imports?: string[];
  CgoFiles?: string[];
  SwigFiles?: string[];
  SwigCXXFiles?: string[];
}

/** The fields of `go list` to ask for: not `Deps`, whose size grows with the square of the packages. */
export const LISTED_FIELDS = 'ImportPath,Name,Module,Standard,Imports,CgoFiles,SwigFiles,SwigCXXFiles';

/** A package that `go list` has printed. */
export interface ListedPackage {
  importPath: string;
  standard: boolean;
  /** Undefined for the standard library, and for a package that nobody provides, such as code yet to be generated. */
  module: GoModule | undefined;
}

/** One `go list -deps` of a module. */
export interface Listing {
  /** By import path. */
  packages: ReadonlyMap<string, ListedPackage>;
  /**
   * The packages of the module that no other package of it imports, each with all that it imports, directly or not: the
   * `Deps` of `go list`, as numbers that `pathOf` knows.
   */
  roots: ReadonlyMap<string, Uint32Array>;
  pathOf(number: number): string;
}

/**
 * Reads what `go list` prints, dependencies before what imports them. `isOwn` tells the packages that can be roots.
 * Throws `ValidationError` when they import more than can be stored.
 */
export async function readListing(
  printed: AsyncIterable<GoPackage>,
  isOwn: (found: ListedPackage) => boolean,
): Promise<Listing> {
  const packages = new Map<string, ListedPackage>();
  const modules = new Map<string, GoModule>();
  const graph = new ImportGraph();
  const own: string[] = [];
  for await (const each of printed) {
    const { ImportPath: importPath, Standard: standard = false, Module } = each;
    const found = { importPath, standard, module: Module && shared(modules, Module) };
    packages.set(importPath, found);
    graph.add(importPath, importsOf(each));
    if (isOwn(found)) own.push(importPath);
  }
  return { packages, roots: await graph.roots(own), pathOf: (number) => graph.pathOf(number) };
}

/**
 * What a package imports by its text, and what the toolchain adds to that (cmd/go/internal/load: cgo, SWIG, and the
 * runtime of every command).
 */
function importsOf({ ImportPath, Name, Imports = [], CgoFiles, SwigFiles, SwigCXXFiles }: GoPackage): string[] {
  const imports = Imports.filter((path) => path !== 'C');
  if (CgoFiles !== undefined) imports.push(...cgoImports(ImportPath));
  if (SwigFiles !== undefined || SwigCXXFiles !== undefined) imports.push('unsafe', 'runtime/cgo', 'syscall', 'sync');
  if (Name === 'main') imports.push('runtime');
  return imports;
}

/** The packages that make cgo work cannot import all of it. */
function cgoImports(importPath: string): string[] {
  if (importPath === 'runtime/cgo') return ['unsafe'];
  return /^runtime\/(?:race|msan|asan)$/.test(importPath) ? ['unsafe', 'runtime/cgo'] : ['unsafe', 'runtime/cgo', 'syscall'];
}

/** One object per module, not one per package. */
function shared(modules: Map<string, GoModule>, { Path, Version, Main, Dir, Replace }: GoModule): GoModule {
  const key = `${Path}@${Version ?? ''}`;
  const known = modules.get(key) ?? { Path, Version, Main, Dir, Replace };
  modules.set(key, known);
  return known;
}
