import type { AlgorithmDigest, Digests } from '../../../dependencies/index.js';
import type { WheelFilter } from '../distributions/wheel-filter.js';

/** What is wanted of one release of a project. */
export interface ReleaseQuery {
  /** As written in the requirement. */
  name: string;
  version: string;
  /** `--hash` options: files with a digest that is none of these are skipped. Empty = any. */
  hashes: readonly AlgorithmDigest[];
  /** Undefined = source distributions only. */
  wheels: WheelFilter | undefined;
}

/** A file of a release, as an index page names it. */
export interface ChosenFile {
  kind: 'sdist' | 'wheel';
  fileName: string;
  /** As spelled in the name of the file. */
  name: string;
  version: string;
  /** Absolute, without credentials and fragment. */
  url: string;
  /** What the index says: lower-case hexadecimal; empty when it says nothing. */
  digests: Digests;
  /** PEP 440 specifier, as the index says. */
  requiresPython: string | undefined;
  /** The reason, which may be empty; undefined = it is not yanked. */
  yanked: string | undefined;
  /** Base address of the index. */
  index: string;
}
