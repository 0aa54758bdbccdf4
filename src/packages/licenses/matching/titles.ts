import { TERMS } from './words.js';

/** Words of a title of a licence, besides those of its name. */
const GENERIC: ReadonlySet<string> = new Set(
  (
    'a an and are as at available below by clause code com contents copyright covered details distributed ' +
    'file files follows following for found full github go golang gnu here html in into is it its legal ' +
    'library license licensed licenses licensing md module of open opensource org original package program ' +
    'project published released repository see software source spdx identifier style text that the their ' +
    'these this to txt under v version which with work you january february march april june july august ' +
    'september october november december'
  ).split(' '),
);

/** Words of a line that is a title. */
export const MAX_TITLE = 16;

/** Whether the words of a line are nothing but a title of a licence whose name has `nameWords`. */
export function isTitle(words: readonly string[], nameWords: ReadonlySet<string>): boolean {
  return words.length <= MAX_TITLE && words.every((word) => isTitleWord(word, nameWords));
}

/** A title may name the software too, by words that are of no other licence's name, and say nothing about terms. */
export function mayBeSoftware(word: string, licenseWords: ReadonlySet<string>): boolean {
  return !TERMS.has(word) && !FURTHER_TERMS.has(word) && !licenseWords.has(word);
}

const FURTHER_TERMS: ReadonlySet<string> = new Set(
  (
    'academic attribution bought commons competing copying distribution donate donation employees evil good ' +
    'however if military modification modifications modified modify party personal private production profit ' +
    'redistribution research royalty sale sell selling sold sublicense third user users'
  ).split(' '),
);

export function isTitleWord(word: string, nameWords: ReadonlySet<string>): boolean {
  return nameWords.has(word) || GENERIC.has(word) || /^(?:v?\d|\d{4})$/.test(word);
}
