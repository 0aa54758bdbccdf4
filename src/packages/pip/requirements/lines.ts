import { TextDecoder } from 'node:util';
import { ValidationError } from '../../../errors/index.js';
import { invalidLine, type Place } from './place.js';

/** Limits of one requirements file. Generated ones with every hash of 500 releases have about 50,000 lines. */
export const MAX_FILE_SIZE = 4 * 1024 * 1024;
const MAX_LINES = 100_000;
/** Characters of a line with its continuations: three thousand hashes. */
const MAX_LINE_LENGTH = 256 * 1024;

/** What Python calls white space, and which of it ends a line there (`str.isspace`, `str.splitlines`). */
const WHITE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const WHITE_CHARACTER = new RegExp(`[${WHITE}]`);
const WHITE_RUN = new RegExp(`[${WHITE}]+`);
const LINE_BREAK = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;
const CONTROL = /[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]/;

/** A line with those that continue it, without comments and white space at its ends. */
export interface LogicalLine {
  /** Where it begins, from 1. */
  line: number;
  text: string;
}

/** The text of a requirements file; a byte order mark is dropped. Throws `ValidationError` when it is not UTF-8. */
export function decodeRequirements(content: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new ValidationError(`${file} is not UTF-8 text. Save it in this encoding.`);
  }
}

/**
 * The lines of a requirements file that say something. A backslash at the end joins a line with the next one, as in
 * pip: nothing is inserted; a line that is a comment never continues, but ends what came before.
 */
export function* logicalLines(text: string, file: string): Generator<LogicalLine> {
  let joined = '';
  let begin = 0;
  for (const { line, text: physical } of physicalLines(text, file)) {
    if (begin === 0) begin = line;
    const isComment = trimmed(physical).startsWith('#');
    const continues = physical.endsWith('\\') && !isComment;
    // The blank keeps a comment a comment behind what it is joined to.
    joined += continues ? withoutBackslashes(physical) : isComment ? ` ${physical}` : physical;
    if (joined.length > MAX_LINE_LENGTH)
      throw invalidLine({ file, line: begin }, `The line is longer than ${MAX_LINE_LENGTH} characters.`);
    if (continues) continue;
    yield* meaningful(joined, { file, line: begin });
    joined = '';
    begin = 0;
  }
  if (begin > 0) yield* meaningful(joined, { file, line: begin });
}

/** Parts of a line that are separated by white space. */
export function wordsOf(text: string): string[] {
  return text.split(WHITE_RUN).filter((word) => word !== '');
}

function* physicalLines(text: string, file: string): Generator<LogicalLine> {
  let start = 0;
  let line = 1;
  for (const { 0: lineBreak, index } of text.matchAll(LINE_BREAK)) {
    yield { line, text: text.slice(start, index) };
    start = index + lineBreak.length;
    line += 1;
    if (line > MAX_LINES) throw new ValidationError(`${file} has more than ${MAX_LINES} lines. Split it.`);
  }
  if (start < text.length) yield { line, text: text.slice(start) };
}

function* meaningful(joined: string, place: Place): Generator<LogicalLine> {
  const text = trimmed(withoutComment(joined));
  if (CONTROL.test(text)) throw invalidLine(place, 'The line holds control characters. Remove them.');
  if (text !== '') yield { line: place.line, text };
}

/** A comment begins with `#` at the start or behind white space. (A regular expression would take quadratic time.) */
function withoutComment(text: string): string {
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1)) {
    if (at === 0 || WHITE_CHARACTER.test(text.charAt(at - 1))) return text.slice(0, at);
  }
  return text;
}

function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_CHARACTER.test(text.charAt(start))) start += 1;
  while (end > start && WHITE_CHARACTER.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function withoutBackslashes(text: string): string {
  let end = text.length;
  while (end > 0 && text.charAt(end - 1) === '\\') end -= 1;
  return text.slice(0, end);
}
