import type { AlgorithmDigest } from '../../../dependencies/index.js';
import type { Address } from './address.js';
import { parseHash } from './hashes.js';
import { isPath, parsePath } from './local-path.js';
import { normalMarker } from './marker.js';
import { parseNamed, type Specifier } from './named.js';
import { invalidLine, type Place } from './place.js';
import { parseReference } from './reference.js';
import type { FragmentEntry } from './requirement.js';
import type { SplitLine } from './split-line.js';

/** Characters of a requirement without its options; markers are the longest part. */
const MAX_LENGTH = 8192;

/** What a line asks for, whether or not it can be had. */
export interface Statement extends Place, Named {
  /** Normalised; undefined = none. */
  marker: string | undefined;
  hashes: AlgorithmDigest[];
  editable: boolean;
  /** Without options, as written. */
  text: string;
}

/** What is asked for by which name. */
export interface Named {
  /** Empty for a local path without a name. */
  name: string;
  /** Sorted. */
  extras: string[];
  subject: Subject;
}

export type Subject =
  | { kind: 'index'; specifiers: Specifier[] }
  | { kind: 'vcs' | 'url'; address: Address; fragment: FragmentEntry[] }
  /** Relative to the directory in which pip runs. */
  | { kind: 'local'; path: string };

/** Reads the requirement of a line (PEP 508, and what pip takes besides). Throws `ValidationError`. */
export function parseStatement({ requirement: text, editable, hashes }: SplitLine, place: Place): Statement {
  if (text.length > MAX_LENGTH) throw invalidLine(place, `The requirement is longer than ${MAX_LENGTH} characters.`);
  const [named, marker] = isReference(text) ? referenceHalves(text) : halves(text, text.indexOf(';'));
  return {
    ...place,
    ...parseSubject(named, editable, place),
    marker: marker === '' ? undefined : normalMarker(marker, place),
    hashes: hashes.map((hash) => parseHash(hash, place)),
    editable,
    text,
  };
}

function parseSubject(text: string, editable: boolean, place: Place): Named {
  if (isReference(text)) return parseReference(text, editable, place);
  if (isPath(text, editable)) return parsePath(text, place);
  const { name, extras, specifiers } = parseNamed(text, place);
  return { name, extras, subject: { kind: 'index', specifiers } };
}

/** Whether there is an address: a colon that does not belong to the marker. */
function isReference(text: string): boolean {
  const colon = text.indexOf(':');
  const semicolon = text.indexOf(';');
  return colon >= 0 && (semicolon < 0 || colon < semicolon);
}

/** A semicolon may be a part of an address; before a marker it has a blank at one of its sides. */
function referenceHalves(text: string): [string, string] {
  const places = [text.indexOf(' ;') + 1, text.indexOf('; ')].filter((at) => at > 0);
  return halves(text, places.length > 0 ? Math.min(...places) : -1);
}

/** What stands before and behind a semicolon. */
function halves(text: string, at: number): [string, string] {
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
