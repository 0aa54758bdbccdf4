import { quote } from '../../quote.js';
import { isLocalPath } from '../modules/local-path.js';
import { isImportPath } from '../modules/module-path.js';
import { isSemver } from '../modules/semver.js';
import { checkSize, invalidLine } from './invalid-file.js';
import { linesOf, wordsOf } from './lines.js';

/** A module of which packages lie in `vendor/`. */
export interface VendoredModule {
  path: string;
  /** Undefined = whichever; it is replaced. */
  version?: string;
  /** What stands in its place: a directory as written, or a module at a version. */
  replacement?: { path: string; version?: string };
  /** Import paths; at least one. */
  packages: string[];
}

const MAX_SIZE = 4;

/**
 * Parses a `vendor/modules.txt`; `file` is its name in messages. Modules that are only mentioned, without packages, are
 * left out. Throws `InvalidFileFormat` with the line.
 */
export function parseModulesTxt(text: string, file: string): VendoredModule[] {
  checkSize(text, file, MAX_SIZE);
  const modules: VendoredModule[] = [];
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '' || line.startsWith('## ')) continue;
    if (line.startsWith('#')) {
      const module = moduleOf(line);
      if (module === undefined) throw invalidLine(file, number, `${quote(line)} does not name a module.`);
      modules.push(module);
    } else {
      const name = line.trimEnd();
      if (!isImportPath(name)) throw invalidLine(file, number, `${quote(name)} is not the import path of a package.`);
      const module = modules.at(-1);
      if (module === undefined) throw invalidLine(file, number, `the package ${quote(name)} has no module above it.`);
      module.packages.push(name);
    }
  }
  return modules.filter(({ packages }) => packages.length > 0);
}

/** `# M V`, `# M => P`, `# M V => P`, `# M => N W`, `# M V => N W`. */
function moduleOf(line: string): VendoredModule | undefined {
  const [mark, path, ...rest] = wordsOf(line);
  if (mark !== '#' || path === undefined || !isImportPath(path)) return undefined;
  const version = rest[0] === '=>' ? undefined : rest.shift();
  if (version !== undefined && !isSemver(version)) return undefined;
  if (rest.length === 0) return version === undefined ? undefined : { path, version, packages: [] };
  const replacement = replacementOf(rest);
  return replacement && { path, ...(version === undefined ? {} : { version }), replacement, packages: [] };
}

function replacementOf([arrow, path, version, ...rest]: string[]): VendoredModule['replacement'] {
  if (arrow !== '=>' || path === undefined || rest.length > 0) return undefined;
  if (version === undefined) return isLocalPath(path) ? { path } : undefined;
  return isImportPath(path) && isSemver(version) ? { path, version } : undefined;
}
