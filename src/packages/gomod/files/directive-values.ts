import { quote } from '../../quote.js';
import { parseGoVersion } from '../modules/go-version.js';
import { isLocalPath } from '../modules/local-path.js';
import type { Directive } from './directives.js';
import { textOfWord } from './quoted-text.js';

/** A `replace` of a `go.mod` or `go.work`. */
export interface GoReplace {
  path: string;
  /** The one version that is replaced; undefined = every one. */
  version?: string;
  /** Of another module, or a directory as written. */
  newPath: string;
  /** Undefined = `newPath` is a directory. */
  newVersion?: string;
}

/** The word of a directive that has exactly one. Throws `InvalidFileFormat`. */
export function onlyWord({ verb, words, invalid }: Directive): string {
  if (words.length !== 1) throw invalid(`${quote(verb)} must be followed by exactly one word.`);
  return words[0];
}

/** What a word means, without its quotes. Throws `InvalidFileFormat`. */
export function textOf(word: string, { invalid }: Directive): string {
  const text = textOfWord(word);
  if (text === undefined) throw invalid(`${quote(word)} is not well quoted, or holds what no name or path may hold.`);
  return text;
}

/** The only value of a directive that a file may have once. Throws `InvalidFileFormat`. */
export function once(earlier: string | undefined, value: string, { verb, invalid }: Directive): string {
  if (earlier !== undefined) throw invalid(`${quote(verb)} may stand only once.`);
  return value;
}

/** The version of a `go` line, such as `1.22`, `1.22.3` or `1.23rc1`. Throws `InvalidFileFormat`. */
export function goLine(directive: Directive): string {
  const version = onlyWord(directive);
  if (!directive.inBlock && version.includes('.') && parseGoVersion(version) === version) return version;
  throw directive.invalid(`${quote(version)} is not a Go version; write a line such as "go 1.23.0".`);
}

/** The name in a `toolchain` line, such as `go1.22.3`, `go1.22.3-custom` or `default`. Throws `InvalidFileFormat`. */
export function toolchainLine(directive: Directive): string {
  const name = onlyWord(directive);
  const isToolchain = name.startsWith('go1') && parseGoVersion(name) !== undefined;
  if (!directive.inBlock && (name === 'default' || isToolchain)) return name;
  throw directive.invalid(`${quote(name)} is not a toolchain; write a line such as "toolchain go1.23.0".`);
}

/** Reads a `replace`. Throws `InvalidFileFormat`. */
export function replaceLine(directive: Directive): GoReplace {
  const { words, invalid } = directive;
  const arrow = words[1] === '=>' ? 1 : 2;
  if (words[arrow] !== '=>' || words.length < arrow + 2 || words.length > arrow + 3) {
    throw invalid('a replacement is written as "replace example.org/old [v1.2.3] => example.org/new v1.2.4", or "=> ./directory".');
  }
  const texts = words.map((word) => textOf(word, directive));
  const [newPath, newVersion] = texts.slice(arrow + 1);
  if (isLocalPath(newPath) !== (newVersion === undefined)) {
    throw invalid(`the replacement ${quote(newPath)} must be a directory without version (./ or ../), or a module with one.`);
  }
  return {
    path: texts[0],
    ...(arrow === 2 ? { version: texts[1] } : {}),
    newPath,
    ...(newVersion === undefined ? {} : { newVersion }),
  };
}
