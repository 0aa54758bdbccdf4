import { ValidationError } from '../../errors/index.js';
import { Fields } from './lockfile/fields.js';
import { isJsonObject, ownValue } from './lockfile/json.js';
import { plainPath } from './lockfile/location.js';

const MAX_PATTERNS = 1000;

/** The `workspaces` of a package: patterns, bare or below `packages`. Throws `ValidationError` for anything else. */
export function readWorkspaces(fields: Fields): string[] {
  const value = ownValue(fields.raw, 'workspaces');
  const patterns = isJsonObject(value) ? ownValue(value, 'packages') : value;
  if (patterns === undefined) return [];
  if (
    Array.isArray(patterns) &&
    patterns.length <= MAX_PATTERNS &&
    patterns.every((each) => typeof each === 'string')
  ) {
    return patterns;
  }
  throw new ValidationError(`"workspaces" of ${fields.place()} must be a list of at most ${MAX_PATTERNS} texts.`);
}

/** Steps of matching for one lock file; patterns made to be slow need more, those that people write far fewer. */
const MAX_STEPS = 20_000_000;
/** Characters in brackets. */
const MAX_SET = 64;

/**
 * The folders that are workspaces by a list of patterns. They match as in a shell, on the whole path, but `*` crosses
 * `/`: `libs/*` takes `libs/a/b` too. Of the patterns that match the last one counts; one that begins with `!`
 * excludes.
 */
export class Workspaces {
  private readonly patterns: readonly { text: string; excludes: boolean }[];
  private steps = 0;

  constructor(patterns: readonly string[]) {
    this.patterns = patterns.map((pattern) => {
      const excludes = pattern.startsWith('!');
      return { text: plainPath(excludes ? pattern.slice(1) : pattern), excludes };
    });
  }

  /** Throws `ValidationError` when the patterns are too costly. */
  has(folder: string): boolean {
    const path = plainPath(folder);
    const last = this.patterns.findLast(({ text }) => this.matches(path, text));
    return last !== undefined && !last.excludes;
  }

  /** Goes back to the last `*` only. */
  private matches(text: string, pattern: string): boolean {
    let at = 0;
    let next = 0;
    let retry: { at: number; next: number } | undefined;
    while (at < text.length) {
      this.count();
      if (pattern[next] === '*') {
        retry = { at, next: ++next };
        continue;
      }
      if (pattern[next] === '[') this.steps += MAX_SET;
      const length = matchOne(text[at], pattern, next);
      if (length > 0) {
        at++;
        next += length;
      } else if (retry !== undefined) {
        at = ++retry.at;
        next = retry.next;
      } else return false;
    }
    for (this.count(); pattern[next] === '*'; next++) this.count();
    return next >= pattern.length;
  }

  private count(): void {
    if (++this.steps > MAX_STEPS) throw new ValidationError('The patterns in "workspaces" are too complex.');
  }
}

/** How many characters of the pattern take this one (`?`, `[abc]`, `[a-z]`, `[!abc]`, itself); 0 = none does. */
function matchOne(character: string, pattern: string, at: number): number {
  if (at >= pattern.length) return 0;
  if (pattern[at] === '?') return 1;
  // A bracket that is closed at once holds the closing bracket itself, as in a shell.
  const first = pattern[at + 1] === '!' ? at + 2 : at + 1;
  const close = pattern[at] === '[' ? first + 1 + pattern.slice(first + 1, first + MAX_SET).indexOf(']') : first;
  if (close <= first) return pattern[at] === character ? 1 : 0;
  const negated = first === at + 2;
  return inSet(character, pattern.slice(first, close)) === negated ? 0 : close + 1 - at;
}

function inSet(character: string, set: string): boolean {
  for (let at = 0; at < set.length; at++) {
    const isRange = set[at + 1] === '-' && at + 2 < set.length;
    if (isRange ? set[at] <= character && character <= set[at + 2] : set[at] === character) return true;
    if (isRange) at += 2;
  }
  return false;
}
