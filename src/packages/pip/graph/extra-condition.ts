import { indexName } from '../names.js';
import { evaluateMarker } from '../requirements/evaluate-marker.js';
import { type Expression, parseMarker } from '../requirements/marker.js';

/** `always`, or the extras of which one must be asked for; none of them = never. */
export type ExtraCondition = 'always' | readonly string[];

const PLACE = { file: '', line: 0 };
/** In one marker; the longest real ones name some dozens. */
const MAX_EXTRAS = 200;
/** Stands for no extra. */
const NONE = '';

/**
 * Which extras an environment marker asks for. All else that it says is taken as true: where a build will run is unknown
 * here. Like pip, it is asked with one extra at a time. Undefined when it names too many; throws `ValidationError` when
 * it is no marker (PEP 508).
 */
export function extraCondition(text: string): ExtraCondition | undefined {
  const marker = parseMarker(text, PLACE);
  const mentioned = new Set<string>();
  evaluateAll(marker, (comparison) => {
    const extra = extraOf(comparison);
    if (extra !== undefined) mentioned.add(extra.name);
  });
  if (mentioned.size > MAX_EXTRAS) return undefined;
  const holdsFor = (asked: string): boolean =>
    evaluateMarker(marker, (comparison) => {
      const extra = extraOf(comparison);
      return extra === undefined || (extra.name === asked) === extra.isWanted;
    });
  if (holdsFor(NONE)) return 'always';
  return [...mentioned].filter(holdsFor);
}

function evaluateAll(marker: Expression, visit: (comparison: string) => void): void {
  if (typeof marker !== 'string') marker.forEach((part) => evaluateAll(part, visit));
  else if (marker !== 'and' && marker !== 'or') visit(marker);
}

/** What a comparison such as `extra == "x"` says of an extra. */
function extraOf(comparison: string): { name: string; isWanted: boolean } | undefined {
  const [, left, operator, right] = /^(\S+|"[^"]*"|'[^']*') (==|!=) (.*)$/s.exec(comparison) ?? [];
  if (left === undefined || (left === 'extra') === (right === 'extra')) return undefined;
  const name = (left === 'extra' ? right : left).slice(1, -1);
  return { name: indexName(name.trim()), isWanted: operator === '==' };
}
