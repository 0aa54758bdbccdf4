import type { CataloguedDependency, CataloguedPackage } from '../../dependencies/index.js';
import { type GoModules, isLocalVersion } from './go-modules.js';

/**
 * Makes something of dependencies, once for each, however many packages have it. Only what comes of a local version
 * differs: between Go modules, and between packages of other kinds.
 */
export class OncePerDependency<Made> {
  private readonly made = new Map<CataloguedDependency, Made>();
  private readonly madeLocally = new Map<CataloguedPackage, Map<CataloguedDependency, Made>>();

  constructor(
    private readonly goModules: GoModules,
    private readonly make: (parent: CataloguedPackage, dependency: CataloguedDependency) => Made,
  ) {}

  /** What is made of dependencies of a package, in their order. Throws what `make` throws. */
  ofAll(parent: CataloguedPackage, dependencies: readonly CataloguedDependency[]): Made[] {
    const base = parent.type === 'go-package' ? (this.goModules.parentOf(parent.name) ?? parent) : parent;
    const local = this.madeLocally.get(base) ?? new Map<CataloguedDependency, Made>();
    this.madeLocally.set(base, local);
    return dependencies.map((dependency) => {
      const known = isLocalVersion(dependency.version) ? local : this.made;
      const made = known.get(dependency) ?? this.make(parent, dependency);
      known.set(dependency, made);
      return made;
    });
  }
}
