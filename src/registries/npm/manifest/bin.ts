import { posix } from 'node:path';
import { mapped, objectIn, propertyOf, textIn, textListIn } from './values.js';

/**
 * The commands of a package as npm normalises them: name → path inside the package. A single path is named like the
 * package without its scope; a name or path never leaves the place that it is meant for.
 */
export function normaliseBin(bin: unknown, packageName: string | undefined): Record<string, string> | undefined {
  if (typeof bin === 'string') return packageName === undefined ? undefined : clean([[packageName, bin]]);
  if (Array.isArray(bin)) return clean((textListIn(bin) ?? []).map((path) => [path, path]));
  return clean(Object.entries(mapped(bin, (path) => textIn(path)) ?? {}));
}

/** The directory whose files are all commands, if the package has one instead of `bin`. */
export function binDirectory(packageJson: Readonly<Record<string, unknown>>): string | undefined {
  const directories = objectIn(propertyOf(packageJson, 'directories'));
  const directory = directories === undefined ? undefined : textIn(propertyOf(directories, 'bin'));
  if (directory === undefined || propertyOf(packageJson, 'bin') !== undefined) return undefined;
  return insidePackage(directory)?.replace(/\/$/, '');
}

/** The commands of such a directory; hidden files are none. */
export function binOfDirectory(directory: string, files: readonly string[]): Record<string, string> | undefined {
  const visible = files.filter((file) => !file.split('/').some((part) => part.startsWith('.')));
  return clean(visible.sort().map((file) => [file, `${directory}/${file}`]));
}

function clean(entries: readonly (readonly [string, string])[]): Record<string, string> | undefined {
  const commands = entries.flatMap(([name, path]): [string, string][] => {
    const command = insidePackage(name.replaceAll(/[\\:]/g, '/'));
    const target = insidePackage(path);
    return command === undefined || target === undefined ? [] : [[posix.basename(command), target]];
  });
  return commands.length === 0 ? undefined : Object.fromEntries(commands);
}

/** The path, which no `..` leads out of the package; undefined when nothing is left of it. */
function insidePackage(path: string): string | undefined {
  return posix.join('/', path.replaceAll('\\', '/')).slice(1) || undefined;
}
