import { quote } from '../../quote.js';
import { invalidLine } from './invalid-file.js';
import type { Line } from './lines.js';

/** What a line of a `go.mod` or `go.work` is made of. */
export interface LineWords {
  /** As written: a quoted text with its quotes, brackets and commas each for itself. */
  words: string[];
  /** What stands behind `//`; undefined without. */
  comment: string | undefined;
}

const SPACES: readonly string[] = [' ', '\t', '\r'];
const PUNCTUATION: readonly string[] = ['(', ')', '[', ']', '{', '}', ','];
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
/** Printable ASCII but for punctuation and slashes: nearly everything. */
const RUN = /[!-'*+.0-Z\\^-z|~-]*/y;

/** Takes a line apart by the lexical rules of https://go.dev/ref/mod#go-mod-file-lexical. Throws `InvalidFileFormat`. */
export function lineWords(line: Line, file: string): LineWords {
  const { text } = line;
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACES.includes(text[at])) {
      at++;
      continue;
    }
    if (text.startsWith('//', at)) return { words, comment: text.slice(at + 2) };
    const end = endOfWord(text, at, (message) => invalidLine(file, line.number, message));
    words.push(text.slice(at, end));
    at = end;
  }
  return { words, comment: undefined };
}

type Fault = (message: string) => Error;

function endOfWord(text: string, start: number, fault: Fault): number {
  if (PUNCTUATION.includes(text[start])) return start + 1;
  if (text[start] === '"' || text[start] === '`') return endOfQuoted(text, start, fault);
  return endOfPlain(text, start, fault);
}

function endOfQuoted(text: string, start: number, fault: Fault): number {
  const mark = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === mark) return at + 1;
    if (text[at] === '\\' && mark === '"') at++;
  }
  throw fault('a quoted text does not end on its line.');
}

function endOfPlain(text: string, start: number, fault: Fault): number {
  let at = endOfRun(text, start);
  while (at < text.length && !SPACES.includes(text[at]) && !PUNCTUATION.includes(text[at])) {
    if (text.startsWith('//', at)) return at;
    if (text.startsWith('/*', at)) throw fault('comments must begin with //, not with /*.');
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character !== '/' && !PRINTABLE.test(character)) throw fault(`the character ${quote(character)} may not stand here.`);
    at = endOfRun(text, at + character.length);
  }
  return at;
}

function endOfRun(text: string, start: number): number {
  RUN.lastIndex = start;
  RUN.test(text);
  return RUN.lastIndex;
}
