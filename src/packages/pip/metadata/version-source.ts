import { ValidationError } from '../../../errors/index.js';
import { quote } from '../../quote.js';
import type { ProjectReader } from './project-reader.js';
import { strip } from './strip.js';

/** Where the modules of a package lie: package → directory; `''` is for all others. */
export type PackageDirectories = ReadonlyMap<string, string>;

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/** `file:`, the trimmed content of files. Throws `ValidationError` when one is not below the package's root. */
export async function versionOfFiles(reader: ProjectReader, paths: readonly string[]): Promise<string | undefined> {
  const texts: string[] = [];
  for (const path of paths) texts.push(strip((await reader.text(strip(path))) ?? ''));
  return strip(texts.join('\n')) || undefined;
}

/**
 * `attr:`, the literal value of a variable such as `pack.version.VERSION`, in the first of several layouts that has
 * such a module. Throws `ValidationError` when it is not made of identifiers, or its file is not below the package's
 * root.
 */
export async function versionOfAttribute(
  reader: ProjectReader,
  attribute: string,
  layouts: readonly PackageDirectories[],
): Promise<string | undefined> {
  for (const directories of layouts) {
    const found = await lookUp(reader, attribute, directories);
    if (found !== undefined) return found.version;
  }
  return undefined;
}

/** Undefined when there is no such module. */
async function lookUp(
  reader: ProjectReader,
  attribute: string,
  directories: PackageDirectories,
): Promise<{ version?: string } | undefined> {
  const names = strip(attribute).replace(/^\./, '').split('.');
  if (!names.every((name) => IDENTIFIER.test(name))) {
    throw new ValidationError(
      `The version of the package is said to be in ${quote(attribute)}, which is no name of a variable in a module. ` +
        'Write it as package.module.VARIABLE.',
    );
  }
  const path = modulePath(names.slice(0, -1), directories);
  const variable = names.at(-1) ?? '';
  return (
    (await reader.versionVariable(`${path}/__init__.py`, variable)) ??
    (await reader.versionVariable(`${path}.py`, variable))
  );
}

/** Without a module, the variable is one of the package's root itself. */
function modulePath(module: readonly string[], directories: PackageDirectories): string {
  const [first = '__init__', ...rest] = module;
  const own = directories.get(first);
  const all = directories.get('');
  const names = own === undefined ? [all, first, ...rest] : [own, ...rest];
  return names.filter((name) => name !== undefined && name !== '').join('/') || '.';
}
