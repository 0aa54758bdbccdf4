import type { PackageManager } from '../package-manager.js';
import { readLicense } from './license/index.js';
import { resolvePip } from './resolve.js';

export { readWheelFilter } from './distributions/wheel-filter.js';
export { indexName } from './names.js';
export { satisfies } from './versions.js';

/** Archives what the requirements files of Python packages name. No Python code is run. */
export const pip: PackageManager = { name: 'pip', resolve: resolvePip, readLicense };
