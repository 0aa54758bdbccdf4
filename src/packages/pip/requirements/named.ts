import { quote } from '../../quote.js';
import { releaseKey } from '../versions.js';
import { invalidLine, type Place, withoutAddress } from './place.js';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/;
const WHOLE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const EXTRAS = /^ *\[([^\]]*)\]/;
/** What a version may consist of is wider than PEP 440: an index may know releases from before it. */
const SPECIFIER = /^(===|==|~=|!=|<=|>=|<|>) *([^ ,;()"'\\/<>=#]+)$/;

/** Characters: longer names do not fit into names of files, nor into an index of the catalogue. */
const MAX_NAME = 200;

export interface Project {
  name: string;
  /** Sorted. */
  extras: string[];
}

/** A version clause of PEP 440. */
export interface Specifier {
  operator: string;
  version: string;
}

/**
 * Name, extras and specifiers of PEP 508: `Storm_Kit[socks] (==1.2)`. Clauses that say the same count once. Throws
 * `ValidationError` for anything else.
 */
export function parseNamed(text: string, place: Place): Project & { specifiers: Specifier[] } {
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw notUnderstood(text, place);
  if (name.length > MAX_NAME) throw invalidLine(place, `The name ${quote(name)} is longer than ${MAX_NAME} characters.`);
  const behindName = text.slice(name.length);
  const brackets = EXTRAS.exec(behindName);
  const extras = (brackets?.[1] ?? '').trim();
  return {
    name,
    extras: parseExtras(extras, place),
    specifiers: parseSpecifiers(behindName.slice(brackets?.[0].length ?? 0).trim(), text, place),
  };
}

/** `socks, http2` → sorted, each once. Throws `ValidationError`. */
export function parseExtras(text: string, place: Place): string[] {
  if (text === '') return [];
  const extras = text.split(',').map((extra) => extra.trim());
  const wrong = extras.find((extra) => !WHOLE_NAME.test(extra));
  if (wrong !== undefined) throw invalidLine(place, `${quote(withoutAddress(wrong))} is not the name of an extra.`);
  return [...new Set(extras)].sort();
}

function parseSpecifiers(text: string, whole: string, place: Place): Specifier[] {
  const isBracketed = text.startsWith('(') && text.endsWith(')');
  const clauses = (isBracketed ? text.slice(1, -1) : text).trim();
  if (clauses === '') return [];
  const specifiers = new Map<string, Specifier>();
  for (const clause of clauses.split(',')) {
    const [, operator, version] = SPECIFIER.exec(clause.trim()) ?? [];
    if (operator === undefined || version === undefined) throw notUnderstood(whole, place);
    const key = `${operator}${operator === '===' ? version.toLowerCase() : releaseKey(version)}`;
    if (!specifiers.has(key)) specifiers.set(key, { operator, version });
  }
  return [...specifiers.values()];
}

function notUnderstood(text: string, place: Place): Error {
  return invalidLine(
    place,
    `${quote(withoutAddress(text))} is not a requirement. Write <name>==<version>, one on a line, without quotes.`,
  );
}
