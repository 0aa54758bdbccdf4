import { MAX_NAME, type Pattern } from './pattern.js';
import { TERMS, type Words } from './words.js';

/** A licence that stands in a text. */
export interface Match {
  pattern: Pattern;
  /** Indexes of words of the text; `end` is the one after the last. */
  start: number;
  end: number;
  /** Differences, all harmless: of two licences that match, the one with fewer is it. */
  differences: number;
}

/**
 * Whether the pattern stands in the text from the word `start` on. Nothing is measured: every word has to be there, and
 * none besides, but for a few misspelt ones, articles, bullets, and names of people. So a sentence more or less in a
 * long licence is noticed as well as in a short one. Linear in the length of the pattern.
 */
export function matchAt(pattern: Pattern, from: number, text: Words, start: number): Match | undefined {
  let match: Match | undefined;
  let [i, j, differences, names] = [from, start, 0, 0];
  let skipped = 0;
  for (;;) {
    const [afterNotice, afterTextNotice] = [pattern.notices[i] ?? i, text.notices[j] ?? j];
    if (pattern.ends.has(i)) match = { pattern, start, end: j, differences: differences + names };
    if (afterNotice > i && afterTextNotice > j) {
      [i, j] = [afterNotice, afterTextNotice];
      continue;
    }
    const slotEnd = pattern.slots.get(i);
    const nameEnd = slotEnd === undefined ? undefined : endOfName(pattern, slotEnd, text, j);
    if (slotEnd !== undefined && nameEnd !== undefined) {
      if (text.words.slice(j, nameEnd).join(' ') !== pattern.words.slice(i, slotEnd).join(' ')) names += 1;
      [i, j] = [slotEnd, nameEnd];
      continue;
    }
    if (i < pattern.words.length && pattern.words[i] === text.words[j]) {
      i += 1;
      j += 1;
      skipped = 0;
      continue;
    }
    skipped += 1;
    if (skipped > MAX_SKIPPED) return match;
    if (afterNotice > i || afterTextNotice > j) {
      [i, j] = [afterNotice, afterTextNotice];
      continue;
    }
    if (i >= pattern.words.length || j >= text.words.length) return match;
    const step = overNoEndorsement(pattern, i, text, j) ?? stepOver(pattern, i, text, j);
    if (step === undefined) return match;
    differences += step.differences;
    if (differences > 2 + (i - from) / 100) return match;
    i += step.i;
    j += step.j;
  }
}

/** Bullets and notices in a row. Without a limit, a text of nothing else would be read to its end from each word. */
const MAX_SKIPPED = 50;

/** Where in the text the words follow that come after a name in the pattern. */
function endOfName(pattern: Words, slotEnd: number, text: Words, from: number): number | undefined {
  for (let at = from; at <= from + MAX_NAME && at + 1 < text.words.length; at++) {
    const isEnd = [0, 1].every((next) => isLike(pattern.words[slotEnd + next], text.words[at + next]));
    if (isEnd) return at;
    if (TERMS.has(text.words[at])) return undefined;
  }
  return undefined;
}

interface Step {
  i: number;
  j: number;
  differences: number;
}

/** Over a harmless difference, in words of the pattern (i) and the text (j). */
function stepOver(pattern: Words, i: number, text: Words, j: number): Step | undefined {
  const [a, nextA] = [pattern.words[i], pattern.words[i + 1]];
  const [b, nextB] = [text.words[j], text.words[j + 1]];
  const bullets = { i: pattern.bullets[i] - i, j: text.bullets[j] - j };
  if (bullets.i > 0 || bullets.j > 0) return { ...bullets, differences: 0 };
  if (nextB === 'text' && hasPhrase(text.words, j, ASIDE)) return { i: 0, j: ASIDE_LENGTH, differences: 0 };
  if (isJoined(a, nextA, b)) return { i: 2, j: 1, differences: 0 };
  if (isJoined(b, nextB, a)) return { i: 1, j: 2, differences: 0 };
  if (LITTLE.has(a) && isFollowed(nextA, b)) return { i: 1, j: 0, differences: 1 };
  if (LITTLE.has(b) && isFollowed(a, nextB)) return { i: 0, j: 1, differences: 1 };
  if (isLike(a, b)) return { i: 1, j: 1, differences: 1 };
  return undefined;
}

/** What newer copies of the licences of Creative Commons say of themselves. */
const ASIDE =
  'the text of the creative commons public licenses is dedicated to the public domain ' +
  'under the cc0 public domain dedication';
const ASIDE_LENGTH = ASIDE.split(' ').length;

/** "The names of X may not be used" says the same as "Neither the name of X nor the names of Y may be used". */
function overNoEndorsement(pattern: Words, i: number, text: Words, j: number): Step | undefined {
  if (pattern.words[i] !== 'neither' || !hasPhrase(pattern.words, i, 'neither the name of')) return undefined;
  if (!/^the names? of$/.test(phraseAt(text.words, j, 3))) return undefined;
  const end = within(i, (at) => hasPhrase(pattern.words, at, 'may be used'));
  const textEnd = within(j, (at) => hasPhrase(text.words, at, 'may not be used'));
  if (end === undefined || textEnd === undefined) return undefined;
  if (text.words.slice(j, textEnd).some((word) => TERMS.has(word))) return undefined;
  return { i: end + 3 - i, j: textEnd + 4 - j, differences: 1 };
}

function within(from: number, isThere: (at: number) => boolean): number | undefined {
  for (let at = from; at < from + 2 * MAX_NAME; at++) if (isThere(at)) return at;
  return undefined;
}

function hasPhrase(words: readonly string[], at: number, phrase: string): boolean {
  return phraseAt(words, at, phrase.split(' ').length) === phrase;
}

function phraseAt(words: readonly string[], at: number, length: number): string {
  return words.slice(at, at + length).join(' ');
}

/** Words that change nothing when they are left out. */
const LITTLE = new Set(['a', 'an', 'the', 'of', 'or', 'in', 'to', 'and']);

function isFollowed(word: string | undefined, other: string | undefined): boolean {
  return word !== undefined && word === other;
}

/** "sub-license" and "sublicense". */
function isJoined(first: string, second: string | undefined, whole: string): boolean {
  return first.length + (second?.length ?? 0) === whole.length && whole === `${first}${second}`;
}

/** Whether they are equal but for one letter, and long enough that this is a slip or a plural. */
export function isLike(one: string | undefined, other: string | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length < 4 || long.length - short.length > 1 || /\d/.test(long)) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = short.length === long.length ? at + 1 : at;
  return short.slice(rest) === long.slice(at + 1);
}
