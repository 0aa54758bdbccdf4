import licenses from 'spdx-license-list/full.js';
import { occurrences, type Pattern, patternOf } from './pattern.js';
import { wordsOf } from './words.js';

/** The licences of the SPDX list, prepared for comparing. */
export interface LicenseList {
  /** First word → the patterns that begin with it. */
  byFirstWord: ReadonlyMap<string, readonly Pattern[]>;
  /** Words of the names of all licences. */
  nameWords: ReadonlySet<string>;
}

/** Made once in a thread: it takes about a second. */
export function licenseList(): LicenseList {
  return (made ??= make());
}

let made: LicenseList | undefined;

function make(): LicenseList {
  const byFirstWord = new Map<string, Pattern[]>();
  const nameWords = new Set<string>();
  for (const pattern of [...patterns(), ...noticePatterns()]) {
    for (const first of new Set(pattern.starts.map((start) => pattern.words[start]))) {
      byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), pattern]);
    }
    for (const id of pattern.ids) for (const word of wordsOf(`${id}\n${licenses[id].name}`).words) nameWords.add(word);
  }
  return { byFirstWord, nameWords };
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
  ['MPL-2.0', 'this source code form is subject to the terms of the mozilla public license v 2 0', 'mozilla org mpl 2 0'],
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
