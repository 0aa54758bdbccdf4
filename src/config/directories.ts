import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Configuration } from './configuration.js';
import type { Environment, OptionReader } from './options/reader.js';
import { USED } from './options/used.js';

type Directories = Configuration['directories'];

/** Everything lies below the data directory unless it is told otherwise. */
export function readDirectories(reader: OptionReader, environment: Environment): Directories {
  const data = resolve(reader.read(USED.dataDirectory, defaultDataDirectory(environment)));
  return {
    data,
    sources: resolve(reader.read(USED.sourcesDirectory, join(data, 'sources'))),
    bundles: resolve(reader.read(USED.bundlesDirectory, join(data, 'bundles'))),
    mirrors: join(data, 'mirrors'),
    database: join(data, 'database'),
    uploads: join(data, 'uploads'),
    temporary: join(data, 'temporary'),
    go: join(data, 'go'),
  };
}

/** XDG Base Directory Specification; root's programs keep their state below /var/lib. */
function defaultDataDirectory(environment: Environment): string {
  if (process.getuid?.() === 0) return '/var/lib/cachito';
  const configured = environment.XDG_DATA_HOME ?? '';
  const base = isAbsolute(configured) ? configured : join(environment.HOME || homedir(), '.local', 'share');
  return join(base, 'cachito');
}

/** One folder in another would make whoever tidies the one delete files of the other. */
export function checkDirectories(reader: OptionReader, directories: Directories, logs: string | undefined): void {
  const folders = [
    ['CACHITO_SOURCES_DIR', directories.sources],
    ['CACHITO_BUNDLES_DIR', directories.bundles],
    ['CACHITO_REQUEST_FILE_LOGS_DIR', logs],
    ['the mirrors below CACHITO_DATA_DIR', directories.mirrors],
    ['the database below CACHITO_DATA_DIR', directories.database],
    ['the uploads below CACHITO_DATA_DIR', directories.uploads],
    ['the temporary folder below CACHITO_DATA_DIR', directories.temporary],
    ['the Go toolchains below CACHITO_DATA_DIR', directories.go],
  ] as const;
  for (const [index, [name, folder]] of folders.entries()) {
    for (const [otherName, other] of folders.slice(index + 1)) {
      if (folder === undefined || other === undefined) continue;
      if (contains(folder, other) || contains(other, folder)) {
        reader.complain(`${name} (${folder}) and ${otherName} (${other}) must not be the same or lie in each other`);
      }
    }
  }
}

function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
