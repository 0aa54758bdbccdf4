import type { PackageManager } from '../package-manager.js';
import { resolvePip } from './resolve.js';

/** Archives what the requirements files of Python packages name. No Python code is run. */
export const pip: PackageManager = { name: 'pip', resolve: resolvePip };
