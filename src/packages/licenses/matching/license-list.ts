import licenses from 'spdx-license-list/full.js';
import { occurrences, type Pattern, patternOf } from './pattern.js';
import { wordsOf } from './words.js';

/** The licences of the SPDX list, prepared for comparing. */
export interface LicenseList {
  /** `openingOf` → the patterns with such a beginning. */
  byOpening: ReadonlyMap<string, readonly Beginning[]>;
  /** Words of the names of all licences. */
  nameWords: ReadonlySet<string>;
}

export interface Beginning {
  pattern: Pattern;
  start: number;
}

/** The words by which a licence is found: so many that few texts of other things have them. */
export function openingOf(words: readonly string[], at: number): string {
  return words.slice(at, at + 3).join(' ');
}

/** Made once in a thread: it takes about a second. */
export function licenseList(): LicenseList {
  return (made ??= make());
}

let made: LicenseList | undefined;

function make(): LicenseList {
  const byOpening = new Map<string, Beginning[]>();
  const nameWords = new Set<string>();
  for (const pattern of [...patterns(), ...noticePatterns()]) {
    for (const start of new Set(pattern.starts)) {
      const opening = openingOf(pattern.words, start);
      byOpening.set(opening, [...(byOpening.get(opening) ?? []), { pattern, start }]);
    }
    for (const id of pattern.ids) for (const word of wordsOf(`${id}\n${licenses[id].name}`).words) nameWords.add(word);
  }
  return { byOpening, nameWords };
}

/** Shorter ones could stand in any text. */
const MIN_WORDS = 10;

function patterns(): Pattern[] {
  const idsByText = new Map<string, string[]>();
  for (const [id, { licenseText }] of Object.entries(licenses)) {
    const key = wordsOf(licenseText).words.join(' ');
    idsByText.set(key, [...(idsByText.get(key) ?? []), id]);
  }
  return [...idsByText.values()]
    .map((ids) => patternOf(licenses[ids[0]].licenseText, ids, ids.map((id) => licenses[id].name)))
    .filter(({ words, starts }) => words.length - starts[0] >= MIN_WORDS);
}

/** Notices that stand for a licence: the licence itself tells to put them into each file. */
const NOTICES: readonly (readonly [id: string, from: string, to: string])[] = [
  ['Apache-2.0', 'licensed under the apache license version 2 0', 'and limitations under the license'],
  ['MPL-2.0', 'this source code form is subject to the terms of the mozilla public license', 'mozilla org mpl 2 0'],
];

function noticePatterns(): Pattern[] {
  return NOTICES.map(([id, from, to]) => {
    const { words } = wordsOf(licenses[id].licenseText);
    const [start = 0] = occurrences(words, from);
    const [length = 0] = occurrences(words.slice(start), to);
    const text = words.slice(start, start + length + to.split(' ').length).join(' ');
    return { ...patternOf(text, [id], [licenses[id].name]), starts: [0] };
  });
}
