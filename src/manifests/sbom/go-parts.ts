import { inTurns } from '../../concurrency/index.js';
import type { EvidenceDependency, EvidencePackage } from '../../dependencies/index.js';
import { isLocalVersion } from '../purl/go-modules.js';
import type { Node } from './nodes.js';

/** A Go module among a request's packages and dependencies. */
interface KnownModule {
  version: string | null;
  node: Node;
}

/** The Go modules of one request, to find the one that a Go package is a part of. */
export class ModulesOfRequest {
  private readonly byName = new Map<string, KnownModule[]>();

  add(name: string, version: string | null, node: Node): void {
    node.isGoModule = true;
    const known = this.byName.get(name);
    if (known === undefined) this.byName.set(name, [{ version, node }]);
    else if (!known.some((other) => other.node === node)) known.push({ version, node });
  }

  /**
   * The module that provides a Go package: the longest name that is the package's or a prefix of it that ends at a
   * slash, of the package's version. The package of a local module has a version that leads there.
   */
  of(name: string, version: string | null): Node | undefined {
    for (let prefix = name; ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
      const found = this.byName.get(prefix)?.find((module) => isSameVersion(module.version, version));
      if (found !== undefined) return found.node;
      if (!prefix.includes('/')) return undefined;
    }
  }
}

function isSameVersion(module: string | null, ofPackage: string | null): boolean {
  return module === ofPackage || (isLocalVersion(module) && isLocalVersion(ofPackage));
}

/**
 * Makes Go packages parts of their modules; the graph is that of modules. What belongs to no module (the standard
 * library) is required by the module whose packages import it.
 */
export class GoParts {
  /** By requirer, for packages share most of what they import. */
  private readonly placed = new Map<Node, Set<EvidenceDependency>>();

  constructor(
    private readonly modules: ModulesOfRequest,
    private readonly nodeOf: (parent: EvidencePackage, dependency: EvidenceDependency) => Node | undefined,
  ) {}

  async place(each: EvidencePackage, node: Node): Promise<void> {
    const own = this.modules.of(each.name, each.version);
    own?.addPart(node);
    const requirer = own ?? node;
    const placed = this.placed.get(requirer) ?? new Set();
    this.placed.set(requirer, placed);
    await inTurns(each.dependencies, (dependency) => {
      if (placed.has(dependency)) return;
      placed.add(dependency);
      const part = this.nodeOf(each, dependency);
      if (part !== undefined) this.placeDependency(dependency, part, requirer);
    });
  }

  private placeDependency(dependency: EvidenceDependency, node: Node, requirer: Node): void {
    node.addUse(dependency);
    const module = this.modules.of(dependency.name, dependency.version);
    if (module === undefined) requirer.addRequirement(node);
    else module.addPart(node);
  }
}
