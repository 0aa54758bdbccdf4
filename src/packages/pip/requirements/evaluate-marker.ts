import type { Expression } from './marker.js';

/** Whether a marker holds where `holds` says it of its comparisons; `and` binds closer than `or` (PEP 508). */
export function evaluateMarker(marker: Expression, holds: (comparison: string) => boolean): boolean {
  if (typeof marker === 'string') return holds(marker);
  let any = false;
  let all = true;
  for (const [at, part] of marker.entries()) {
    if (at % 2 === 0) all &&= evaluateMarker(part, holds);
    else if (part === 'or') {
      any ||= all;
      all = true;
    }
  }
  return any || all;
}
