import { UnsupportedFeature } from '../../errors/index.js';
import type { Replacement } from '../package-manager.js';
import { checkModulePath, escapeVersion } from './modules/module-path.js';

/**
 * Throws for replacements that `go mod edit` must not get: `UnsupportedFeature` with several modules, as it would not be
 * clear whose `go.mod` changes, `ValidationError` for what is no module or version.
 */
export function checkReplacements(replacements: readonly Replacement[], directories: readonly string[]): void {
  if (replacements.length > 0 && directories.length > 1) {
    throw new UnsupportedFeature(
      'Dependency replacements are supported for a request with one Go module. Post a request of its own for each path.',
    );
  }
  for (const { name, newName, version } of replacements) {
    for (const path of [name, newName ?? name]) checkModulePath(path);
    // What can be escaped is one element of a path.
    escapeVersion(version);
  }
}

/** The argument of `go mod edit`. */
export function replaceArgument({ name, newName, version }: Replacement): string {
  return `-replace=${name}=${newName ?? name}@${version}`;
}
