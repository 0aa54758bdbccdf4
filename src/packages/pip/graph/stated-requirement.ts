import { takingTurns } from '../../../concurrency/index.js';
import { ValidationError } from '../../../errors/index.js';
import { indexName } from '../names.js';
import { type ExtraCondition, extraCondition } from './extra-condition.js';

/** What a distribution requires of another one, whatever Python or system it runs on. */
export interface StatedRequirement {
  /** As indexes know it (PEP 503), like the names of extras (PEP 685). */
  name: string;
  /** PEP 440, as written; empty = any version. */
  specifier: string;
  /** Those asked for of what is required. */
  extras: readonly string[];
  /** It counts only where one of these extras of the distribution is asked for; undefined = always. */
  onlyFor?: readonly string[];
}

/** A requirement as it is written (PEP 508), and what else it depends on where it stands. */
export interface StatedLine {
  text: string;
  /** The extra that it belongs to, as written. */
  extra?: string;
  /** An environment marker besides that of the text. */
  marker?: string;
}

/** The longest real lists, of those that gather everything, have some thousands. */
export const MAX_REQUIREMENTS = 10_000;
/** Characters; markers are the longest part. */
const MAX_LENGTH = 8192;
/** Characters. What is longer says nothing: real ones have up to 150. */
const MAX_SPECIFIER = 500;

/** Name, extras, and the rest up to the marker. */
const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)[ \t\n]*(?:\[([^\]]*)\])?[ \t\n]*(.*)$/s;

/**
 * What the lines require; those that never count are left out. Undefined when there are too many, or when one is no
 * requirement: then it is unknown what is required.
 */
export async function statedRequirements(lines: readonly StatedLine[]): Promise<StatedRequirement[] | undefined> {
  if (lines.length > MAX_REQUIREMENTS) return undefined;
  const stated: StatedRequirement[] = [];
  const conditions: Conditions = new Map();
  for await (const line of takingTurns(lines)) {
    const requirement = parseLine(line, conditions);
    if (requirement === undefined) return undefined;
    if (requirement.onlyFor?.length !== 0) stated.push(requirement);
  }
  return stated;
}

/** What markers say; undefined for what is none. Most lines of a list have one of a few. */
type Conditions = Map<string, ExtraCondition | undefined>;

function parseLine({ text, extra, marker = '' }: StatedLine, conditions: Conditions): StatedRequirement | undefined {
  if (text.length + marker.length > MAX_LENGTH) return undefined;
  const [named, ownMarker] = halves(text.trim());
  const [, name, extras = '', rest] = REQUIREMENT.exec(named) ?? [];
  // Behind the name there is an address, or a specifier, which old ones put into parentheses.
  if (name === undefined || (rest !== '' && !/^[@(<>=!~]/.test(rest))) return undefined;
  const condition = conditionOf([ownMarker, marker], extra, conditions);
  if (condition === undefined) return undefined;
  const specifier = rest.startsWith('@') ? '' : rest.replaceAll(/[()]/g, '').trim();
  return {
    name: indexName(name),
    specifier: specifier.length > MAX_SPECIFIER ? '' : specifier,
    extras: extras.split(',').map((each) => indexName(each.trim())).filter((each) => each !== ''),
    ...(condition === 'always' ? {} : { onlyFor: condition }),
  };
}

/** What stands before and behind the semicolon of a marker; a semicolon may be part of an address. */
function halves(text: string): [string, string] {
  const isAddress = /^[^;<>=!~]{0,300}@/.test(text);
  const at = isAddress ? text.search(/[ \t\n];|;[ \t\n]/) : text.indexOf(';');
  if (at < 0) return [text, ''];
  return [text.slice(0, at).trim(), text.slice(text.indexOf(';', at) + 1).trim()];
}

/** Undefined when one of the markers is none. */
function conditionOf(
  markers: readonly string[],
  extra: string | undefined,
  known: Conditions,
): ExtraCondition | undefined {
  const written = markers.filter((marker) => marker !== '').map((marker) => `(${marker.replaceAll('\n', ' ')})`);
  const text = written.join(' and ');
  if (!known.has(text)) known.set(text, text === '' ? 'always' : understood(text));
  const condition = known.get(text);
  if (extra === undefined || condition === undefined) return condition;
  const own = indexName(extra);
  return condition === 'always' || condition.includes(own) ? [own] : [];
}

function understood(marker: string): ExtraCondition | undefined {
  try {
    return extraCondition(marker);
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    throw error;
  }
}
