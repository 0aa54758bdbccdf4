import { isTitle, MAX_TITLE } from './titles.js';
import { type Words, wordsOf } from './words.js';

/** What a text is compared with: the body of a licence of the SPDX list, without its title. */
export interface Pattern extends Words {
  /** The licences that have this text. */
  ids: readonly string[];
  /** Words of names and titles of the licence: they may stand around its text. */
  titleWords: ReadonlySet<string>;
  /** Where the body may begin. */
  starts: readonly number[];
  /** Word index → index after the name of somebody that begins there, which may be another one. */
  slots: ReadonlyMap<number, number>;
  /** Indexes at which a text may end. */
  ends: ReadonlySet<number>;
}

/** The pattern of a text that the licences `ids` have. `names`: of these licences. */
export function patternOf(text: string, ids: readonly string[], names: readonly string[]): Pattern {
  const whole = wordsOf(text);
  const nameWords = new Set(wordsOf([...ids, ...names].join('\n')).words);
  const start = bodyStart(whole, nameWords);
  const starts = [start, ...CREATIVE_COMMONS_STARTS.flatMap((phrase) => occurrences(whole.words, phrase))];
  const titleEnd = Math.max(start, ...starts.filter((at) => at <= MAX_TITLE));
  const titleWords = new Set([...nameWords, ...whole.words.slice(0, titleEnd)]);
  return { ...whole, ids, titleWords, starts, slots: slotsOf(whole.words), ends: endsOf(whole.words) };
}

/** After title and copyright notices. */
function bodyStart({ words, lines, bullets, notices }: Words, nameWords: ReadonlySet<string>): number {
  let at = 0;
  while (at < words.length) {
    const lineEnd = endOfLine(lines, at);
    if (notices[at] > at) at = notices[at];
    else if (isTitle(words.slice(at, lineEnd).filter((word) => !isNumber(word)), nameWords)) at = lineEnd;
    else break;
  }
  return bullets[at] ?? 0;
}

function isNumber(word: string): boolean {
  return /^\d+(?:st|nd|rd|th)?$/.test(word);
}

/** What stands before tells about Creative Commons, not about the licence. */
const CREATIVE_COMMONS_STARTS = [
  'creative commons corporation creative commons is not a law firm',
  'by exercising the licensed rights defined below',
  'statement of purpose the laws of most jurisdictions',
];

function endOfLine(lines: readonly number[], from: number): number {
  let end = from;
  while (end < lines.length && lines[end] === lines[from]) end++;
  return end;
}

/** Where a licence names somebody: each user of the licence puts in another name. Between these words. */
const SLOTS: readonly (readonly [before: string, after: string])[] = [
  ['neither the name of', 'nor the'],
  ['nor the names of', 'may be used'],
  ['provided by', 'as is'],
  ['in no event shall', 'be liable'],
  ['is provided as is and', 'disclaims all'],
  ['free software foundation inc', 'also add information'],
];
/** Words of such a name. */
export const MAX_NAME = 25;

function slotsOf(words: readonly string[]): Map<number, number> {
  const slots = new Map<number, number>();
  for (const [before, after] of SLOTS) {
    for (const start of occurrences(words, before)) {
      const from = start + before.split(' ').length;
      const [end] = occurrences(words.slice(from, from + MAX_NAME), after);
      if (end !== undefined) slots.set(from, from + end);
    }
  }
  return slots;
}

/**
 * What follows tells how to apply the licence to a program, is another licence that it builds on, or tells about
 * Creative Commons; many leave it out.
 */
const ENDS_BEFORE = ['end of terms and conditions', 'creative commons is not a party to its public licenses'];
const ENDS_AFTER = ['end of terms and conditions', 'choose that version for the library'];

function endsOf(words: readonly string[]): Set<number> {
  const before = ENDS_BEFORE.flatMap((phrase) => occurrences(words, phrase));
  const after = ENDS_AFTER.flatMap((phrase) => occurrences(words, phrase).map((at) => at + phrase.split(' ').length));
  return new Set([words.length, ...before, ...after]);
}

export function occurrences(words: readonly string[], phrase: string): number[] {
  const wanted = phrase.split(' ');
  const found: number[] = [];
  for (let at = 0; at + wanted.length <= words.length; at++) {
    if (wanted.every((word, index) => words[at + index] === word)) found.push(at);
  }
  return found;
}
