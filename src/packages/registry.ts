import type { PackageManagerName } from '../config/index.js';
import { gitSubmodule } from './git-submodule/index.js';
import { gomod } from './gomod/index.js';
import { npm } from './npm/index.js';
import { pip } from './pip/index.js';
import type { PackageManager } from './package-manager.js';

/** Every package manager of this build; `BUILT_PACKAGE_MANAGERS` of the configuration names the same ones. */
export const PACKAGE_MANAGERS: ReadonlyMap<PackageManagerName, PackageManager> = new Map(
  [gomod, npm, pip, gitSubmodule].map((manager) => [manager.name, manager]),
);
