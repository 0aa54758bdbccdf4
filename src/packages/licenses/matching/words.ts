/**
 * A text as the SPDX matching guidelines (SPDX 2.3 annex B) see it: case, white space, punctuation, quotes, dashes,
 * comment markers and spellings do not count, so that only words are left.
 */
export interface Words {
  words: readonly string[];
  /** At each word the number of its line. */
  lines: readonly number[];
  /** At each word the index after a bullet that begins here and need not be there; its own index when there is none. */
  bullets: readonly number[];
  /** The same for copyright notices. */
  notices: readonly number[];
}

/** Linear in the length of the text. */
export function wordsOf(text: string): Words {
  const words: string[] = [];
  const lines: number[] = [];
  const bullets: number[] = [];
  const notices: number[] = [];
  let previous = 0;
  text.split(LINE_END).forEach((rawLine, number) => {
    const line = rawLine.replaceAll('&copy;', '©');
    const first = words.length;
    const plain = plainLine(line);
    for (const [word] of plain.matchAll(WORD)) if (!UNSPOKEN.has(word)) words.push(SPELLINGS.get(word) ?? word);
    for (let at = first; at < words.length; at++) {
      lines.push(number);
      bullets.push(at);
      notices.push(at);
    }
    if (words.length === first) return;
    bullets[first] = first + bulletLength(plain);
    previous = noticeLength(line, words.length - first, previous);
    notices[first] = first + previous;
  });
  return { words, lines, bullets, notices };
}

const LINE_END = /\r\n|[\n\v\f\r\u2028\u2029]/;
const WORD = /[\p{L}\p{N}]+/gu;

/** Lower case, without apostrophes, so that "licensor's" is one word. A byte that was no UTF-8 may have been one. */
function plainLine(line: string): string {
  return line
    .toLowerCase()
    .replace(/&(?:quot|lt|gt|nbsp|apos|#39|ldquo|rdquo|lsquo|rsquo);/g, ' ')
    .replace(/wiki\.creativecommons\.org\/\w+/g, ' ')
    .replace(/(?<=\p{L})['’\uFFFD](?=\p{L})/gu, '');
}

/** Words of a bullet: `1.`, `a)`, `(iv)`, `1.2.`, behind comment markers. */
function bulletLength(line: string): number {
  const bullet = /^[^\p{L}\p{N}]*((?:\d{1,2}|[a-z]|[ivx]{1,4})(?:\.\d{1,2})*)[.)\]]+(?=\s|$)/u.exec(line)?.[1];
  return bullet === undefined ? 0 : bullet.split('.').length;
}

/**
 * Words of a copyright notice: a whole line of `length` words, unless it says more than who and when. A line with an
 * address of e-mail goes on with the notice of the line before, which had `previous` words of one.
 */
function noticeLength(line: string, length: number, previous: number): number {
  if (/^[^\p{L}\p{N}]*all rights reserved/iu.test(line)) return 3;
  const parts = line.split(/\s+/);
  const names = parts.filter((part) => !part.includes('@') && !part.includes('://'));
  if (!isNotice(line) && (previous === 0 || names.length === parts.length)) return 0;
  return wordsIn(names.join(' ')).some((word) => TERMS.has(word)) ? 0 : length;
}

function wordsIn(line: string): string[] {
  return Array.from(line.toLowerCase().matchAll(WORD), ([word]) => word);
}

function isNotice(line: string): boolean {
  if (/^[^\p{L}\p{N}©]*(?:©|\(c\)\s*\d{4}|(?:51 franklin|59 temple) )/iu.test(line)) return true;
  const [, mark, next] = NOTICE_START.exec(line) ?? [];
  if (next === undefined) return mark !== undefined;
  if (BODY_WORDS.has(next.toLowerCase())) return false;
  return mark !== '' || /^(?:\p{Lu}|authors\b|contributors\b)/u.test(next) || /\b(?:19|20)\d\d\b/.test(line);
}

/** "Copyright", what marks a notice (a sign, the place of a year), and the next word. */
const NOTICE_START = new RegExp(
  '^[^\\p{L}\\p{N}]*(?:portions )?copyrights?[^\\p{L}\\p{N}©([{<\uFFFD]*' +
    '([©\uFFFD[{<]|\\(c\\)|)[^\\p{L}\\p{N}]*([\\p{L}\\p{N}]+)?',
  'iu',
);

/** A line of a text may begin with "copyright" and one of these without being a notice. */
const BODY_WORDS = new Set(
  (
    'notice notices holder holders owner owners license licenses law laws and or interest interests ' +
    'statement statements grant in rights right permission treaty treaties if is of to for protection act ' +
    'acts'
  ).split(' '),
);

/** Words that say what may be done: a line with one of them is no mere copyright notice, and no name. */
export const TERMS: ReadonlySet<string> = new Set(
  (
    'agree agreement allowed buy charge commercial commercially condition conditions confidential copied ' +
    'copies copy distribute distributed distributing educational evaluation except exception fee forbidden ' +
    'granted internal license licensed licenses may money must never no non noncommercial nonprofit nor not ' +
    'only paid pay payment permission permitted prohibited proprietary provided purchase redistribute ' +
    'redistributed restricted restriction restrictions shall should subject trial unless use used using ' +
    'warranties warranty without'
  ).split(' '),
);

/** Parts of addresses: the same page, with or without them. */
const UNSPOKEN = new Set(['http', 'https', 'www']);

/** Spellings of the same word (the "equivalent words" of the guidelines). */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  (
    'acknowledgement acknowledgment,analogue analog,analyse analyze,artefact artifact,' +
    'authorisation authorization,authorised authorized,calibre caliber,cancelled canceled,catalogue catalog,' +
    'categorise categorize,centre center,emphasised emphasized,favour favor,favourite favorite,' +
    'fulfil fulfill,fulfilment fulfillment,initialise initialize,judgement judgment,labelling labeling,' +
    'labour labor,licence license,licences licenses,licenced licensed,maximise maximize,modelled modeled,' +
    'modelling modeling,offence offense,optimise optimize,organisation organization,organise organize,' +
    'practise practice,programme program,realise realize,recognise recognize,signalling signaling,' +
    'utilisation utilization,whilst while,wilful willful,owner holder,owners holders'
  )
    .split(',')
    .map((pair): [string, string] => {
      const [spelling = '', word = ''] = pair.split(' ');
      return [spelling, word];
    }),
);
