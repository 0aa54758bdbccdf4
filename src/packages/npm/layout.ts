import { InvalidFileFormat } from '../../errors/index.js';
import { isExactVersion, isPackageName } from './lockfile/names.js';
import { isForgeShorthand } from './lockfile/source-text.js';
import { quote } from '../quote.js';

/** As long as a name of a path may be on Linux. */
const MAX_NAME = 255;
/** What names, versions and repositories of forges are made of. */
const SAFE = /^[A-Za-z0-9\-_.!~*'()@+/]+$/;

/**
 * Where a package lies below `deps/` of the bundle. `name` and `version` are those of the archive. What is not from a
 * registry has a source (the lock file's text) and lies apart, a forge's below the forge's name. Throws
 * `InvalidFileFormat` when that would not be a path below `deps/npm/`.
 */
export function bundlePath(name: string, version: string, externalSource?: string): string {
  if (!isPackageName(name) || !isExactVersion(version)) {
    throw new InvalidFileFormat(
      `A package with the name ${quote(name)} and version ${quote(version)} cannot be placed.`,
    );
  }
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
  const path = `npm/${directoryOf(name, externalSource)}/${file}`;
  if (SAFE.test(path) && path.split('/').every((each) => !['', '.', '..'].includes(each) && each.length <= MAX_NAME)) {
    return path;
  }
  throw new InvalidFileFormat(
    `${quote(`${name}@${version}`)} would need a file name that is too long or leads elsewhere.`,
  );
}

function directoryOf(name: string, source: string | undefined): string {
  if (source === undefined) return name;
  if (!isForgeShorthand(source)) return `external-${name}`;
  const repository = source.slice(0, source.lastIndexOf('#'));
  return repository.replace(':', '/');
}
