import { type Match, matchAt } from './compare.js';
import { type LicenseList, openingOf } from './license-list.js';
import { isTitleWord, mayBeSoftware } from './titles.js';
import { type Words, wordsOf } from './words.js';

/** What was found in a text. */
export interface FoundLicenses {
  /** In the order of the text; several when licences have the same text. */
  licenses: (readonly string[])[];
  /** Whether the text says more than these licences, titles and copyright notices. */
  saysMore: boolean;
}

/** The licences that stand in a text. Linear in its length, but for the number of licences that begin alike. */
export function findLicenses(text: string, list: LicenseList): FoundLicenses {
  const words = wordsOf(text);
  const matches: Match[][] = [];
  const rest: number[] = [];
  for (let at = 0; at < words.words.length; ) {
    const best = bestMatches(words, at, list);
    if (best.length > 0) {
      matches.push(best);
      at = best[0].end;
    } else if (words.notices[at] > at) {
      at = words.notices[at];
    } else {
      rest.push(at);
      at += 1;
    }
  }
  return {
    licenses: matches.map((equals) => [...new Set(equals.flatMap(({ pattern }) => pattern.ids))].sort()),
    saysMore: saysMore(words, rest, matches, list),
  };
}

/** The longest that begin at a word; of these the ones with the fewest differences. */
function bestMatches(text: Words, at: number, { byOpening }: LicenseList): Match[] {
  let best: Match[] = [];
  for (const { pattern, start } of byOpening.get(openingOf(text.words, at)) ?? []) {
    const match = matchAt(pattern, start, text, at);
    if (match === undefined) continue;
    const order = best.length === 0 ? -1 : best[0].end - match.end || match.differences - best[0].differences;
    if (order < 0) best = [match];
    else if (order === 0) best.push(match);
  }
  return best;
}

/** Words before a licence that may be a name of the software. */
const MAX_NAMES = 3;
/** Words of titles. */
const MAX_TITLES = 40;

function saysMore(
  { words }: Words,
  rest: readonly number[],
  matches: readonly Match[][],
  { nameWords }: LicenseList,
): boolean {
  const titleWords = new Set(matches.flat().flatMap(({ pattern }) => [...pattern.titleWords]));
  const lastStart = matches.at(-1)?.[0].start ?? 0;
  const others = rest.filter((at) => !isTitleWord(words[at], titleWords));
  if (rest.length > MAX_TITLES || others.length > MAX_NAMES) return true;
  return others.some((at) => at > lastStart || !mayBeSoftware(words[at], nameWords));
}
