import { quote } from '../../quote.js';
import { isImportPath } from '../modules/module-path.js';
import { goLine, type GoReplace, once, onlyWord, replaceLine, textOf, toolchainLine } from './directive-values.js';
import { type Directive, directivesOf } from './directives.js';
import { checkSize } from './invalid-file.js';

export type { GoReplace } from './directive-values.js';

/** What a `go.mod` says, as far as it matters here. */
export interface GoModFile {
  /** An import path; for a module that is never fetched it need not have a host. */
  module: string | undefined;
  /** `1.22`, `1.22.3`, `1.23rc1`. */
  go: string | undefined;
  /** `go1.22.3`, `go1.22.3-custom`, `default`. */
  toolchain: string | undefined;
  require: GoRequirement[];
  replace: GoReplace[];
}

export interface GoRequirement {
  path: string;
  version: string;
  /** Whether only other modules need it, by its comment. */
  indirect: boolean;
}

const MAX_SIZE = 4;
const INDIRECT = /^\s*indirect(?:\s*$|;\s+\S)/;

/**
 * Parses a `go.mod` (https://go.dev/ref/mod#go-mod-file); `file` is its name in messages. Directives that do not matter
 * here, and those that a newer Go may bring, are passed over. Paths and versions of other modules are as written: a version
 * may be short or the name of a branch, which `go` itself makes a version of; check them before they become part of a path
 * or an address. Throws `InvalidFileFormat` with the line.
 */
export function parseGoMod(text: string, file: string): GoModFile {
  checkSize(text, file, MAX_SIZE);
  const result: GoModFile = { module: undefined, go: undefined, toolchain: undefined, require: [], replace: [] };
  for (const directive of directivesOf(text, file)) {
    const { verb } = directive;
    if (verb === 'module') result.module = once(result.module, moduleLine(directive), directive);
    else if (verb === 'go') result.go = once(result.go, goLine(directive), directive);
    else if (verb === 'toolchain') result.toolchain = once(result.toolchain, toolchainLine(directive), directive);
    else if (verb === 'require') result.require.push(requireLine(directive));
    else if (verb === 'replace') result.replace.push(replaceLine(directive));
  }
  return result;
}

function moduleLine(directive: Directive): string {
  const path = textOf(onlyWord(directive), directive);
  if (!isImportPath(path)) throw directive.invalid(`${quote(path)} is not the path of a Go module.`);
  return path;
}

function requireLine(directive: Directive): GoRequirement {
  const { words, comment, invalid } = directive;
  if (words.length !== 2) throw invalid('a requirement is written as "require example.org/module v1.2.3".');
  const [path, version] = words.map((word) => textOf(word, directive));
  return { path, version, indirect: comment !== undefined && INDIRECT.test(comment) };
}
