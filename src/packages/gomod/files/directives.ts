import { quote } from '../../quote.js';
import { invalidLine } from './invalid-file.js';
import { type Line, linesOf } from './lines.js';
import { lineWords } from './words.js';

/** One thing that a `go.mod` or `go.work` says: `require example.org/kite v1.2.3`, alone or in a block. */
export interface Directive {
  /** `require`; of a block, all that stands before its bracket. */
  verb: string;
  /** What follows, as written. */
  words: readonly string[];
  /** What stands behind `//` on the same line. */
  comment: string | undefined;
  inBlock: boolean;
  /** The error for this line. */
  invalid(message: string): Error;
}

/** The directives of a file one by one; which there are does not matter. Throws `InvalidFileFormat`. */
export function* directivesOf(text: string, file: string): Generator<Directive> {
  let block: { verb: string; line: number } | undefined;
  for (const line of linesOf(text)) {
    const { words, comment } = lineWords(line, file);
    if (words.length === 0) continue;
    const invalid = (message: string): Error => invalidLine(file, line.number, message);
    if (block === undefined) {
      block = blockOf(words, line);
      if (block === undefined && !isEmptyBlock(words)) yield single(words, comment, invalid);
    } else if (words[0] !== ')') {
      yield { verb: block.verb, words, comment, inBlock: true, invalid };
    } else {
      if (words.length > 1) throw invalid('nothing may follow the bracket that ends a block.');
      block = undefined;
    }
  }
  if (block !== undefined) throw invalidLine(file, block.line, `the block ${quote(block.verb)} does not end.`);
}

function blockOf(words: readonly string[], line: Line): { verb: string; line: number } | undefined {
  if (words.length < 2 || words.at(-1) !== '(') return undefined;
  return { verb: words.slice(0, -1).join(' '), line: line.number };
}

function isEmptyBlock(words: readonly string[]): boolean {
  return words.length > 2 && words.at(-2) === '(' && words.at(-1) === ')';
}

function single(words: readonly string[], comment: string | undefined, invalid: Directive['invalid']): Directive {
  const [verb, ...rest] = words;
  if (!/^[a-z]/.test(verb)) throw invalid(`a line must begin with a directive, not with ${quote(verb)}.`);
  return { verb, words: rest, comment, inBlock: false, invalid };
}
