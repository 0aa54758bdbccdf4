import { inTurns } from '../../concurrency/index.js';
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

  /** What is made of a dependency of a package. Throws what `make` throws. */
  of(parent: CataloguedPackage, dependency: CataloguedDependency): Made {
    const known = isLocalVersion(dependency.version) ? this.localTo(parent) : this.made;
    const made = known.get(dependency) ?? this.make(parent, dependency);
    known.set(dependency, made);
    return made;
  }

  /** What is made of dependencies of a package, in their order, in turns. Throws what `make` throws. */
  async ofAll(parent: CataloguedPackage, dependencies: readonly CataloguedDependency[]): Promise<Made[]> {
    const all: Made[] = [];
    await inTurns(dependencies, (dependency) => all.push(this.of(parent, dependency)));
    return all;
  }

  private localTo(parent: CataloguedPackage): Map<CataloguedDependency, Made> {
    const base = parent.type === 'go-package' ? (this.goModules.parentOf(parent.name) ?? parent) : parent;
    const local = this.madeLocally.get(base) ?? new Map<CataloguedDependency, Made>();
    this.madeLocally.set(base, local);
    return local;
  }
}
