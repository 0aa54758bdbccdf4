import type { PackageManager, ResolvedPackage } from '../package-manager.js';
import { emptyResolution } from '../package-manager.js';
import type { Submodule } from '../../source/index.js';

/**
 * Reports the submodules of a source as packages. Their files were archived with the source
 * before, so there is nothing left to fetch.
 */
export const gitSubmodule: PackageManager = {
  name: 'git-submodule',
  async resolve({ source, log }) {
    log.info(`Found ${source.submodules.length} git submodules.`);
    return { ...emptyResolution(), packages: source.submodules.map(packageOf) };
  },
};

/** The address is reported as `.gitmodules` has it, a relative one too. */
function packageOf({ name, path, url, commit }: Submodule): ResolvedPackage {
  return { type: 'git-submodule', name, version: `${url}#${commit}`, path, dependencies: [] };
}
