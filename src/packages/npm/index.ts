import type { PackageManager } from '../package-manager.js';
import { archiveExternal } from './external/index.js';
import { readLicense } from './license.js';
import { resolveNpm } from './resolve.js';

/** Archives what the lock files of npm name. Configuration in the repository (`.npmrc`) is not read. */
export const npm: PackageManager = {
  name: 'npm',
  resolve: (job) => resolveNpm(job, archiveExternal),
  readLicense,
};
