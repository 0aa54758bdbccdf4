import type { CataloguedPackage } from '../dependencies/index.js';

/** All that a manifest is made of. */
export interface ManifestRequest {
  /** As submitted. */
  repo: string;
  ref: string;
  packages: readonly CataloguedPackage[];
}
