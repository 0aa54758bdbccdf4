import type { PackageManager } from '../package-manager.js';
import { readLicense } from './license.js';
import { resolveGomod } from './resolve.js';

export { isPseudoVersion } from './modules/pseudo-version.js';

/** Go modules and packages. The `go` command lists them; no code of the project runs. */
export const gomod: PackageManager = { name: 'gomod', resolve: resolveGomod, readLicense };
