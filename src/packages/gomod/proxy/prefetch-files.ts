import type { GoSums } from '../files/go-sum-file.js';
import { fileKey, isCanonical, type ModuleFile } from './module-file.js';

/**
 * The files that `go.sum` says will be needed: everything of a module whose source has a checksum, else the `go.mod`. In
 * the order in which `go` needs them: it selects versions before it looks at sources. What is no version for ever
 * is left out: `go` says so if it matters.
 */
export function* filesToPrefetch(sums: Pick<GoSums, 'zips' | 'mods'>): Iterable<ModuleFile> {
  const seen = new Set<string>();
  const isNew = (file: ModuleFile): boolean => {
    if (!isCanonical(file.version)) return false;
    const { size } = seen;
    return seen.add(fileKey(file)).size > size;
  };
  const wanted = function* (): Iterable<ModuleFile> {
    for (const { path, version } of sums.mods()) yield { kind: 'mod', path, version };
    for (const { path, version } of sums.zips()) yield { kind: 'mod', path, version };
    for (const { path, version } of sums.zips()) {
      yield { kind: 'info', path, version };
      yield { kind: 'zip', path, version };
    }
  };
  for (const file of wanted()) if (isNew(file)) yield file;
}
