import { goLine, type GoReplace, once, onlyWord, replaceLine, textOf, toolchainLine } from './directive-values.js';
import { directivesOf } from './directives.js';
import { checkSize } from './invalid-file.js';

/** What a `go.work` says, as far as it matters here. */
export interface GoWorkFile {
  /** As in a `go.mod`. */
  go: string | undefined;
  toolchain: string | undefined;
  /** The directories of its modules, as written: relative to that of the file, or absolute. */
  use: string[];
  replace: GoReplace[];
}

const MAX_SIZE = 4;

/**
 * Parses a `go.work` (https://go.dev/ref/mod#go-work-file); `file` is its name in messages. Other directives are passed
 * over. Throws `InvalidFileFormat` with the line.
 */
export function parseGoWork(text: string, file: string): GoWorkFile {
  checkSize(text, file, MAX_SIZE);
  const result: GoWorkFile = { go: undefined, toolchain: undefined, use: [], replace: [] };
  for (const directive of directivesOf(text, file)) {
    const { verb } = directive;
    if (verb === 'go') result.go = once(result.go, goLine(directive), directive);
    else if (verb === 'toolchain') result.toolchain = once(result.toolchain, toolchainLine(directive), directive);
    else if (verb === 'use') result.use.push(textOf(onlyWord(directive), directive));
    else if (verb === 'replace') result.replace.push(replaceLine(directive));
  }
  return result;
}
