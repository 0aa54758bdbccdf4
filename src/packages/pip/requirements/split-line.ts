import { quote } from '../../quote.js';
import { wordsOf } from './lines.js';
import { invalidLine, type Place } from './place.js';

/** What a line consists of. */
export interface SplitLine {
  /** The words that are no options, joined by blanks; empty when there are none. */
  requirement: string;
  editable: boolean;
  /** Values of `--hash`. */
  hashes: string[];
  globals: GlobalOption[];
}

/** An option that is not about the requirement of its line. */
export interface GlobalOption {
  name: GlobalOptionName;
  /** Empty for options without value. */
  value: string;
  /** With its value, as it stands in the file. */
  text: string;
  line: number;
}

export type GlobalOptionName =
  | '--constraint'
  | '--extra-index-url'
  | '--find-links'
  | '--index-url'
  | '--no-binary'
  | '--no-index'
  | '--only-binary'
  | '--pre'
  | '--prefer-binary'
  | '--require-hashes'
  | '--requirement'
  | '--trusted-host'
  | '--use-feature';

type Option = { name: GlobalOptionName; hasValue: boolean } | { name: '--hash' | '--editable'; hasValue: boolean };

const OPTIONS = new Map<string, Option>([
  ['-e', { name: '--editable', hasValue: false }],
  ['--editable', { name: '--editable', hasValue: false }],
  ['--hash', { name: '--hash', hasValue: true }],
  ['-i', { name: '--index-url', hasValue: true }],
  ['--index-url', { name: '--index-url', hasValue: true }],
  ['--extra-index-url', { name: '--extra-index-url', hasValue: true }],
  ['-f', { name: '--find-links', hasValue: true }],
  ['--find-links', { name: '--find-links', hasValue: true }],
  ['--no-binary', { name: '--no-binary', hasValue: true }],
  ['--only-binary', { name: '--only-binary', hasValue: true }],
  ['--trusted-host', { name: '--trusted-host', hasValue: true }],
  ['-c', { name: '--constraint', hasValue: true }],
  ['--constraint', { name: '--constraint', hasValue: true }],
  ['-r', { name: '--requirement', hasValue: true }],
  ['--requirement', { name: '--requirement', hasValue: true }],
  ['--use-feature', { name: '--use-feature', hasValue: true }],
  ['--no-index', { name: '--no-index', hasValue: false }],
  ['--pre', { name: '--pre', hasValue: false }],
  ['--prefer-binary', { name: '--prefer-binary', hasValue: false }],
  ['--require-hashes', { name: '--require-hashes', hasValue: false }],
]);

/** Takes a line apart; nothing is unquoted or expanded. Throws `ValidationError` for options that are not allowed. */
export function splitLine(text: string, place: Place): SplitLine {
  const words = wordsOf(text);
  const requirement: string[] = [];
  const line: SplitLine = { requirement: '', editable: false, hashes: [], globals: [] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      requirement.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const written = equals < 0 ? word : word.slice(0, equals);
    const option = OPTIONS.get(written);
    if (option === undefined) throw unknownOption(word, place);
    if (!option.hasValue && equals >= 0) throw invalidLine(place, `The option ${written} takes no value.`);
    let value = '';
    if (option.hasValue) {
      value = equals < 0 ? (words[++at] ?? '') : word.slice(equals + 1);
      if (value === '' || (equals < 0 && value.startsWith('-')))
        throw invalidLine(place, `The option ${written} needs a value.`);
    }
    if (option.name === '--editable') {
      if (line.editable) throw invalidLine(place, 'The line has -e twice. Write one requirement on a line.');
      line.editable = true;
    } else if (option.name === '--hash') line.hashes.push(value);
    else {
      const whole = equals < 0 && option.hasValue ? `${word} ${value}` : word;
      line.globals.push({ name: option.name, value, text: whole, line: place.line });
    }
  }
  line.requirement = requirement.join(' ');
  if (line.requirement === '' && (line.editable || line.hashes.length > 0))
    throw invalidLine(place, `The line has ${line.editable ? '--editable' : '--hash'}, but no requirement.`);
  return line;
}

/** Shows of an option only what can be no value, since that may be an address with a password. */
function unknownOption(word: string, place: Place): Error {
  const shown = word.startsWith('--') ? (/^--[A-Za-z-]*/.exec(word)?.[0] ?? '--') : word.slice(0, 2);
  const known = OPTIONS.has(shown) ? ' Write a blank or "=" between an option and its value.' : '';
  return invalidLine(place, `The option ${quote(shown)} cannot be used here.${known}`);
}
