import { quote } from '../../quote.js';
import { invalidLine, type Place } from './place.js';
import type { FragmentEntry } from './requirement.js';

/** Characters; more, with name and digest, do not fit into an index of the catalogue. */
const MAX_LENGTH = 2048;
/** Visible ASCII without what has no place in addresses. */
const CHARACTERS = /^[!-~]+$/;
const FORBIDDEN = /["'<>\\^`|]/;
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
/** `${TOKEN}` in place of a password: pip fills it in from the environment of the build, which nobody knows here. */
const VARIABLE = /\$\{[A-Z0-9_]+\}/;

/** The parts of an address, as written. */
export interface Address {
  /** `git+https`, lower case. */
  scheme: string;
  /** `user:password@`, or empty. */
  userInfo: string;
  /** Host and port. */
  host: string;
  /** Empty, or beginning with `/`. */
  path: string;
  /** With its `?`, or empty. */
  query: string;
  /** With its `#`, or empty. */
  fragment: string;
}

/**
 * Takes `scheme://user:password@host/path?query#fragment` apart. Throws `ValidationError` for what could be more than
 * an address: it becomes part of paths and of files. Messages show no user and password.
 */
export function parseAddress(text: string, place: Place): Address {
  const [, scheme, rest] = /^([^:]*):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || rest === undefined || text.length > MAX_LENGTH || !CHARACTERS.test(text))
    throw invalidLine(place, 'The address is malformed or too long. Write <scheme>://<host>/<path>.');
  const authorityEnd = endOf(rest, /[/?#]/);
  const authority = rest.slice(0, authorityEnd);
  const fragmentStart = endOf(rest, /#/);
  const queryStart = Math.min(endOf(rest, /\?/), fragmentStart);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const userInfo = authority.slice(0, authority.length - host.length);
  const address = {
    scheme: scheme.toLowerCase(),
    userInfo: VARIABLE.test(userInfo) ? '' : userInfo,
    host,
    path: rest.slice(authorityEnd, queryStart),
    query: rest.slice(queryStart, fragmentStart),
    fragment: rest.slice(fragmentStart),
  };
  check(address, place);
  return address;
}

/** What a fragment consists of; entries without `=` have an empty value. */
export function fragmentEntries(fragment: string): FragmentEntry[] {
  const entries = fragment.replace(/^#/, '').split('&');
  return entries
    .filter((entry) => entry !== '')
    .map((entry) => {
      const equals = entry.indexOf('=');
      const key = equals < 0 ? entry : entry.slice(0, equals);
      return { key: percentDecoded(key), value: equals < 0 ? '' : percentDecoded(entry.slice(equals + 1)) };
    });
}

/** The text as it is where it is not percent-encoded UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function check({ userInfo, host, path, query, fragment }: Address, place: Place): void {
  // Some take a backslash for a slash, and what is before it for the host.
  if (userInfo.includes('\\') || !HOST.test(host) || host.includes('..') || !URL.canParse(`http://${host}/`))
    throw invalidLine(place, 'The address has no valid host.');
  if (FORBIDDEN.test(path + query + fragment))
    throw invalidLine(
      place,
      `The address on ${quote(host)} has quotes, backslashes or other characters that addresses do not have. Write a ` +
        'blank before the ";" of a marker.',
    );
  const decoded = percentDecoded(path);
  if (/[\0-\x1f\x7f-\x9f\\]/.test(decoded) || decoded.split('/').some((part) => part === '.' || part === '..'))
    throw invalidLine(place, `The path of the address on ${quote(host)} has ".", "..", or control characters in it.`);
}

/** Where the first such character stands, or the end. */
function endOf(text: string, character: RegExp): number {
  const found = text.search(character);
  return found < 0 ? text.length : found;
}
