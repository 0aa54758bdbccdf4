import type { DeclaredLicense } from './artifact-licenses.js';
import type { CataloguedDependency, CataloguedPackage } from './component.js';

/** A package of a request with all that is known of it and its dependencies. It never changes. */
export interface EvidencePackage extends CataloguedPackage {
  /** Packages with the same set share the array, and all packages the objects of equal dependencies. */
  dependencies: EvidenceDependency[];
  /**
   * Who requires whom, as pairs of places in `dependencies`: the first one with that name and version. Packages with the
   * same set share it.
   */
  edges: Uint32Array;
}

export interface EvidenceDependency extends CataloguedDependency {
  /** The package itself requires it. */
  direct: boolean;
  /** Nothing is known of what it requires. */
  requirementsUnknown: boolean;
  /** Absent for what is bundled, vendored or local. */
  artifact?: ArtifactEvidence;
}

/** The archived file of a dependency. */
export interface ArtifactEvidence {
  /** Address without credentials, `git+https://…#<commit>` for what was packed from a repository. */
  upstream: string;
  sha256: string;
  /** Bytes. */
  size: number;
  /** What vouched for the bytes in this request: `lock file`, `registry`, `checksum database`, `git commit`, `none`, … */
  verifiedBy: string;
  /** Undefined when nobody has looked; both parts null when nothing is declared. */
  license?: DeclaredLicense;
}
