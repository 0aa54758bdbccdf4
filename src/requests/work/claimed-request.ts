import type { PackageManagerName } from '../../config/index.js';
import type { Flag, PackageConfig, Replacement } from '../../packages/index.js';

/** The right to work on a request: valid while its row has this attempt, is in progress, and the lease is renewed. */
export interface Claim {
  id: number;
  /** Counts from 1; every claim gets a new one. */
  attempt: number;
  /** Name of the worker process. */
  owner: string;
}

/** A request that this process may work on, with everything its work needs. */
export interface ClaimedRequest extends Claim {
  /** As submitted; may hold credentials, so never log it. */
  repo: string;
  ref: string;
  packageManagers: readonly PackageManagerName[];
  /** Per package manager, as validated; paths are normalised. */
  packages: Readonly<Partial<Record<PackageManagerName, readonly PackageConfig[]>>>;
  flags: ReadonlySet<Flag>;
  replacements: readonly Replacement[];
  /** Use what is stored only. */
  offline: boolean;
  /** Ask the repository for its version tags even though some are recorded. */
  refreshTags: boolean;
  /** How many attempts before this one ended without a word: their process died. */
  crashes: number;
}

/** How far a step is. */
export interface WorkProgress {
  /** `source`, `packages`, `bundle`. */
  step: string;
  packageManager?: PackageManagerName;
  done: number;
  total: number;
  unit: 'packages' | 'bytes';
}

/**
 * Why an id was not claimed: `gone` = nothing is to be done any more, `busy` = another worker holds it, `unable` = this
 * worker lacks one of its package managers.
 */
export type Refusal = 'gone' | 'busy' | 'unable';
