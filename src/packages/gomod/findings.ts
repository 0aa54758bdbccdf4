import type { ModuleFileKind } from './proxy/module-store.js';

/**
 * What was found out about the Go modules of a request: all that the answer is made of, without what changes from one
 * time to the next. Plain data, so that it can be kept.
 */
export interface Findings {
  modules: ModuleFindings[];
  /** The files that the bundle's module cache holds. */
  files: CachedFile[];
}

/** One requested directory. */
export interface ModuleFindings {
  directory: string;
  /** Module path. */
  name: string;
  version: string;
  dependencies: FoundModule[];
  packages: FoundPackage[];
  /** What the packages import, each once: thousands of packages share most of it. */
  imports: FoundImport[];
  /** Undefined when nothing is known of it. */
  graph: FoundGraph | undefined;
}

/** Which of the dependencies of a module require which: its module graph, restricted to what is reported. */
export interface FoundGraph {
  /**
   * Pairs of places in `ModuleFindings.dependencies`, each pair once: the first requires the second.
   * `dependencies.length` stands for the module itself.
   */
  edges: Uint32Array;
  /** The places of dependencies that nothing is known of. */
  unknown: Uint32Array;
}

/** A module that another one depends on, as it is reported. */
export interface FoundModule {
  name: string;
  /** A version, or a local path as written. */
  version: string;
  /** The module that `dependency_replacements` put it in the place of. */
  replaces?: { name: string; version: string };
}

/** A package that no other package of its module imports. */
export interface FoundPackage {
  name: string;
  /** Directory, relative to the repository. */
  path: string;
  /** All that it imports, directly or not: places in `ModuleFindings.imports`. */
  imports: Uint32Array;
}

/** A package that another one imports, directly or not. */
export interface FoundImport {
  name: string;
  /** Null for the standard library. */
  version: string | null;
}

/** A file of a module in the archive. */
export interface CachedFile {
  kind: ModuleFileKind;
  /** Module path. */
  path: string;
  version: string;
  /** As of the artifact. */
  upstream: string;
  sha256: string;
  verifiedBy: string;
}
